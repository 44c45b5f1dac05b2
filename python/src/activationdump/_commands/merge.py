"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Optional

from .._call import Paths, call, opened
from .._display import ProgressOption
from .._dump import Dump
from .._run import PathLike


def merge(
    shards: Paths,
    *,
    output: PathLike,
    resume: bool = False,
    overwrite: bool = False,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> Dump:
    """Put the shards of a recording together.

    Returns the whole dump, opened.

    Args:
        shards: The folders of the shards, or a folder that holds them.
        output: The folder to make.
        resume: Go on with a merge that was stopped, file by file; leave one of these shards that is complete as it is.
            The default in a job that Slurm has requeued.
        overwrite: Replace a dump that is in the place of the output.
        threads: The files to copy at once. Default: the threads this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["merge"],
        {
            "--json": True,
            "--output": output,
            "--resume": resume,
            "--overwrite": overwrite,
            "--threads": threads,
        },
        [shards],
        progress,
    )
    return opened(completed)
