"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def weights_list(
    model: Optional[str] = None,
    *,
    weights_dir: Optional[PathLike] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """List every network's checkpoint, its origin and whether it is present.

    Returns what it reports, as a dictionary.

    Args:
        model: A network: list its files with their addresses, licence and SHA-256. Default: all networks, briefly.
        weights_dir: The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else
            activation-dump/weights in $XDG_DATA_HOME or ~/.local/share.
        progress: As for :func:`run`.
    """
    completed = call(
        ["weights", "list"],
        {
            "--json": True,
            "--weights-dir": weights_dir,
        },
        [model],
        progress,
    )
    return document(completed)
