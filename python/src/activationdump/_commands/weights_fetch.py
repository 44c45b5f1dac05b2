"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def weights_fetch(
    model: str,
    *,
    file: Optional[str] = None,
    url: Optional[str] = None,
    overwrite: bool = False,
    weights_dir: Optional[PathLike] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Download a network's published checkpoint.

    Returns what it reports, as a dictionary.

    Args:
        model: The network: an identifier from 'activation-dump models'.
        file: Which of the network's files, as 'weights list' names it. Default: the first that is there.
        url: Another address to fetch the file from.
        overwrite: Fetch the file even if it is present.
        weights_dir: The folder of downloaded checkpoints. Default: $ACTIVATION_DUMP_WEIGHTS, else
            activation-dump/weights in $XDG_DATA_HOME or ~/.local/share.
        progress: As for :func:`run`.
    """
    completed = call(
        ["weights", "fetch"],
        {
            "--json": True,
            "--file": file,
            "--url": url,
            "--overwrite": overwrite,
            "--weights-dir": weights_dir,
        },
        [model],
        progress,
    )
    return document(completed)
