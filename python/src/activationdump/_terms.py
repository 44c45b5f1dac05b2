"""Which units are constant, never positive or dead: the terms of docs/glossary.md, as the program uses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._baselines import read_baselines
from ._errors import DumpError
from ._manifest import Manifest
from ._part import Part

BLOCK = 1 << 24
"""The numbers that are looked at together."""


@dataclass(frozen=True)
class Recorded:
    """What the recorded numbers of each unit say; NaN is left out."""

    count: NDArray[np.int64]
    non_positive: NDArray[np.int64]
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]

    @property
    def constant(self) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            differs: NDArray[np.bool_] = self.maximum - self.minimum >= 1e-8
        return (self.count > 0) & ~differs

    @property
    def never_positive(self) -> NDArray[np.bool_]:
        holds: NDArray[np.bool_] = (self.count > 0) & (self.non_positive == self.count)
        return holds


def recorded_of_values(values: Any, unit_axis: int) -> Recorded:
    """Goes through images × units, or with nothing reduced images × units × height × width or images × tokens × units."""
    units = values.shape[unit_axis]
    axes = tuple(axis for axis in range(values.ndim) if axis != unit_axis)
    count, non_positive = np.zeros(units, np.int64), np.zeros(units, np.int64)
    minimum, maximum = np.full(units, np.nan), np.full(units, np.nan)
    step = max(BLOCK // max(values.size // max(len(values), 1), 1), 1)
    for start in range(0, len(values), step):
        block = values[start : start + step]
        count += (~np.isnan(block)).sum(axes)
        non_positive += (block <= 0).sum(axes)
        minimum = np.fmin(minimum, np.fmin.reduce(block, axes))
        maximum = np.fmax(maximum, np.fmax.reduce(block, axes))
    return Recorded(count, non_positive, minimum, maximum)


def recorded_of_extremes(extremes: dict[str, NDArray[Any]]) -> Recorded:
    return Recorded(*(extremes[name] for name in ("count", "non_positive", "minimum", "maximum")))


def dead_units(
    parts: Sequence[Part], array: Manifest, recorded: Recorded, numbers: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which units are at most 0 at every position of every image that was read, and for which of them this is known.

    ``numbers`` are those recorded of a unit for one image: 1, or with nothing reduced its positions.
    """
    images = sum(_images(part) for part in parts)
    known = np.ones(len(recorded.count), bool)
    if images == 0:
        return ~known, known
    name = array.get("name")
    if name and any(entry["name"] == name for entry in parts[0].manifest.get("baselines") or ()):
        baselines = read_baselines(parts, name)
        if baselines.count != images or len(baselines.non_positive_images) != len(known):
            raise DumpError(f"the baselines of {name} are not of the units and images of {parts[0].folder}")
        return baselines.non_positive_images == images, known
    # A positive value has a positive position; one that is not a number has one that is not at most 0.
    candidates = recorded.non_positive == images * numbers
    if not _says_all(parts[0].manifest, array):
        known = ~candidates
    elif np.dtype(array["dtype"]) == np.float16:
        # A 0 may be a small positive value that was rounded.
        known = ~candidates | (recorded.maximum < 0)
    return candidates & known, known


def _says_all(manifest: Manifest, array: Manifest) -> bool:
    """Whether a recorded value at or below 0 means that all positions are: it is the greatest, or the only one, or a
    mean of none below 0."""
    reduce: Optional[str] = manifest["reduce"]
    if array.get("name") is None or array.get("positions") == 1 or reduce in ("max", "none"):
        return True
    return reduce == "mean" and bool(array.get("non_negative"))


def _images(part: Part) -> int:
    """The images of a folder that were read."""
    if part.is_complete:
        return part.count - int(part.manifest["images"].get("skipped", 0))
    skipped = sum(any(start <= row < stop for start, stop in part.done) for row in part.journal.reasons)
    return part.done_count - skipped
