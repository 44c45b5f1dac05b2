"""Errors: of a dump, of what is asked of it, and of the program that makes it."""

from __future__ import annotations

import difflib
from typing import Any, Iterable, Optional


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


class ActivationDumpError(Exception):
    """The program ``activation-dump`` failed, and says why in one sentence."""

    exit_code: int
    """Its exit code: 64 a wrong argument, 65 bad data, 66 a missing input, 73 an output that is there; the others are in
    ``activation-dump --help``."""

    sentence: str
    """Its own sentence, without the ``error:`` before it."""

    result: Optional[Any]
    """The JSON document that it printed all the same, if it did: that of a failed check tells what is wrong."""

    def __init__(self, sentence: str, exit_code: int, result: Optional[Any] = None) -> None:
        super().__init__(sentence, exit_code, result)
        self.sentence, self.exit_code, self.result = sentence, exit_code, result

    def __str__(self) -> str:
        return self.sentence


class CheckFailedError(ActivationDumpError):
    """A comparison or a check came out badly (exit code 1); ``result`` has the details."""


class Interrupted(ActivationDumpError):
    """Ctrl-C, a notebook's stop button, or a batch system's signal ended the program (exit codes 75 and 130).

    The sentence says how to go on; ``dump``, ``merge`` and ``exemplars`` go on with ``resume=True``.
    """


class ProgramNotFoundError(ActivationDumpError):
    """Only the reader is installed: there is no program ``activation-dump``."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The names most like one that is not there, as the end of a sentence."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ""
