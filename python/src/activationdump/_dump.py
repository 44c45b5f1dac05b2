"""A dump: layers, units and images of one recording."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

import numpy as np
from numpy.typing import NDArray

from ._errors import DumpError, IncompleteDumpError, UnknownLayerError, UnknownUnitError, nearest
from ._layer import Layer
from ._manifest import Manifest, Provenance, check_shards, provenance, row_shape
from ._part import Part, find_parts
from ._rows import Rows, Segment, Values
from ._table import Image, Images
from ._verify import Verification, verify

PathLike = Union[str, os.PathLike[str]]


def open_dump(path: Union[PathLike, Sequence[PathLike]], *, allow_incomplete: bool = False) -> Dump:
    """Opens a dump; nothing but its manifest is read until it is asked for.

    ``path`` is the folder of a dump, a folder of shards, or a list of either: shards are put in order, and their rows
    are those of the whole recording. A shard that is opened by itself has its own rows only.

    A dump that is not complete, or some of whose shards are missing, is refused unless ``allow_incomplete`` is true:
    then :attr:`Dump.done` says which rows are there, and the others are NaN.

    Raises :class:`DumpError`, or :class:`IncompleteDumpError`.
    """
    paths = [Path(path)] if isinstance(path, (str, os.PathLike)) else [Path(p) for p in path]
    parts = [part for p in paths for part in find_parts(p)]
    if not parts:
        raise DumpError("there is no dump to open")
    if len(parts) > 1 or not (paths[0] / "manifest.json").exists():
        parts.sort(key=lambda part: (part.manifest.get("shard") or {}).get("index", 0))
        check_shards([(part.folder, part.manifest) for part in parts], allow_incomplete)
        count: int = parts[0].manifest["shard"]["images_of_all"]
        for part in parts:
            part.offset = part.manifest["shard"]["first_row"]
    else:
        count = parts[0].count
    for part in parts:
        if not part.is_complete and not allow_incomplete:
            raise IncompleteDumpError(
                f"{part.folder} is not complete (its state is {part.manifest['state']}): {part.done_count} of"
                f" {part.count} images are done; go on with it by activation-dump dump --resume, or open it with"
                " allow_incomplete=True"
            )
    return Dump(parts, count, paths, allow_incomplete)


@dataclass(frozen=True)
class ImageRecord:
    """What was recorded of one image."""

    image: Image
    activations: Mapping[str, NDArray[Any]]
    """By PyTorch's name of the layer."""
    logits: Optional[NDArray[Any]]
    """What the network returned; ``None`` where the checkpoint had no head."""

    def __getitem__(self, layer: str) -> NDArray[Any]:
        return self.activations[layer]


class Dump(Mapping[str, Layer]):
    """Recorded layers by name, in PyTorch's spelling or the study's. :func:`activationdump.open` makes one."""

    def __init__(self, parts: Sequence[Part], count: int, paths: Sequence[Path], allow_incomplete: bool) -> None:
        self._parts = list(parts)
        self._count = count
        self._opened = ([str(path) for path in paths], allow_incomplete)
        self._arrays: dict[str, int] = {
            array["name"]: index for index, array in enumerate(parts[0].manifest["layers"])
        }
        self._cache: dict[str, Layer] = {}

    def __reduce__(self) -> Any:
        # A process that gets a dump maps its files itself.
        paths, allow_incomplete = self._opened
        return (_reopened, (paths if len(paths) > 1 else paths[0], allow_incomplete))

    def __fspath__(self) -> str:
        """The folder, so that a dump can be given to whatever takes its path."""
        paths, _ = self._opened
        if len(paths) > 1:
            raise DumpError("a dump that was opened from several folders has no single path; give one of the folders")
        return paths[0]

    def __repr__(self) -> str:
        where = ", ".join(self._opened[0])
        state = "" if self.is_complete else f", {int(self.done.sum())} of them done"
        return f"<Dump {where}: {self.provenance.model}, {len(self)} layers × {self._count} images{state}>"

    # --- What there is ---

    @property
    def layers(self) -> list[str]:
        """PyTorch's names of the recorded layers."""
        return list(self._arrays)

    @property
    def image_count(self) -> int:
        """The number of rows."""
        return self._count

    @cached_property
    def images(self) -> Images:
        """Path, label and status of every row."""
        return Images(self._parts, self._count)

    @property
    def is_complete(self) -> bool:
        """Whether every row of every shard is there."""
        return all(part.is_complete for part in self._parts) and sum(p.count for p in self._parts) == self._count

    @cached_property
    def done(self) -> NDArray[np.bool_]:
        """Which rows are in the files. All, unless the dump was opened with ``allow_incomplete``."""
        done = np.zeros(self._count, bool)
        for part in self._parts:
            for start, stop in part.done:
                done[part.offset + start : part.offset + stop] = True
        return done

    # --- Where it came from ---

    @property
    def manifest(self) -> Manifest:
        """``manifest.json`` as it is; of shards, that of the first."""
        return self._parts[0].manifest

    @property
    def manifests(self) -> list[Manifest]:
        """The manifest of every shard."""
        return [part.manifest for part in self._parts]

    @cached_property
    def provenance(self) -> Provenance:
        """Network, weights, preprocessing, arithmetic and machines."""
        return provenance(self.manifests)

    # --- Numbers ---

    def __len__(self) -> int:
        return len(self._arrays)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._find(name) is not None

    def __getitem__(self, name: str) -> Layer:
        found = self._find(name)
        if found is None:
            known = self._arrays if "." in name else self._study_names
            raise UnknownLayerError(f"the dump has no layer {name!r}{nearest(name, known)}")
        if found not in self._cache:
            self._cache[found] = self._layer(lambda manifest: manifest["layers"][self._arrays[found]])
        return self._cache[found]

    @cached_property
    def _study_names(self) -> dict[str, str]:
        return {
            array.get("study_name") or array["name"].replace(".", "_"): array["name"]
            for array in self.manifest["layers"]
        }

    def _find(self, name: str) -> Optional[str]:
        if name in self._arrays:
            return name
        study = name.replace(".", "_")
        return self._study_names.get(study) or self._study_names.get(f"visual_{study}")

    @cached_property
    def logits(self) -> Layer:
        """What the network returned: images × outputs.

        Raises :class:`DumpError` where there is none: the checkpoint had no head.
        """
        if self.manifest.get("logits") is None:
            raise DumpError(f"{self._parts[0].folder} has no logits: the checkpoint had no head, so nothing made any")
        return self._layer(lambda manifest: manifest["logits"])

    def unit(self, name: str) -> NDArray[Any]:
        """One unit over all images, by its name: ``layer4.2.conv3__1459`` or ``layer4_2_conv3__1459``.

        Raises :class:`UnknownUnitError` or :class:`UnknownLayerError`.
        """
        layer, separator, channel = name.rpartition("__")
        if not separator or not channel.isdecimal():
            raise UnknownUnitError(f"{name!r} is no unit: write layer__channel, as in layer1.0.conv1__17")
        return self[layer].unit(int(channel))

    def image(self, row: int) -> ImageRecord:
        """Everything recorded of one image, copied."""
        image = self.images[row]
        activations = {name: np.array(layer[row]) for name, layer in self.items()}
        logits = None if self.manifest.get("logits") is None else np.array(self.logits[row])
        return ImageRecord(image, activations, logits)

    def verify(self) -> Verification:
        """Reads every file and compares its SHA-256 with the manifest's, or with the journal's while there are rows
        to come."""
        return verify(self._parts)

    def to_pandas(self, *layers: str) -> Any:
        """A ``pandas.DataFrame``, images × units of some layers, all unless some are named; columns are named as the
        study names units."""
        import pandas

        return pandas.concat([self[name].to_pandas() for name in layers or self.layers], axis=1)

    def to_xarray(self, *layers: str) -> Any:
        """An ``xarray.Dataset`` of some layers, all unless some are named. Units of different layers are different
        dimensions: ``unit_LAYER``."""
        import xarray

        arrays = [self[name].to_xarray() for name in layers or self.layers]
        renamed = []
        for array in arrays:
            own = [d for d in array.dims if d != "image"]
            renamed.append(array.rename({d: f"{d}_{array.name}" for d in own}))
        return xarray.merge(renamed, compat="override", join="exact", combine_attrs="drop_conflicts")

    def _layer(self, array_of: Any) -> Layer:
        array = array_of(self.manifest)
        shape_of_row = row_shape(array)

        def load() -> Values:
            segments: list[Segment] = []
            row = 0
            for part in self._parts:
                values = part.map(array_of(part.manifest))
                for start, stop in part.done:
                    first = part.offset + start
                    if row < first:
                        segments.append((row, first, None))
                    segments.append((first, part.offset + stop, values[start:stop]))
                    row = part.offset + stop
            if row < self._count:
                segments.append((row, self._count, None))
            if len(segments) == 1 and segments[0][2] is not None:
                return segments[0][2]
            return Rows(segments, shape_of_row, np.dtype(array["dtype"]))

        def load_extremes() -> dict[str, Any]:
            if len(self._parts) > 1 or not self._parts[0].is_complete:
                raise DumpError("extremes are known once a dump is complete and its shards are merged")
            return self._parts[0].extremes(array)

        return Layer(self, array, (self._count, *shape_of_row), load, load_extremes)


def _reopened(path: Union[str, list[str]], allow_incomplete: bool) -> Dump:
    return open_dump(path, allow_incomplete=allow_incomplete)
