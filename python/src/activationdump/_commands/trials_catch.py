"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def trials_catch(
    *,
    stimuli: PathLike,
    model: str,
    output: PathLike,
    extra_name: Optional[str] = None,
    condition: Optional[Literal["natural", "optimized"]] = None,
    count: Optional[int] = None,
    link: bool = False,
    copy: bool = False,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Choose units for catch trials, and lay their stimuli out.

    Returns what it reports, as a dictionary.

    Args:
        stimuli: The folder of stimuli, as 'exemplars' writes it.
        model: The network, as its folder is called before the underscore.
        output: The folder to make: LAYER/channelC/{natural,optimized}_images.
        extra_name: What the folder's name adds to the network's: hard95, for instance.
        condition: natural, or optimized: references, and queries, are optimized_images. Default: natural.
        count: How many units. Default: 5.
        link: Make files of one picture hard links, which take no room and change together; where the file system
            cannot, copies. The default.
        copy: Make every file a copy of its own.
        progress: As for :func:`run`.
    """
    completed = call(
        ["trials", "catch"],
        {
            "--json": True,
            "--stimuli": stimuli,
            "--model": model,
            "--output": output,
            "--extra-name": extra_name,
            "--condition": condition,
            "--count": count,
            "--link": link,
            "--copy": copy,
        },
        [],
        progress,
    )
    return document(completed)
