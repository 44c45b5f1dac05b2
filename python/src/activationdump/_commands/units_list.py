"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Optional

from .._call import CommaSeparated, Names, call, unit_rows
from .._display import ProgressOption
from .._records import UnitRecord
from .._run import PathLike


def units(
    dump: Optional[PathLike] = None,
    *,
    model: Optional[str] = None,
    layers: Optional[Names] = None,
    kind: Optional[Names] = None,
    dead: bool = False,
    alive: bool = False,
    never_positive: bool = False,
    constant: bool = False,
    sparse: Optional[float] = None,
    progress: ProgressOption = None,
) -> list[UnitRecord]:
    """List units by layer, kind and what was recorded of them.

    Returns a list of dictionaries, one for each unit: with ``dump``, of what was recorded of it; else of its name.

    Args:
        dump: The folder of a dump.
        model: The network: an identifier from 'activation-dump models'. Default: that of the dump.
        layers: The layers: 'relevant', 'all', or names and patterns separated by commas, in either spelling. Default:
            relevant, or with --dump all that were recorded.
        kind: Only layers of these kinds, separated by commas: see 'activation-dump layers'.
        dead: Only dead units: those that are zero or less at every position of every image.
        alive: Only units that are not dead.
        never_positive: Only units that are never positive on average: no recorded value, usually a mean over positions,
            is above 0.
        constant: Only constant units: those whose recorded values differ by less than 1e-8.
        sparse: Only units with at least this share, from 0 to 1, of activations that are zero or less.
        progress: As for :func:`run`.
    """
    completed = call(
        ["units", "list"],
        {
            "--json": True,
            "--model": model,
            "--dump": dump,
            "--layers": CommaSeparated(layers),
            "--kind": CommaSeparated(kind),
            "--dead": dead,
            "--alive": alive,
            "--never-positive": never_positive,
            "--constant": constant,
            "--sparse": sparse,
        },
        [],
        progress,
    )
    return unit_rows(completed)
