"""Photographs for the demonstration: taken out of the scikit-image wheel, or drawn when there is no network."""
import math
import pathlib
import struct
import sys
import zipfile
import zlib

# The wheel's data folder also holds masks, textures and micrographs; these are photographs of things.
PHOTOGRAPHS = [
    "astronaut.png", "camera.png", "chelsea.png", "coffee.png", "coins.png", "motorcycle_left.png", "rocket.jpg",
]


def extract(wheel: pathlib.Path, folder: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in PHOTOGRAPHS:
            (folder / name).write_bytes(archive.read(f"skimage/data/{name}"))


def write_png(path: pathlib.Path, width: int, height: int, pixel) -> None:
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in pixel(x, y)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def generate(folder: pathlib.Path) -> None:
    def rings(x, y):
        wave = 127.5 + 127.5 * math.sin(math.hypot(x - 160, y - 120) / 6)
        return int(wave), int(255 - wave), 128

    def checks(x, y):
        return (230, 200, 40) if (x // 24 + y // 24) % 2 else (30, 60, 160)

    def gradient(x, y):
        return x * 255 // 319, y * 255 // 239, (x + y) % 256

    for name, pixel in {"rings": rings, "checks": checks, "gradient": gradient}.items():
        write_png(folder / f"{name}.png", 320, 240, pixel)


if __name__ == "__main__":
    if sys.argv[1] == "extract":
        extract(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    else:
        generate(pathlib.Path(sys.argv[2]))
