"""What can be wrong with a dump, or with what is asked of it."""

from __future__ import annotations

import difflib
from typing import Iterable


class DumpError(Exception):
    """A folder is not a dump, or its files contradict each other."""


class IncompleteDumpError(DumpError):
    """Rows or shards are missing; ``allow_incomplete=True`` opens what is there."""


class _UnknownName(DumpError, KeyError):
    # KeyError prints the repr of its argument; a sentence should be printed as one.
    def __str__(self) -> str:
        return str(self.args[0])


class UnknownLayerError(_UnknownName):
    """The dump has no layer of that name."""


class UnknownUnitError(_UnknownName):
    """The layer has no such unit, or it was not recorded."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The names most like one that is not there, as the end of a sentence."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ""
