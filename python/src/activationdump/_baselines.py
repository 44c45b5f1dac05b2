"""Sparsity and local contrast of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._errors import DumpError, IncompleteDumpError
from ._part import Part, read_archive


@dataclass(frozen=True)
class Baselines:
    """The study's baselines of a layer's units, over the images that were recorded; one number a unit, in the order of
    the columns."""

    count: int
    """The images."""
    positions: int
    """The positions of the layer's map, or its tokens."""
    non_positive_positions: NDArray[np.int64]
    """Positions at 0 or below, of all images."""
    non_positive_images: NDArray[np.int64]
    """Images without any position above 0."""
    pixel_sparsity: NDArray[np.float64]
    """The share of positions at 0 or below."""
    channel_sparsity: NDArray[np.float64]
    """The share of images in which all positions are at 0 or below."""
    local_contrast: Optional[NDArray[np.float64]]
    """The sum of abs(a - b) over the four neighbours of a position (0 outside the map), averaged over positions, then
    images; none for layers without a map."""


def read_baselines(parts: Sequence[Part], layer: str) -> Baselines:
    """Adds up what the shards of a recording, or one dump, say of a layer.

    Raises :class:`DumpError` where no baselines were measured, :class:`IncompleteDumpError` where not all images are
    there.
    """
    archives = [_archive(part, layer) for part in parts]
    first = archives[0]
    count = sum(int(archive["count"]) for archive in archives)
    positions = int(first["positions"])
    below: NDArray[np.int64] = sum(archive["non_positive_positions"] for archive in archives)
    dark: NDArray[np.int64] = sum(archive["non_positive_images"] for archive in archives)
    contrast = None
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.float64(positions) * count
        if "contrast_sum" in first:
            # Sums of the program are integers in units of 2 ** -64, so that their order does not matter.
            whole, fraction = (sum(a["contrast_sum"][:, i].astype(object) for a in archives) for i in (0, 1))
            whole = whole + (fraction >> 64)
            fraction = fraction & (2**64 - 1)
            sums = whole.astype(np.float64) + fraction.astype(np.float64) * 2.0**-64
            outliers = sum(archive["contrast_outliers"] for archive in archives)
            contrast = np.where(outliers > 0, np.nan, sums) / total
        return Baselines(count, positions, below, dark, below / total, dark / np.float64(count), contrast)


def _archive(part: Part, layer: str) -> Any:
    files = {entry["name"]: entry["file"] for entry in part.manifest.get("baselines") or ()}
    if layer not in files:
        raise DumpError(f"{part.folder} was recorded without --baselines")
    if not part.is_complete:
        raise IncompleteDumpError(f"{part.folder} has no baselines yet: it is not complete")
    return read_archive(part.folder / files[layer])
