"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from .._call import call, listed
from .._display import ProgressOption
from .._records import LayerRecord


def layers(
    model: str,
    *,
    relevant: bool = False,
    progress: ProgressOption = None,
) -> list[LayerRecord]:
    """List the layers of a network that can be recorded, in both spellings.

    Returns a list of dictionaries, one for each layer.

    Args:
        model: An identifier from 'activation-dump models'.
        relevant: Only the study's layers, in its order.
        progress: As for :func:`run`.
    """
    completed = call(
        ["layers"],
        {
            "--json": True,
            "--relevant": relevant,
        },
        [model],
        progress,
    )
    return listed(completed, "layers")
