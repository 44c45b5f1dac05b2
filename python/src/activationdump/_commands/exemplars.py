"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import Names, call, document
from .._display import ProgressOption
from .._run import PathLike


def exemplars(
    dump: PathLike,
    *,
    output: PathLike,
    units: Optional[PathLike] = None,
    unit: Optional[Names] = None,
    condition: Optional[Literal["easy", "hard99", "hard95", "hard85"]] = None,
    start_min: Optional[int] = None,
    stop_max: Optional[int] = None,
    extra_name: Optional[str] = None,
    batches: Optional[int] = None,
    scale_windows: bool = False,
    seed: Optional[int] = None,
    images: Optional[PathLike] = None,
    grid: bool = False,
    histogram: bool = False,
    pictures: bool = True,
    link: bool = False,
    copy: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    pillow: Optional[Literal[12, 13]] = None,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Choose the images that units respond to most and least, as the study did.

    Returns what it reports, as a dictionary.

    Args:
        dump: The folder of a dump.
        output: The folder of stimuli to write into.
        units: The units: a file as 'units sample' writes it. Default: those the dump was made for with --units.
        unit: A unit, layer__channel, instead of a file; may be given more than once.
        condition: Where queries come from. Default: easy.
        start_min: The lowest rank of the low queries, from 0, instead of a condition; with --stop-max.
        stop_max: The rank behind the highest of the high queries; with --start-min.
        extra_name: What the folder's name adds to the network's. Default: nothing for easy, else the condition.
        batches: The batches of a unit. Default: the study's 20.
        scale_windows: For fewer images than the study's 1,281,167: take fewer batches in proportion, at least one,
            unless --batches says how many; and take --start-min and --stop-max for ranks of the study, in proportion.
            Conditions are percentiles of the images there are, always.
        seed: The seed of the shuffles, from 0 to 4294967295. Default: 42.
        images: What 'dump --images' was given, if it is elsewhere now.
        grid: Also write grid.png for each unit: its nine lowest images and its nine highest.
        histogram: Also write histogram.svg for each unit.
        pictures: Write the pictures of references and queries.
        link: Make files of one picture hard links, which take no room and change together; where the file system
            cannot, copies. The default.
        copy: Make every file a copy of its own.
        resume: Go on with exemplars that were interrupted; write only what is missing.
        overwrite: Replace the exemplars that are there.
        pillow: The major version of the Pillow whose pixels images become, bit for bit: 13, or 12 for the study's and
            older ones. They differ by 1 in images more than about twice as tall as wide. Default: 13; with --resume,
            that of what is there.
        threads: How many threads. Default: one for each processor this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["exemplars"],
        {
            "--json": True,
            "--output": output,
            "--units": units,
            "--unit": unit,
            "--condition": condition,
            "--start-min": start_min,
            "--stop-max": stop_max,
            "--extra-name": extra_name,
            "--batches": batches,
            "--scale-windows": scale_windows,
            "--seed": seed,
            "--images": images,
            "--grid": grid,
            "--histogram": histogram,
            "--no-pictures": not pictures,
            "--link": link,
            "--copy": copy,
            "--resume": resume,
            "--overwrite": overwrite,
            "--pillow": pillow,
            "--threads": threads,
        },
        [dump],
        progress,
    )
    return document(completed)
