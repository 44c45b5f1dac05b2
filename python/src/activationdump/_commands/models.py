"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Optional

from .._call import call, listed
from .._display import ProgressOption
from .._records import ModelRecord
from .._run import PathLike


def models(
    *,
    weights_dir: Optional[PathLike] = None,
    progress: ProgressOption = None,
) -> list[ModelRecord]:
    """List the networks, their size, and whether their weights are present.

    Returns a list of dictionaries, one for each network.

    Args:
        weights_dir: The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else
            activation-dump/weights in $XDG_DATA_HOME or ~/.local/share.
        progress: As for :func:`run`.
    """
    completed = call(
        ["models"],
        {
            "--json": True,
            "--weights-dir": weights_dir,
        },
        [],
        progress,
    )
    return listed(completed, "models")
