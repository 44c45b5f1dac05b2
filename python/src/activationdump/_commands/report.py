"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Optional

from .._call import CommaSeparated, Names, call, index
from .._display import ProgressOption
from .._run import PathLike


def report(
    dump: PathLike,
    *,
    output: PathLike,
    layers: Optional[Names] = None,
    images: Optional[PathLike] = None,
    overwrite: bool = False,
    thumbnail_size: Optional[int] = None,
    pillow: Optional[Literal[12, 13]] = None,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> Path:
    """Make pages that show what every recorded unit responds to.

    Returns the path of the page to begin with.

    Args:
        dump: The folder of a dump.
        output: The folder to make.
        layers: The layers to show: names and patterns such as 'layer4.*.conv3', separated by commas. Default: all
            recorded.
        images: Where the images are now. Default: where the dump found them.
        overwrite: Replace an atlas that is in the place of the output.
        thumbnail_size: The side of a thumbnail in pixels, 16 to 512. Default: 96.
        pillow: The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and
            older ones. They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume,
            that of what is there.
        threads: How many threads. Default: one for each processor this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["report"],
        {
            "--json": True,
            "--output": output,
            "--layers": CommaSeparated(layers),
            "--images": images,
            "--overwrite": overwrite,
            "--thumbnail-size": thumbnail_size,
            "--pillow": pillow,
            "--threads": threads,
        },
        [dump],
        progress,
    )
    return index(completed)
