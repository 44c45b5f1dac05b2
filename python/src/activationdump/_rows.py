"""Rows that lie in several files, read when they are asked for."""

from __future__ import annotations

import operator
from typing import Any, Optional, Sequence, Union

import numpy as np
from numpy.typing import DTypeLike, NDArray

Segment = tuple[int, int, Optional[NDArray[Any]]]
"""First row, end, and the array of these rows; without one, they read as NaN."""


class Rows:
    """Some arrays, one below the other, that answer to the indices of NumPy with copies of what was asked for.

    Only what is asked for is read. Rows that are not there, in a dump that is not complete, are NaN.
    """

    def __init__(self, segments: Sequence[Segment], row_shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._starts = np.array([start for start, _, _ in segments], dtype=np.int64)
        self._segments = [
            (start, stop, self._nothing(stop - start, row_shape, dtype) if array is None else array)
            for start, stop, array in segments
        ]
        self.dtype = dtype
        self.shape: tuple[int, ...] = (segments[-1][1] if segments else 0, *row_shape)

    @staticmethod
    def _nothing(count: int, row_shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        return np.broadcast_to(np.array(np.nan, dtype), (count, *row_shape))

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"Rows(shape={self.shape}, dtype={self.dtype}, pieces={len(self._segments)})"

    def __array__(self, dtype: Optional[DTypeLike] = None, copy: Optional[bool] = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("rows of several files cannot become one array without a copy")
        values: NDArray[Any] = self[:]
        return values if dtype is None else values.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Any:
        first, rest = self._expanded(key)
        if isinstance(first, slice):
            return self._slice(first, rest)
        if isinstance(first, (list, np.ndarray)) and np.ndim(first) > 0:
            return self._take(np.asarray(first), rest)
        row = self._checked(operator.index(first))
        start, _, array = self._segments[self._segment_of(row)]
        return np.array(array[(row - start,) + rest])[()]

    def _expanded(self, key: Any) -> tuple[Any, tuple[Any, ...]]:
        """An index for the rows, and those of the axes after them, or the first few of these."""
        keys = list(key) if isinstance(key, tuple) else [key]
        if any(k is None for k in keys):
            raise IndexError("new axes are not supported here; index first, then reshape")
        ellipses = [i for i, k in enumerate(keys) if k is Ellipsis]
        if len(ellipses) > 1:
            raise IndexError("an index can only have a single ellipsis ('...')")
        if ellipses:
            at = ellipses[0]
            keys[at : at + 1] = [slice(None)] * (self.ndim - len(keys) + 1)
        if len(keys) > self.ndim:
            raise IndexError(f"too many indices: {len(keys)} for {self.ndim} dimensions")
        return (keys[0], tuple(keys[1:])) if keys else (slice(None), ())

    def _checked(self, row: int) -> int:
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return row + len(self) if row < 0 else row

    def _segment_of(self, row: int) -> int:
        return int(np.searchsorted(self._starts, row, side="right")) - 1

    def _slice(self, rows: slice, rest: tuple[Any, ...]) -> NDArray[Any]:
        if sum(not isinstance(k, slice) for k in rest) > 1:
            # Where such indices put their axes depends on all of them together.
            whole: NDArray[Any] = self._slice(rows, ())[(slice(None),) + rest]
            return whole
        wanted = range(*rows.indices(len(self)))
        ascending = wanted if wanted.step > 0 else wanted[::-1]
        pieces = []
        for start, stop, array in self._segments:
            # The first wanted row in this segment, by the step from the first of all.
            skip = max(0, -((ascending.start - start) // ascending.step)) if ascending.start < start else 0
            begin = ascending.start + skip * ascending.step
            end = min(stop, ascending.stop)
            if start <= begin < end:
                pieces.append(array[(slice(begin - start, end - start, ascending.step),) + rest])
        result = np.concatenate(pieces) if pieces else self._empty()[(slice(None),) + rest]
        return result if wanted.step > 0 else result[::-1]

    def _take(self, rows: NDArray[Any], rest: tuple[Any, ...]) -> NDArray[Any]:
        if rows.dtype == bool:
            if rows.shape != self.shape[:1]:
                raise IndexError(f"a mask of {rows.shape} does not fit {len(self)} rows")
            rows = np.flatnonzero(rows)
        elif rows.size == 0:
            rows = rows.astype(np.int64)
        elif not np.issubdtype(rows.dtype, np.integer):
            raise IndexError("rows are chosen by integers or by a mask")
        wrong = rows[(rows < -len(self)) | (rows >= len(self))]
        if wrong.size:
            raise IndexError(f"row {wrong.flat[0]} of {len(self)}")
        chosen, inverse = np.unique(np.where(rows < 0, rows + len(self), rows), return_inverse=True)
        inverse = inverse.reshape(rows.shape)
        only_slices = all(isinstance(k, slice) for k in rest)
        block = self._gather(chosen, rest if only_slices else ())
        result: NDArray[Any] = block[inverse] if only_slices else block[(inverse,) + rest]
        return result

    def _gather(self, rows: NDArray[np.int64], rest: tuple[Any, ...]) -> NDArray[Any]:
        """Some rows, in ascending order."""
        pieces = []
        for start, stop, array in self._segments:
            low, high = np.searchsorted(rows, [start, stop])
            if low < high:
                pieces.append(array[(rows[low:high] - start,) + rest])
        return np.concatenate(pieces) if pieces else self._empty()[(slice(None),) + rest]

    def _empty(self) -> NDArray[Any]:
        return np.empty((0, *self.shape[1:]), self.dtype)


Values = Union[NDArray[Any], Rows]
