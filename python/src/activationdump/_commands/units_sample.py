"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Optional

from .._call import CommaSeparated, Names, Paths, call, listed
from .._display import ProgressOption


def units_sample(
    *,
    model: str,
    count: Optional[int] = None,
    seed: Optional[int] = None,
    blacklist: Optional[Paths] = None,
    layers: Optional[Names] = None,
    with_mlp_norm: bool = False,
    progress: ProgressOption = None,
) -> list[str]:
    """Draw units at random, as the study drew its own.

    Returns the names of the units.

    Args:
        model: The network: an identifier from 'activation-dump models'.
        count: How many units. Default: 100.
        seed: The seed, from 0 to 4294967295. Default: 42.
        blacklist: Files of units never to draw: one layer__channel a line, the study's JSON, or what this command
            writes.
        layers: What to draw from: 'relevant' (the study's layers), 'all', or names and patterns separated by commas, in
            either spelling. Default: relevant.
        with_mlp_norm: Draw from the 216 layers of ConvNeXt that include the Identity called norm in its MLPs, as the
            study's rule has it with timm since 0.8.17; without it, from 180.
        progress: As for :func:`run`.
    """
    completed = call(
        ["units", "sample"],
        {
            "--json": True,
            "--model": model,
            "--count": count,
            "--seed": seed,
            "--blacklist": blacklist,
            "--layers": CommaSeparated(layers),
            "--with-mlp-norm": with_mlp_norm,
        },
        [],
        progress,
    )
    return listed(completed, "units")
