"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def weights_verify(
    subject: PathLike,
    *,
    model: Optional[str] = None,
    weights_key: Optional[str] = None,
    weights_dir: Optional[PathLike] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Check a checkpoint's digest and that a network's parameters are all in it.

    Returns what it reports, as a dictionary.

    Args:
        subject: A network, whose file in the weights folder is checked, or a checkpoint.
        model: The network a checkpoint is meant for. Default: the one that publishes a file of its name.
        weights_key: Where in the checkpoint the weights are: a key that 'weights inspect' shows.
        weights_dir: The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else
            activation-dump/weights in $XDG_DATA_HOME or ~/.local/share.
        progress: As for :func:`run`.
    """
    completed = call(
        ["weights", "verify"],
        {
            "--json": True,
            "--model": model,
            "--weights-key": weights_key,
            "--weights-dir": weights_dir,
        },
        [subject],
        progress,
    )
    return document(completed)
