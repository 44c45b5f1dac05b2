"""``manifest.json``: where a dump came from, what is in it and how far it got."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from ._errors import DumpError, IncompleteDumpError

Manifest = Mapping[str, Any]

SCHEMA = 1
"""The newest format this package reads."""


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a dump came from."""

    model: str
    weights: str
    """The name of the checkpoint, or ``seeded:N``."""
    weights_sha256: str | None
    preprocessing: Mapping[str, Any]
    precision: str
    tier: str
    """The kernels: ``avx512``, ``amx``, …"""
    reduce: str
    """What was kept of a layer: ``mean``, ``max``, ``token0``, ``none``."""
    images_sha256: str
    """SHA-256 of the list of all images with their labels."""
    tool: str
    """Name and version of the program."""
    arguments: tuple[str, ...]
    hosts: tuple[Mapping[str, Any], ...]
    """The machines: one for each shard."""
    started: str
    ended: str | None

    def __str__(self) -> str:
        digest = f" (SHA-256 {self.weights_sha256[:12]}…)" if self.weights_sha256 else ""
        return (
            f"{self.model} with {self.weights}{digest}, {self.reduce} of each layer in {self.precision} on {self.tier},"
            f" by {self.tool}, {self.started}"
        )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a dump.

    Raises :class:`DumpError` when the folder has none, or one of a format that is not known.
    """
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DumpError(f"{folder} is not a dump: it has no manifest.json") from None
    except ValueError:
        raise DumpError(f"{path} is not the manifest of a dump") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("schema"), int):
        raise DumpError(f"{path} is not the manifest of a dump")
    if manifest["schema"] > SCHEMA:
        raise DumpError(f"{path} is of format {manifest['schema']}, and this package reads up to {SCHEMA}; update it")
    return manifest


def provenance(manifests: list[Manifest]) -> Provenance:
    """Where the numbers of the shards of one recording, or of one dump, came from."""
    first = manifests[0]
    ended = [manifest.get("ended") for manifest in manifests]
    return Provenance(
        model=first["model"],
        weights=first["weights"]["name"],
        weights_sha256=first["weights"].get("sha256"),
        preprocessing=first["preprocessing"],
        precision=first["precision"],
        tier=first["tier"],
        reduce=first["reduce"],
        images_sha256=first["images"]["list_sha256"],
        tool=f"{first['tool']['name']} {first['tool']['version']}",
        arguments=tuple(first["arguments"]),
        hosts=tuple(manifest["host"] for manifest in manifests),
        started=min(manifest["started"] for manifest in manifests),
        ended=None if None in ended else max(str(end) for end in ended),
    )


def check_shards(named: list[tuple[Path, Manifest]], allow_incomplete: bool) -> None:
    """Sees that dumps are the shards of one recording, each once, and all of them unless some may be missing.

    Raises :class:`DumpError` or :class:`IncompleteDumpError`.
    """
    first_path, first = named[0]
    for path, manifest in named:
        if manifest.get("shard") is None:
            raise DumpError(f"{path} is not a shard: it was recorded without --shard, so open it by itself")
        differences = [
            f"{what} {here}, not {there}"
            for (what, here), (_, there) in zip(_identity(first), _identity(manifest))
            if here != there
        ]
        if differences:
            raise DumpError(f"{first_path} and {path} are not of one recording: {'; '.join(differences)}")
    places: dict[int, Path] = {}
    for path, manifest in named:
        index = manifest["shard"]["index"]
        if index in places:
            raise DumpError(f"{places[index]} and {path} are both shard {index}; name one of them")
        places[index] = path
    count = first["shard"]["count"]
    if len(places) < count and not allow_incomplete:
        missing = [str(index) for index in range(count) if index not in places]
        names = ", ".join(missing[:8]) + (", …" if len(missing) > 8 else "")
        raise IncompleteDumpError(
            f"{len(missing)} of {count} shards are missing ({names}); record them,"
            " or open the others with allow_incomplete=True"
        )


def _identity(manifest: Manifest) -> list[tuple[str, object]]:
    """What must be the same for two dumps to be shards of one recording."""
    arrays = arrays_of(manifest)
    weights = manifest["weights"]
    return [
        ("format", manifest["schema"]),
        ("version", manifest["tool"]["version"]),
        ("model", manifest["model"]),
        ("weights", weights.get("sha256") or weights["name"]),
        ("preprocessing", manifest["preprocessing"]),
        ("precision", manifest["precision"]),
        ("kernels", manifest["tier"]),
        ("reduction", manifest["reduce"]),
        ("baselines", "measured" if manifest.get("baselines") else "none"),
        ("images", manifest["images"]["list_sha256"]),
        ("shards", manifest["shard"]["count"]),
        ("extremes", manifest.get("extremes")),
        ("layers", [(a.get("name"), row_shape(a), a["dtype"], a.get("units")) for a in arrays]),
    ]


def arrays_of(manifest: Manifest) -> list[Manifest]:
    """The layers, then the output; a network without a head has none."""
    logits = manifest.get("logits")
    return [*manifest["layers"], *([] if logits is None else [logits])]


def row_shape(array: Manifest) -> tuple[int, ...]:
    """The shape of one image's numbers in an array."""
    shape = array["shape"]
    return tuple(shape[:1] if array.get("unit_major") else shape[1:])
