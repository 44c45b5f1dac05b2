"""One folder of a dump: all of it, or a shard."""

from __future__ import annotations

import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any, Callable, Iterator, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._errors import DumpError
from ._journal import Journal, read_journal
from ._manifest import Manifest, read_manifest
from ._mapping import map_array

Contents = TypeVar("Contents")


class Part:
    """A folder with its manifest. ``offset`` is the row of the whole dump that its first row is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        self.count: int = self.manifest["images"]["count"]
        self.offset = 0

    @property
    def is_complete(self) -> bool:
        return bool(self.manifest["state"] == "complete")

    @cached_property
    def journal(self) -> Journal:
        return read_journal(self.folder / "journal.tsv") or Journal()

    @cached_property
    def done(self) -> list[tuple[int, int]]:
        """The rows that are in the files, as the fewest half-open ranges, counted from the first of this folder."""
        if self.is_complete:
            return [(0, self.count)]
        ranges: list[tuple[int, int]] = []
        for start, stop in sorted((c.start, c.stop) for c in self.journal.chunks if c.stop <= self.count):
            if ranges and ranges[-1][1] >= start:
                ranges[-1] = (ranges[-1][0], max(stop, ranges[-1][1]))
            else:
                ranges.append((start, stop))
        return ranges

    @property
    def done_count(self) -> int:
        return sum(stop - start for start, stop in self.done)

    def map(self, array: Manifest) -> NDArray[Any]:
        """Maps the file of an array into memory.

        Images come first, whatever the order in the file.

        Raises :class:`DumpError` when it is not what the manifest says, or when extremes were kept and not all values.
        """
        path = self.folder / array["file"]
        if path.suffix == ".npz":
            raise DumpError(f"{path} keeps the extremes of each unit, not its value for every image; see Layer.extremes")
        values = read(path, ".npy", map_array)
        if list(values.shape) != array["shape"] or values.dtype != np.dtype(array["dtype"]):
            raise DumpError(f"{path} is {values.dtype}{list(values.shape)}, not {array['dtype']}{array['shape']}")
        return values.T if array.get("unit_major") else values

    def extremes(self, array: Manifest) -> dict[str, NDArray[Any]]:
        """The arrays of a layer of which extremes were kept.

        Raises :class:`DumpError` when there are none.
        """
        path = self.folder / array["file"]
        if path.suffix != ".npz":
            raise DumpError(f"{path} has every value: it was recorded with --keep all")
        return read_archive(path)


def read(path: Path, kind: str, reader: Callable[[Path], Contents]) -> Contents:
    """What a reader makes of a file of a dump.

    Raises :class:`DumpError` where it cannot.
    """
    try:
        return reader(path)
    except FileNotFoundError:
        raise DumpError(f"{path} is missing") from None
    except OSError as error:
        raise DumpError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DumpError(f"{path} is not a {kind} file: {error}") from None


def read_archive(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file of a dump; the file is closed again.

    Raises :class:`DumpError` where it cannot be read.
    """

    def arrays(path: Path) -> dict[str, NDArray[Any]]:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    return read(path, ".npz", arrays)


def find_parts(path: Path) -> Iterator[Part]:
    """The dumps a path stands for: a dump is itself, a folder of dumps is those in it, by name.

    Raises :class:`DumpError` for a path that is neither.
    """
    if (path / "manifest.json").is_file():
        yield Part(path)
        return
    folders = sorted(path.glob("*/manifest.json")) if path.is_dir() else []
    if not folders:
        what = "is neither a dump (it has no manifest.json) nor a folder of them" if path.exists() else "does not exist"
        raise DumpError(f"{path} {what}")
    for manifest in folders:
        yield Part(manifest.parent)
