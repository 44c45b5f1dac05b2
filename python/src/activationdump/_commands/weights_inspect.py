"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def weights_inspect(
    file: PathLike,
    *,
    weights_key: Optional[str] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """List the tensors of any supported checkpoint, and which networks fit.

    Returns what it reports, as a dictionary.

    Args:
        file: The checkpoint: a file, the index of a sharded one, or a folder with one.
        weights_key: List what is under this key.
        progress: As for :func:`run`.
    """
    completed = call(
        ["weights", "inspect"],
        {
            "--json": True,
            "--weights-key": weights_key,
        },
        [file],
        progress,
    )
    return document(completed)
