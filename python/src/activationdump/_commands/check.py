"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any

from .._call import Paths, call, document
from .._display import ProgressOption


def check(
    dumps: Paths,
    *,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Read every file of a dump and compare it with its digest.

    Returns what was read. Raises :class:`CheckFailedError` where a file is not as written.

    Args:
        dumps: The folders of dumps, or folders that hold shards.
        progress: As for :func:`run`.
    """
    completed = call(
        ["check"],
        {
            "--json": True,
        },
        [dumps],
        progress,
    )
    return document(completed)
