"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Optional

from .._call import Paths, call, document
from .._display import ProgressOption


def inspect(
    dumps: Paths,
    *,
    missing: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Say what a dump is, where it came from and how far it got.

    Returns what it reports, as a dictionary.

    Args:
        dumps: The folders of dumps, or folders that hold shards.
        missing: Print only which of N shards are missing from a folder or not complete, as sbatch --array takes them:
            0,3-5. The folder may be missing itself.
        progress: As for :func:`run`.
    """
    completed = call(
        ["inspect"],
        {
            "--json": True,
            "--missing": missing,
        },
        [dumps],
        progress,
    )
    return document(completed)
