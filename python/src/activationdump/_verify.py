"""The files of a dump against the digests that were noted when they were written."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np

from ._errors import DumpError
from ._manifest import arrays_of
from ._part import Part


@dataclass(frozen=True)
class FileCheck:
    """One file."""

    path: str
    verdict: str
    """``intact``, ``changed``, ``missing``, or ``unverified``: the dump is not complete, and its rows are compared."""


@dataclass(frozen=True)
class Verification:
    """What became of the files."""

    files: tuple[FileCheck, ...]
    changed_rows: int
    """Rows of dumps that are not complete whose bytes are not what was written."""

    @property
    def ok(self) -> bool:
        """Whether everything that is there is as it was written."""
        return self.changed_rows == 0 and all(file.verdict in ("intact", "unverified") for file in self.files)

    def __bool__(self) -> bool:
        return self.ok

    @property
    def problems(self) -> list[FileCheck]:
        """The files that are changed or missing."""
        return [file for file in self.files if file.verdict in ("changed", "missing")]


def verify(parts: Sequence[Part]) -> Verification:
    stated: list[tuple[Path, Optional[str]]] = []
    changed = 0
    for part in parts:
        manifest = part.manifest
        arrays = arrays_of(manifest)
        digests = [(array["file"], array.get("sha256")) for array in arrays]
        digests += [(entry["file"], entry.get("sha256")) for entry in manifest.get("baselines") or () if part.is_complete]
        digests.append(("images.tsv", manifest["images"].get("table_sha256")))
        stated += [(part.folder / file, digest if part.is_complete else None) for file, digest in digests]
        if not part.is_complete:
            changed += _changed_rows(part, arrays)
    with ThreadPoolExecutor() as pool:
        files = tuple(pool.map(_check, stated))
    return Verification(files, changed)


def _check(stated: tuple[Path, Optional[str]]) -> FileCheck:
    path, digest = stated
    if digest is None:
        return FileCheck(str(path), "unverified" if path.exists() else "missing")
    try:
        found = _digest(path)
    except FileNotFoundError:
        return FileCheck(str(path), "missing")
    return FileCheck(str(path), "intact" if found == digest else "changed")


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    block = bytearray(1 << 20)
    with path.open("rb") as file:
        while count := file.readinto(block):
            digest.update(memoryview(block)[:count])
    return digest.hexdigest()


def _changed_rows(part: Part, arrays: Sequence[Any]) -> int:
    """Rows that the journal says are done, and that are not as they were written."""
    if not part.journal.chunks:
        return 0
    if part.manifest.get("extremes"):
        raise DumpError(f"{part.folder} keeps extremes and is not complete; 'activation-dump check' can compare its rows")
    # As they lie in the files: a unit's together in those that are unit-major.
    values = [(part.map(array), bool(array.get("unit_major"))) for array in arrays]
    changed = 0
    for chunk in part.journal.chunks:
        digest = hashlib.sha256()
        for array, is_unit_major in values:
            rows = array[chunk.start : chunk.stop]
            digest.update(np.ascontiguousarray(rows.T if is_unit_major else rows).data)
        if digest.hexdigest() != chunk.digest:
            changed += chunk.stop - chunk.start
    return changed
