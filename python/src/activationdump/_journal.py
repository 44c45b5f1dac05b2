"""``journal.tsv``: which rows of a dump that is not complete are done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from ._text import unescape

HEADER = "activation-dump journal "


@dataclass(frozen=True)
class Chunk:
    """Rows, counted from the first of their dump, that are in every file; SHA-256 of their bytes, file after file."""

    start: int
    stop: int
    digest: str


@dataclass
class Journal:
    """What a journal says, in the order it was written."""

    chunks: list[Chunk] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    """Why rows were skipped."""


def read_journal(path: Path) -> Journal | None:
    """Reads a journal as far as it is whole: the last line of a run that was killed may be torn.

    Returns ``None`` where there is none.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    lines = data.split(b"\n")[:-1]
    first = _fields(lines[0]) if lines else None
    if first is None or not first[0].startswith(HEADER):
        return None
    journal = Journal()
    for line in lines[1:]:
        fields = _fields(line)
        if fields is None:
            break
        if fields[0] == "chunk" and len(fields) >= 4:
            journal.chunks.append(Chunk(int(fields[1]), int(fields[2]), fields[3]))
        elif fields[0] == "skip" and len(fields) >= 3:
            journal.reasons[int(fields[1])] = fields[2]
    return journal


def _fields(line: bytes) -> list[str] | None:
    """The fields of a line; ``None`` when its checksum is not that of its text."""
    checksum, tab, text = line[:16], line[16:17], line[17:]
    if tab != b"\t" or hashlib.sha256(text).hexdigest()[:16].encode() != checksum:
        return None
    return [unescape(field) for field in text.split(b"\t")]
