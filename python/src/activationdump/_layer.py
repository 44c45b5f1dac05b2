"""One recorded layer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._baselines import Baselines, read_baselines
from ._errors import DumpError, UnknownUnitError
from ._manifest import Manifest
from ._rows import Values
from ._terms import Recorded, dead_units, recorded_of_extremes, recorded_of_values

if TYPE_CHECKING:
    from ._dump import Dump


class Layer:
    """What was recorded of one layer: images × units, or with nothing reduced images × units × height × width or
    images × tokens × units."""

    def __init__(
        self,
        dump: Dump,
        array: Manifest,
        shape: tuple[int, ...],
        load: Callable[[], Values],
        load_extremes: Callable[[], dict[str, NDArray[Any]]],
    ) -> None:
        self._dump = dump
        self._load = load
        self._load_extremes = load_extremes
        self._array = array
        self._chosen: Optional[Sequence[int]] = array.get("units")
        self.name: str = array.get("name") or "logits"
        """PyTorch's name: ``layer4.2.conv3``; of the output, ``logits``."""
        self.study_name: str = array.get("study_name") or self.name
        """The study's: ``layer4_2_conv3``."""
        self.shape = shape
        """Images first."""
        self.dtype = np.dtype(array["dtype"])

    def __repr__(self) -> str:
        return f"Layer({self.name!r}, shape={self.shape}, dtype={self.dtype})"

    def __len__(self) -> int:
        return self.shape[0]

    def __reduce__(self) -> Any:
        return (_restored, (self._dump, self.name))

    @cached_property
    def values(self) -> Values:
        """The numbers, memory-mapped: an array where they lie in one file, else :class:`Rows`."""
        return self._load()

    @cached_property
    def extremes(self) -> dict[str, NDArray[Any]]:
        """What was kept of each column with ``--keep extremes``, by the names in docs/recording.md: ``low_rows``,
        ``high_values``, ``mean`` and so on.

        Raises :class:`DumpError` when every value was kept instead.
        """
        return self._load_extremes()

    def __getitem__(self, key: Any) -> Any:
        return self.values[key]

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> NDArray[Any]:
        values = np.asarray(self.values)
        return values if dtype is None else values.astype(dtype, copy=False)

    @property
    def unit_axis(self) -> int:
        """The axis of :attr:`values` that counts units: the last of images × tokens × units, else the second."""
        return 2 if len(self.shape) == 3 else 1

    @cached_property
    def units(self) -> NDArray[np.int64]:
        """The unit (channel) that each column holds: all in order, or those that ``--units`` chose."""
        if self._chosen is None:
            return np.arange(self.shape[self.unit_axis], dtype=np.int64)
        return np.array(self._chosen, dtype=np.int64)

    @cached_property
    def _columns(self) -> dict[int, int]:
        return {unit: column for column, unit in enumerate(self._chosen or ())}

    def column(self, unit: int) -> int:
        """The column that holds a unit.

        Raises :class:`UnknownUnitError` when there is none.
        """
        count = self.shape[self.unit_axis]
        if self._chosen is None:
            if 0 <= unit < count:
                return int(unit)
            raise UnknownUnitError(f"{self.name} has units 0 to {count - 1}, and not {unit}")
        if unit not in self._columns:
            some = ", ".join(str(u) for u in self.units[:8]) + (", …" if count > 8 else "")
            raise UnknownUnitError(f"unit {unit} of {self.name} was not recorded; these were: {some}")
        return self._columns[unit]

    def unit(self, unit: int) -> NDArray[Any]:
        """One unit over all images: a copy, images long, or images × height × width or images × tokens.

        Raises :class:`UnknownUnitError` when it was not recorded.
        """
        before = (slice(None),) * self.unit_axis
        return np.array(self.values[before + (self.column(unit),)])

    @cached_property
    def baselines(self) -> Baselines:
        """Sparsity and local contrast of the units, of a dump that was recorded with ``--baselines``.

        Raises :class:`DumpError` for others.
        """
        return read_baselines(self._dump._parts, self.name)

    @cached_property
    def _recorded(self) -> Recorded:
        if self._array["file"].endswith(".npz"):
            return recorded_of_extremes(self.extremes)
        return recorded_of_values(self.values, self.unit_axis)

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which units are constant: all their recorded values differ by less than 1e-8."""
        return self._recorded.constant

    @property
    def never_positive(self) -> NDArray[np.bool_]:
        """Which units have no recorded value above 0. Of a mean over positions: they are never positive on average, and
        may be positive at many positions."""
        return self._recorded.never_positive

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Which units are dead: at most 0 at every position of every image that was read.

        Raises :class:`DumpError` where the dump does not say so of every unit; one with ``--baselines`` does.
        """
        recorded = self._recorded
        numbers = int(np.prod(self.shape[1:])) // max(self.shape[self.unit_axis], 1)
        dead, known = dead_units(self._dump._parts, self._array, recorded, numbers)
        if not known.all():
            raise DumpError(
                f"{self._dump._parts[0].folder} does not say which units of {self.name} are dead: {int((~known).sum())} of"
                f" {len(known)} have no recorded value above 0, but may be above 0 at single positions; record it with"
                " --baselines, or see Layer.never_positive"
            )
        return dead

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame``, images × units; columns are named as the study names units."""
        import pandas

        if len(self.shape) != 2:
            raise ValueError(f"{self.name} is {self.shape}; a DataFrame has images × units, so index it first")
        names = [f"{self.study_name}__{unit}" for unit in self.units]
        index = pandas.RangeIndex(len(self), name="row")
        return pandas.DataFrame(np.asarray(self.values), index=index, columns=names, copy=False)

    def to_xarray(self) -> Any:
        """An ``xarray.DataArray`` with dimensions image and unit (and height and width, or token), and paths and
        labels as coordinates."""
        import xarray

        dimensions = ("image", "unit", "height", "width")[: len(self.shape)]
        if len(self.shape) == 3:
            dimensions = ("image", "token", "unit")
        images = self._dump.images
        coordinates = {
            "unit": self.units,
            "path": ("image", np.array(images.paths, dtype=object)),
            "label": ("image", images.labels),
        }
        attributes = {"layer": self.name, "provenance": str(self._dump.provenance)}
        return xarray.DataArray(
            np.asarray(self.values), dims=dimensions, coords=coordinates, name=self.study_name, attrs=attributes
        )


def _restored(dump: Dump, name: str) -> Layer:
    return dump.logits if name == "logits" else dump[name]
