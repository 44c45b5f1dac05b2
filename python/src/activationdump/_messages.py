"""Standard error of the program: remarks, progress and the sentence of an error."""

from __future__ import annotations

import codecs
import re
from collections import deque
from dataclasses import dataclass
from typing import Callable, Optional, Sequence


@dataclass(frozen=True)
class Progress:
    """How far the program has come."""

    done: int
    total: int
    noun: str
    """What is counted, in the plural: images, units, files, …"""
    rate: Optional[float] = None
    """How many a second; ``None`` before the first is done."""

    def __str__(self) -> str:
        share = 100 * self.done // self.total if self.total else 100
        text = f"{self.done:,} of {self.total:,} {self.noun} ({share} %)"
        if not self.rate:
            return text
        left = round((self.total - self.done) / self.rate)
        return f"{text}, {self.rate:.1f} a second, {left // 60}:{left % 60:02} left"


# As ProgressText writes it, behind a bar or without one.
_PROGRESS = re.compile(r"[█▏▎▍▌▋▊▉ ]*([\d,]+) of ([\d,]+) (\w+) \(\d+ %\)(?:, ([\d.]+) a second, [\d:]+ left)?")
# What ends a piece of text: the end of a line, or that of a bar that is drawn again in its place.
_END = re.compile(r"\n|\r|\x1b\[K")
# What it says of the signal that Ctrl-C became on its way to the program (see _process).
_STOPPING = re.compile(r"(stopping after the \w+ in hand).*")
_ERROR = re.compile(r"error: (.*)", re.IGNORECASE)


class Messages:
    """Takes what the program writes apart as it comes.

    ``on_progress`` is told of every step, ``on_note`` of every remark. An error and what is said after it, and how to go
    on after an interruption, are in ``lines`` only: they become an exception.
    """

    def __init__(self, on_progress: Callable[[Progress], None], on_note: Callable[[str], None]) -> None:
        self.lines: list[str] = []
        """Everything but progress."""
        self._on_progress, self._on_note = on_progress, on_note
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._pieces: deque[str] = deque()
        # Whether an error or an interruption has been told of: what follows belongs to it.
        self._ends = False

    def feed(self, data: bytes, final: bool = False) -> None:
        """Takes the next bytes; with ``final``, also what no end of a line follows."""
        *pieces, self._rest = _END.split(self._rest + self._decoder.decode(data, final))
        self._pieces.extend(pieces)
        if final:
            self._pieces.append(self._rest)
        # Ctrl-C may come in between: the next call goes on with the others.
        while self._pieces:
            piece = self._pieces.popleft().rstrip()
            if piece:
                self._take(piece)

    def _take(self, piece: str) -> None:
        progress = _PROGRESS.fullmatch(piece)
        if progress:
            done, total, noun, rate = progress.groups()
            self._on_progress(
                Progress(int(done.replace(",", "")), int(total.replace(",", "")), noun, float(rate) if rate else None)
            )
            return
        self.lines.append(piece)
        self._ends = self._ends or bool(_ERROR.match(piece)) or piece.startswith("interrupted")
        if not self._ends:
            self._on_note(_STOPPING.sub(r"\1; interrupt again to stop at once", piece))


def error_sentence(lines: Sequence[str]) -> Optional[str]:
    """The sentence of the first error, without what the parser adds about usage."""
    return next((found.group(1) for found in map(_ERROR.match, lines) if found), None)


def interruption_sentence(lines: Sequence[str]) -> Optional[str]:
    """The sentence that tells how to go on."""
    return next((line for line in reversed(lines) if line.startswith("interrupted")), None)
