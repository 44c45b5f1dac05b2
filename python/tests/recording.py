"""Small recordings by the real program."""

from __future__ import annotations

import os
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).parents[2]
PROGRAM = Path(os.environ.get("ACTIVATION_DUMP", REPOSITORY / ".build/release/activation-dump"))
LAYERS = ["features.3.squeeze", "features.4.expand3x3", "features.12.expand3x3"]
"""Of SqueezeNet, with 16, 64 and 256 units."""


def png(seed: int, width: int = 40, height: int = 48) -> bytes:
    """An image of noise that a seed decides."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def make_images(folder: Path, count: int, *names: str) -> Path:
    """Two class folders of images; those of `names` come first in the first."""
    every = list(names) + [f"{index:03}.png" for index in range(count - len(names))]
    for index, name in enumerate(every):
        kind = "n01440764" if index < count // 2 else "n01443537"
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / name).write_bytes(png(index))
    return folder


def command(*arguments: object) -> list[str]:
    if not PROGRAM.exists():
        raise FileNotFoundError(f"{PROGRAM} is not built: run 'make build', or set ACTIVATION_DUMP")
    return [str(PROGRAM), *map(str, arguments)]


def run(*arguments: object, expect: int = 0) -> str:
    """Runs the program to its end."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done.stderr
    return done.stdout


def dump(images: Path, output: Path, *options: object, expect: int = 0, layers: Any = LAYERS) -> Path:
    """Records three layers of SqueezeNet with generated weights."""
    chosen = ["--layers", ",".join(layers)] if layers else []
    run(
        *["dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", images, "--output", output],
        *[*chosen, "--batch-size", 2, "--threads", 1, *options],
        expect=expect,
    )
    return output
