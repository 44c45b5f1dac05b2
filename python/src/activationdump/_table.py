"""``images.tsv``: what each row is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Optional, Sequence, Union, overload

import numpy as np
from numpy.typing import NDArray

from ._errors import DumpError
from ._mapping import map_bytes
from ._part import Part, read
from ._text import unescape


@dataclass(frozen=True)
class Image:
    """One row."""

    row: int
    """Its row among those of all shards."""
    path: str
    """Relative to the folder or list that was recorded; :func:`os.fsdecode`'s spelling of names that are no UTF-8."""
    label: Optional[int]
    """The index of its class, if it has one."""
    status: str
    """``ok``; ``skipped: …``, its row is NaN; ``failed: …``, it ended the run and is tried again
    by ``--resume``; or ``pending``, it is not recorded yet."""

    @property
    def is_recorded(self) -> bool:
        """Whether the row holds what the network made of the image."""
        return self.status == "ok"


class _Table:
    """The table of one folder. Lines are parsed when they are asked for."""

    def __init__(self, part: Part) -> None:
        self.part = part
        path = part.folder / "images.tsv"
        self._bytes = read(path, "table", map_bytes)
        self._ends = np.flatnonzero(self._bytes == ord("\n"))
        if len(self._ends) != part.count + 1:
            raise DumpError(f"{path} has {len(self._ends) - 1} rows, and its manifest says {part.count}")

    def __getitem__(self, row: int) -> Image:
        start, end = int(self._ends[row]) + 1, int(self._ends[row + 1])
        fields = self._bytes[start:end].tobytes().split(b"\t")
        if len(fields) != 4:
            raise DumpError(f"{self.part.folder / 'images.tsv'} has a line that is not four fields: row {row}")
        number, path, label, status = fields
        said = unescape(status) if self.part.is_complete else self._status(row)
        if said == "pending" and status.startswith(b"failed: "):
            said = unescape(status)
        return Image(int(number), unescape(path), int(label) if label else None, said)

    def _status(self, row: int) -> str:
        """The table of a run that was killed is older than its journal."""
        if not any(start <= row < stop for start, stop in self.part.done):
            return "pending"
        reason = self.part.journal.reasons.get(row)
        return "ok" if reason is None else f"skipped: {reason}"


class Images(Sequence[Image]):
    """The images of a dump, in the order of the rows. A missing shard's are not known."""

    def __init__(self, parts: Sequence[Part], count: int) -> None:
        self._tables = [(part.offset, _Table(part)) for part in parts]
        self._count = count
        self._columns: Optional[tuple[list[str], NDArray[np.int64], NDArray[np.bool_]]] = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> Image: ...
    @overload
    def __getitem__(self, row: slice) -> list[Image]: ...
    def __getitem__(self, row: Union[int, slice]) -> Union[Image, list[Image]]:
        if isinstance(row, slice):
            return [self[r] for r in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        row = row + len(self) if row < 0 else int(row)
        for offset, table in self._tables:
            if offset <= row < offset + table.part.count:
                return table[row - offset]
        return Image(row, "", None, "pending")

    def __iter__(self) -> Iterator[Image]:
        return (self[row] for row in range(len(self)))

    def _parsed(self) -> tuple[list[str], NDArray[np.int64], NDArray[np.bool_]]:
        if self._columns is None:
            paths: list[str] = []
            labels = np.empty(len(self), np.int64)
            recorded = np.empty(len(self), bool)
            for row, image in enumerate(self):
                paths.append(image.path)
                labels[row] = -1 if image.label is None else image.label
                recorded[row] = image.is_recorded
            self._columns = (paths, labels, recorded)
        return self._columns

    @property
    def paths(self) -> list[str]:
        """The path of every image."""
        return self._parsed()[0]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The class of every image, -1 for none."""
        return self._parsed()[1]

    @property
    def recorded(self) -> NDArray[np.bool_]:
        """Which rows hold what the network made of their image: not those skipped, not those pending."""
        return self._parsed()[2]

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` with columns path, label and status, by row."""
        import pandas

        return pandas.DataFrame(
            {
                "path": self.paths,
                "label": pandas.array([image.label for image in self], dtype="Int64"),
                "status": [image.status for image in self],
            },
            index=pandas.RangeIndex(len(self), name="row"),
        )
