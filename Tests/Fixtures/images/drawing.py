"""Pictures and the parts of image files, drawn from fixed formulas: what the scripts beside this one make files of."""
import io
import struct
import zlib

import numpy as np
from PIL import Image


# --- Drawing ----------------------------------------------------------------------------------------------------
def drawing(width, height, channels=3, top=255):
    """Gradients, rings and hard edges: something for every filter to get wrong."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    planes = [
        u, v, 0.5 + 0.5 * np.sin(40 * (u * u + v * v)), np.where((u - 0.5) ** 2 + (v - 0.5) ** 2 < 0.1, 0.2, 1 - u * v)]
    squares = ((x // 7 + y // 5) % 2 == 0) & (u > 0.6)
    planes = [np.where(squares, 1 - p, p) for p in planes]
    image = np.rint(np.stack(planes[:channels], -1) * top).astype(np.int64)
    return image[:, :, 0] if channels == 1 else image


def picture(width, height, mode="RGB"):
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    return Image.fromarray(drawing(width, height, channels).astype(np.uint8), mode)


# --- JPEG -------------------------------------------------------------------------------------------------------
def jpeg(image, quality=80, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


# --- PNG -------------------------------------------------------------------------------------------------------
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(row, bits):
    """One row of samples as bytes."""
    if bits == 16:
        return row.astype(">u2").tobytes()
    if bits == 8:
        return row.astype(np.uint8).tobytes()
    planes = (row.reshape(-1, 1) >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(planes.astype(np.uint8)).tobytes()


def filtered(rows, pixel_bytes):
    """Rows under the five filters in turn (PNG specification, section 9)."""
    out = b""
    previous = bytes(len(rows[0])) if rows else b""
    for number, row in enumerate(rows):
        kind = number % 5
        encoded = bytearray()
        for i, value in enumerate(row):
            a = row[i - pixel_bytes] if i >= pixel_bytes else 0
            b = previous[i]
            c = previous[i - pixel_bytes] if i >= pixel_bytes else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            encoded.append((value - (0, a, b, (a + b) // 2, nearest)[kind]) & 255)
        out += bytes([kind]) + bytes(encoded)
        previous = row
    return out


def palette(entries):
    colours = (np.arange(entries)[:, None] * (37, 91, 151) + (11, 5, 60)) % 256
    return chunk(b"PLTE", colours.astype(np.uint8).tobytes())
