"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def weights_convert(
    input: PathLike,
    output: PathLike,
    *,
    model: Optional[str] = None,
    weights_key: Optional[str] = None,
    overwrite: bool = False,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Write a checkpoint's tensors as safetensors, in float32.

    Returns what it reports, as a dictionary.

    Args:
        input: The checkpoint to read.
        output: The safetensors file to write.
        model: Keep what this network needs, under its names.
        weights_key: Where in the checkpoint the weights are: a key that 'weights inspect' shows.
        overwrite: Replace the output if it exists.
        progress: As for :func:`run`.
    """
    completed = call(
        ["weights", "convert"],
        {
            "--json": True,
            "--model": model,
            "--weights-key": weights_key,
            "--overwrite": overwrite,
        },
        [input, output],
        progress,
    )
    return document(completed)
