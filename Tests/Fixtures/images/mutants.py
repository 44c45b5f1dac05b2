"""Damaged and odd PNG and JPEG files, and what Pillow makes of each: the oracle of MutantTests.

    python mutants.py               writes mutants.z (the files one after the other, deflated) and mutants.tsv
    python mutants.py many FOLDER   writes far more of them, as files, and FOLDER/expected.tsv

One line a file, tab-separated: name, offset, length, then width, height and the first 32 digits of the SHA-256 of the RGB
bytes that Image.open(file).convert("RGB") gives, or the word "error" where that raises.
"""
import hashlib
import io
import os
import random
import struct
import sys
import warnings
import zlib

import numpy as np
from PIL import Image

from drawing import ADAM7, GRAY, GRAY_ALPHA, PALETTE, RGB, RGBA, chunk, drawing, filtered, jpeg, packed, palette, picture

HERE = os.path.dirname(os.path.abspath(__file__))
MAGIC = b"\x89PNG\r\n\x1a\n"
WIDTH, HEIGHT = 13, 9


# --- PNG --------------------------------------------------------------------------------------------------------
def header(width=WIDTH, height=HEIGHT, bits=8, kind=RGB, compression=0, filter=0, interlace=0):
    return struct.pack(">IIBBBBB", width, height, bits, kind, compression, filter, interlace)


def scanlines(samples, bits=8, interlaced=False):
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    data = b""
    for left, top, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[top::dy, left::dx]
        if part.size:
            data += filtered([packed(row.reshape(-1), bits) for row in part], max(bits * channels // 8, 1))
    return data


def file(*chunks):
    """The bytes of a PNG file: chunks are (name, data), or bytes that stand for themselves."""
    return MAGIC + b"".join(c if isinstance(c, bytes) else chunk(*c) for c in chunks)


PIXELS = scanlines(drawing(WIDTH, HEIGHT))
STREAM = zlib.compress(PIXELS, 9)
IHDR, IDAT, IEND = (b"IHDR", header()), (b"IDAT", STREAM), (b"IEND", b"")
GOOD = file(IHDR, IDAT, IEND)


def wrong(name, data):
    """A chunk with a wrong checksum."""
    whole = chunk(name, data)
    return whole[:-1] + bytes([whole[-1] ^ 1])


def with_length(name, data, length):
    """A chunk that says it has another length; without a checksum."""
    return struct.pack(">I", length) + name + data


def of_kind(bits, kind, interlaced=0, before=(), after=(), width=WIDTH, height=HEIGHT):
    channels = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}[kind]
    samples = drawing(width, height, channels if channels != 2 else 4, 2 ** bits - 1)
    if channels == 2:
        samples = samples[:, :, 2:]
    data = zlib.compress(scanlines(samples, bits, bool(interlaced)), 9)
    return file((b"IHDR", header(width, height, bits, kind, interlace=interlaced)), *before, (b"IDAT", data), *after, IEND)


ANCILLARY = {
    "gama": (b"gAMA", struct.pack(">I", 45455)), "chrm": (b"cHRM", bytes(32)), "srgb": (b"sRGB", b"\x00"),
    "phys": (b"pHYs", bytes(9)), "text": (b"tEXt", b"key\0value"), "ztxt": (b"zTXt", b"key\0\0" + zlib.compress(b"value")),
    "itxt": (b"iTXt", b"key\0\0\0\0\0value"), "exif": (b"eXIf", b"II*\0\x08\0\0\0\0\0"), "trns": (b"tRNS", bytes(6)),
    "iccp": (b"iCCP", b"name\0\0" + zlib.compress(b"profile")), "actl": (b"acTL", struct.pack(">II", 1, 0)),
    "sbit": (b"sBIT", b"\x08\x08\x08"), "bkgd": (b"bKGD", bytes(6)), "time": (b"tIME", bytes(7)), "hist": (b"hIST", bytes(2)),
    "splt": (b"sPLT", b"name\0"), "cicp": (b"cICP", bytes(4)), "private": (b"prVt", b"data"), "critical": (b"QQQQ", b"data"),
    "digits": (b"a1_2", b"data"), "plte": (b"PLTE", bytes(30)),
}


def fctl(sequence, width=WIDTH, height=HEIGHT, x=0, y=0, dispose=0, blend=0):
    return b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, x, y, 1, 10, dispose, blend)


def streams():
    """What the stream of pixels can be: (name, bytes)."""
    yield "no-adler", STREAM[:-4]
    yield "half-adler", STREAM[:-2]
    yield "wrong-adler", STREAM[:-1] + bytes([STREAM[-1] ^ 1])
    yield "extra-bytes", STREAM + b"more"
    yield "second-stream", STREAM + STREAM
    yield "empty", b""
    yield "one-byte", STREAM[:1]
    yield "header-only", STREAM[:2]
    yield "raw-deflate", STREAM[2:-4]
    yield "gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + STREAM[2:]
    for window in range(16):
        first = window << 4 | 8
        second = next(b for b in range(0x80, 0x100) if (first * 256 + b) % 31 == 0 and not b & 0x20)
        yield f"window-{window}", bytes([first, second]) + STREAM[2:]
    yield "dictionary", bytes([0x78, 0x20 | next(b for b in range(32) if (0x78 * 256 + (0x20 | b)) % 31 == 0)]) + STREAM[2:]
    yield "header-check", b"\x78\x02" + STREAM[2:]
    yield "method", b"\x79" + bytes([31 - 0x7900 % 31]) + STREAM[2:]
    row = 3 * WIDTH + 1
    for rows in range(HEIGHT):
        yield f"{rows}-rows", zlib.compress(PIXELS[:rows * row], 9)
        yield f"{rows}-rows-stored", zlib.compress(PIXELS[:rows * row], 0)
        yield f"{rows}-rows-without-end", zlib.compress(PIXELS[:rows * row], 9)[:-6]
    yield "half-a-row-less", zlib.compress(PIXELS[:-20], 9)
    yield "one-byte-less", zlib.compress(PIXELS[:-1], 9)
    yield "one-byte-more", zlib.compress(PIXELS + b"\0", 9)
    yield "twice-the-pixels", zlib.compress(PIXELS * 2, 9)
    yield "stored", zlib.compress(PIXELS, 0)
    for value in (5, 6, 255):
        yield f"filter-{value}", zlib.compress(bytes([value]) + PIXELS[1:], 9)
        yield f"filter-{value}-in-last-row", zlib.compress(PIXELS[:-row] + bytes([value]) + PIXELS[-row + 1:], 9)


def png_mutants():
    yield "good", GOOD
    for name, stream in streams():
        yield f"stream-{name}", file(IHDR, (b"IDAT", stream), IEND)
    for name in ("no-adler", "extra-bytes", "3-rows", "3-rows-stored", "twice-the-pixels", "one-byte-less"):
        stream = dict(streams())[name]
        yield f"stream-{name}-in-pieces", file(IHDR, *((b"IDAT", stream[i:i + 7]) for i in range(0, len(stream), 7)), IEND)
        yield f"stream-{name}-bytewise", file(IHDR, *((b"IDAT", stream[i:i + 1]) for i in range(len(stream))), IEND)
        yield f"stream-{name}-then-empty", file(IHDR, (b"IDAT", stream), (b"IDAT", b""), IEND)
    # Where the file ends.
    for cut in (*range(1, 40), *range(45, len(GOOD) - 40, 17)):
        yield f"cut-{cut:03}", GOOD[:-cut]
    for cut in range(8, 45):
        yield f"first-{cut:02}", GOOD[:cut]
    yield "no-iend", file(IHDR, IDAT)
    yield "tail", GOOD + b"tail"
    yield "tail-chunk", GOOD + chunk(b"IDAT", b"\xff" * 9)
    yield "iend-with-data", file(IHDR, IDAT, (b"IEND", b"data"))
    yield "iend-wrong-checksum", file(IHDR, IDAT, wrong(*IEND))
    yield "no-header", file(IDAT, IEND)
    yield "no-data", file(IHDR, IEND)
    yield "header-after-data", file(IDAT, IHDR, IDAT, IEND)
    yield "nothing", MAGIC
    # Chunks before and behind the data: whole, short, long, broken, twice.
    for name, (kind, data) in ANCILLARY.items():
        for where in ("before", "after"):
            def place(*extra):
                return file(IHDR, *extra, IDAT, IEND) if where == "before" else file(IHDR, IDAT, *extra, IEND)
            yield f"{name}-{where}", place((kind, data))
            yield f"{name}-{where}-twice", place((kind, data), (kind, data))
            yield f"{name}-{where}-empty", place((kind, b""))
            yield f"{name}-{where}-short", place((kind, data[:-1]))
            yield f"{name}-{where}-long", place((kind, data + b"\0"))
            yield f"{name}-{where}-ones", place((kind, b"\xff" * len(data)))
            yield f"{name}-{where}-wrong-checksum", place(wrong(kind, data))
            yield f"{name}-{where}-incomplete", place(with_length(kind, data, len(data) + 5000))
        yield f"{name}-first", file((kind, data), IHDR, IDAT, IEND)
        yield f"{name}-between", file(IHDR, (b"IDAT", STREAM[:30]), (kind, data), (b"IDAT", STREAM[30:]), IEND)
        yield f"{name}-between-when-done", file(IHDR, IDAT, (kind, data), (b"IDAT", b"more"), IEND)
    for name, text in {"bomb": zlib.compress(bytes(1 << 21), 9), "limit": zlib.compress(bytes(1 << 20), 9),
                       "limit-less-one": zlib.compress(bytes((1 << 20) - 1), 9), "limit-more-one": zlib.compress(bytes((1 << 20) + 1), 9),
                       "cut": zlib.compress(b"text" * 9)[:-7], "broken": b"\x78\x9c\xff\xff", "nothing": b""}.items():
        for kind, before in ((b"zTXt", b"key\0\0"), (b"iTXt", b"key\0\x01\0\0\0"), (b"iCCP", b"name\0\0")):
            yield f"{kind.decode().lower()}-{name}", file(IHDR, (kind, before + text), IDAT, IEND)
            yield f"{kind.decode().lower()}-{name}-after", file(IHDR, IDAT, (kind, before + text), IEND)
    for name, kind, data in (
            ("iccp-no-zero", b"iCCP", b"name"), ("iccp-no-zero-no-method", b"iCCP", b"\0name"), ("iccp-method", b"iCCP", b"n\0\x01x"),
            ("iccp-only-zero", b"iCCP", b"\0"), ("ztxt-method", b"zTXt", b"k\0\x01x"), ("itxt-method", b"iTXt", b"k\0\x01\x01\0\0x"),
            ("itxt-not-utf8", b"iTXt", b"k\0\0\0\0\0\xff"), ("itxt-one-zero", b"iTXt", b"k\0\0\0x"), ("text-no-key", b"tEXt", b"\0v"),
            ("gama-zero", b"gAMA", bytes(4)), ("srgb-nine", b"sRGB", b"\x09"), ("phys-unit", b"pHYs", bytes(8) + b"\x07"),
            ("sbit-out-of-range", b"sBIT", b"\0\x09\xff"), ("trns-odd", b"tRNS", bytes(7)), ("trns-two", b"tRNS", bytes(2)),
            ("trns-five", b"tRNS", bytes(5)), ("trns-large", b"tRNS", b"\xff" * 6)):
        yield name, file(IHDR, (kind, data), IDAT, IEND)
        yield f"{name}-after", file(IHDR, IDAT, (kind, data), IEND)
    # Chunk names.
    for number, name in enumerate((b"ID T", b"\0\0\0\0", b"IDA\xd4", b"I-AT", b"abcd", b"ABCD", b"1234", b"____", b"idat", b"IDAt")):
        yield f"name-{number}-before", file(IHDR, (name, b"x"), IDAT, IEND)
        yield f"name-{number}-after", file(IHDR, IDAT, (name, b"x"), IEND)
        yield f"name-{number}-between", file(IHDR, (b"IDAT", STREAM[:30]), (name, b"x"), (b"IDAT", STREAM[30:]), IEND)
    for name in (b"DDAT", b"fdAT"):
        number = b"" if name == b"DDAT" else b"\0\0\0\0"
        yield f"{name.decode().lower()}-continues", file(IHDR, (b"IDAT", STREAM[:30]), (name, number + STREAM[30:]), IEND)
        yield f"{name.decode().lower()}-begins", file(IHDR, (name, number + STREAM), IEND)
    # Checksums and lengths of the data.
    yield "data-wrong-checksum", file(IHDR, wrong(*IDAT), IEND)
    yield "data-empty-chunks", file(IHDR, (b"IDAT", b""), (b"IDAT", STREAM[:9]), (b"IDAT", b""), (b"IDAT", b""), (b"IDAT", STREAM[9:]), IEND)
    yield "data-empty-at-end", file(IHDR, IDAT, (b"IDAT", b""), IEND)
    yield "data-only-empty", file(IHDR, (b"IDAT", b""), IEND)
    yield "data-says-longer", file(IHDR, with_length(*IDAT, len(STREAM) + 50))
    yield "data-says-longer-than-31-bits", file(IHDR, with_length(*IDAT, 0xFFFFFFFF))
    yield "data-says-shorter", file(IHDR, with_length(*IDAT, len(STREAM) - 20), bytes(4), IEND)
    yield "data-after-text", file(IHDR, IDAT, ANCILLARY["text"], (b"IDAT", b"more"), IEND)
    yield "data-after-text-incomplete", file(IHDR, IDAT, ANCILLARY["text"], with_length(b"IDAT", b"more", 900))
    # The header.
    yield "header-wrong-checksum", file(wrong(*IHDR), IDAT, IEND)
    yield "header-short", file((b"IHDR", header()[:12]), IDAT, IEND)
    yield "header-long", file((b"IHDR", header() + b"more"), IDAT, IEND)
    yield "header-twice", file(IHDR, IHDR, IDAT, IEND)
    yield "header-twice-smaller", file(IHDR, (b"IHDR", header(5, 4)), IDAT, IEND)
    yield "header-twice-taller", file(IHDR, (b"IHDR", header(WIDTH, HEIGHT + 1)), IDAT, IEND)
    yield "header-twice-unknown", file(IHDR, (b"IHDR", header(bits=3)), IDAT, IEND)
    yield "header-twice-interlaced-first", file((b"IHDR", header(interlace=1)), IHDR, IDAT, IEND)
    yield "header-again-behind", file(IHDR, IDAT, (b"IHDR", header(5, 4)), IEND)
    yield "header-again-behind-short", file(IHDR, IDAT, (b"IHDR", b""), IEND)
    for field, value in (("compression", 1), ("compression", 255), ("filter", 1), ("filter", 64), ("interlace", 2), ("interlace", 255),
                         ("width", 0), ("height", 0), ("width", 1 << 31), ("height", 1 << 31), ("width", 40_000_000), ("height", HEIGHT - 1),
                         ("height", HEIGHT + 1), ("width", WIDTH - 1)):
        yield f"header-{field}-{value}", file((b"IHDR", header(**{field: value})), IDAT, IEND)
    yield "header-13377", file((b"IHDR", header(13377, 13378, 1, GRAY)), IDAT, IEND)
    yield "header-13378", file((b"IHDR", header(13378, 13378, 1, GRAY)), IDAT, IEND)
    for bits in (0, 1, 2, 3, 4, 8, 16, 32):
        for kind in range(8):
            yield f"depth-{bits}-kind-{kind}", file((b"IHDR", header(bits=bits, kind=kind)), palette(4), IDAT, IEND)
    # Every kind of pixel, at widths that leave bits over, with and without interlacing.
    for bits, kind in ((1, GRAY), (2, GRAY), (4, GRAY), (8, GRAY), (16, GRAY), (8, RGB), (16, RGB), (1, PALETTE), (2, PALETTE),
                       (4, PALETTE), (8, PALETTE), (8, GRAY_ALPHA), (16, GRAY_ALPHA), (8, RGBA), (16, RGBA)):
        before = [palette(2 ** bits)] if kind == PALETTE else []
        for interlaced in (0, 1):
            for width, height in ((13, 9), (1, 1), (3, 5), (8, 8), (2, 17), (17, 2), (5, 1)):
                yield (f"pixels-{bits}-{kind}-{interlaced}-{width}x{height}",
                       of_kind(bits, kind, interlaced, before, width=width, height=height))
    # Palettes and transparency.
    for entries in (0, 1, 5, 255, 256, 257, 300):
        yield f"palette-{entries}", of_kind(8, PALETTE, before=[palette(entries)])
    for extra in (1, 2):
        yield f"palette-and-{extra}", of_kind(8, PALETTE, before=[(b"PLTE", bytes(range(30 + extra)))])
        yield f"palette-256-and-{extra}", of_kind(8, PALETTE, before=[(b"PLTE", bytes(768 + extra))])
    yield "palette-missing", of_kind(8, PALETTE)
    yield "palette-twice", of_kind(8, PALETTE, before=[palette(200), (b"PLTE", bytes(range(90)))])
    yield "palette-behind", of_kind(8, PALETTE, before=[palette(200)], after=[(b"PLTE", bytes(range(90)))])
    yield "palette-first", file(palette(16), (b"IHDR", header(bits=4, kind=PALETTE)), IDAT, IEND)
    yield "palette-too-long-for-bits", of_kind(2, PALETTE, before=[palette(200)])
    for length in (0, 1, 2, 3, 5, 6, 7, 255, 256, 257, 300):
        for bits, kind in ((8, PALETTE), (1, GRAY), (8, GRAY), (16, GRAY), (8, RGB), (16, RGB), (8, RGBA), (8, GRAY_ALPHA)):
            before = [palette(256)] if kind == PALETTE else []
            data = (b"\xff" * 3 + b"\0" + b"\xff" * 300)[:length] if length % 2 else bytes(i % 256 for i in range(length))
            yield f"trns-{length}-{bits}-{kind}", of_kind(bits, kind, before=[*before, (b"tRNS", data)])
    yield "trns-before-palette", of_kind(8, PALETTE, before=[(b"tRNS", b"\0\x80"), palette(256)])
    for bits, kind in ((1, GRAY), (8, GRAY), (16, GRAY), (8, RGB)):
        yield f"trns-beyond-{bits}-{kind}", of_kind(bits, kind, before=[(b"tRNS", b"\xff\xfe" * 3)])
    # Animations.
    actl = (b"acTL", struct.pack(">II", 2, 0))
    frame = (b"fdAT", struct.pack(">I", 2) + STREAM)
    part = zlib.compress(scanlines(drawing(5, 4)), 9)
    yield "apng", file(IHDR, actl, fctl(0), IDAT, fctl(1), frame, IEND)
    yield "apng-default-image", file(IHDR, actl, IDAT, fctl(0), (b"fdAT", struct.pack(">I", 1) + STREAM), IEND)
    yield "apng-part", file(IHDR, actl, fctl(0, 5, 4, 3, 2), (b"IDAT", part), fctl(1), frame, IEND)
    yield "apng-part-without-control", file(IHDR, fctl(0, 5, 4, 3, 2), (b"IDAT", part), IEND)
    yield "apng-part-interlaced", file(
        (b"IHDR", header(interlace=1)), fctl(0, 5, 4, 3, 2), (b"IDAT", zlib.compress(scanlines(drawing(5, 4), 8, True), 9)), IEND)
    yield "apng-part-outside", file(IHDR, actl, fctl(0, 5, 4, 9, 2), (b"IDAT", part), IEND)
    yield "apng-part-empty", file(IHDR, actl, fctl(0, 0, 4), (b"IDAT", part), IEND)
    yield "apng-part-huge", file(IHDR, actl, fctl(0, 0xFFFFFFFF, 4, 2), (b"IDAT", part), IEND)
    yield "apng-sequence", file(IHDR, actl, fctl(1), IDAT, IEND)
    yield "apng-sequence-behind", file(IHDR, actl, fctl(0), IDAT, fctl(5), IEND)
    yield "apng-sequence-behind-one-frame", file(IHDR, (b"acTL", struct.pack(">II", 1, 0)), fctl(0), IDAT, fctl(5), IEND)
    yield "apng-broken-behind", file(IHDR, actl, fctl(0), IDAT, fctl(1), (b"gAMA", b""), IEND)
    yield "apng-broken-behind-one-frame", file(IHDR, IDAT, fctl(0), (b"gAMA", b""), IEND)
    yield "apng-no-frames", file(IHDR, (b"acTL", bytes(8)), fctl(0), IDAT, fctl(3), IEND)
    yield "apng-many-frames", file(IHDR, (b"acTL", b"\x80\0\0\x01" + bytes(4)), fctl(0), IDAT, fctl(3), IEND)
    yield "apng-starts-with-frame-data", file(IHDR, actl, fctl(0), (b"fdAT", struct.pack(">I", 1) + STREAM), IEND)
    yield "apng-starts-with-frame-data-sequence", file(IHDR, actl, fctl(0), (b"fdAT", struct.pack(">I", 7) + STREAM), IEND)
    yield "apng-frame-data-short", file(IHDR, actl, fctl(0), (b"fdAT", b"\0\0"), IEND)
    yield "apng-frame-data-behind-short", file(IHDR, IDAT, (b"fdAT", b"\0\0"), IEND)
    yield "apng-frame-data-behind", file(IHDR, IDAT, frame, IEND)
    yield "apng-data-in-both", file(
        IHDR, actl, fctl(0), (b"IDAT", STREAM[:30]), (b"fdAT", struct.pack(">I", 1) + STREAM[30:]), IEND)
    yield "apng-data-in-both-sequence", file(
        IHDR, actl, fctl(0), (b"IDAT", STREAM[:30]), (b"fdAT", struct.pack(">I", 9) + STREAM[30:]), IEND)
    yield "cgbi", file((b"CgBI", b"\x50\0\x20\x06"), IHDR, (b"IDAT", STREAM[2:-4]), IEND)


def corrupted(data, seed, count=1, start=0):
    """Random changes: bytes replaced, removed, doubled."""
    generator = random.Random(seed)
    data = bytearray(data)
    for _ in range(count):
        at = generator.randrange(min(start, len(data) - 1), len(data))
        kind = generator.randrange(4)
        if kind == 0:
            data[at] ^= 1 << generator.randrange(8)
        elif kind == 1:
            data[at] = generator.randrange(256)
        elif kind == 2:
            del data[at:at + generator.randrange(1, 9)]
        else:
            data[at:at] = data[at:at + generator.randrange(1, 9)]
    return bytes(data)


def png_noise():
    """Random damage; half of it with checksums mended, or few would reach what lies behind them."""
    sources = [GOOD, of_kind(8, PALETTE, 1, [palette(256), (b"tRNS", bytes(range(90)))]), of_kind(4, GRAY), of_kind(16, RGBA, 1),
               file(IHDR, *ANCILLARY.values(), *((b"IDAT", STREAM[i:i + 40]) for i in range(0, len(STREAM), 40)), IEND)]
    for number, source in enumerate(sources):
        for seed in range(120):
            data = corrupted(source, seed, 1 + seed % 3, 8)
            yield f"noise-{number}-{seed}", data if seed % 2 else mended(data)


def mended(data):
    at, out = 8, data[:8]
    while len(data) - at >= 12:
        length, name = struct.unpack(">I", data[at:at + 4])[0], data[at + 4:at + 8]
        if len(data) - at - 12 < length:
            break
        out += chunk(name, data[at + 8:at + 8 + length])
        at += 12 + length
    return out + data[at:]


# --- JPEG -------------------------------------------------------------------------------------------------------
def segments(data):
    """The marker segments before the first scan: (marker, start, end)."""
    at = 2
    while True:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        yield marker, at, at + 2 + length
        if marker == 0xDA:
            return
        at += 2 + length


def markers(data):
    """Where markers of any kind are, scans included, but not what is stuffed or restarts."""
    at = 2
    while at + 3 < len(data):
        if data[at] == 0xFF and data[at + 1] not in (0, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            yield data[at + 1], at
            if data[at + 1] != 0xD9:
                at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
                continue
        at += 1


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def scans(data):
    """Where the scans of a file start, and its end marker."""
    return [at for marker, at in markers(data) if marker in (0xDA, 0xC4)] + [len(data) - 2]


EOI = b"\xff\xd9"


def fewer_scans():
    """Progressive files whose later scans are missing: libjpeg smooths what it then does not know."""
    for name, image, options in (
            ("420", picture(75, 50), {"subsampling": "4:2:0"}), ("422", picture(75, 51), {"subsampling": "4:2:2"}),
            ("444", picture(40, 41), {"subsampling": "4:4:4"}), ("gray", picture(61, 43, "L"), {}), ("cmyk", picture(31, 40, "CMYK"), {}),
            ("narrow", picture(7, 60), {"subsampling": "4:2:0"}), ("two-blocks", picture(16, 60), {"subsampling": "4:4:4"}),
            ("two-blocks-420", picture(30, 60), {"subsampling": "4:2:0"}), ("low", picture(60, 7), {"subsampling": "4:2:0"}),
            ("two-rows", picture(60, 20), {"subsampling": "4:2:0"}), ("restart", picture(75, 50), {"restart_marker_blocks": 2}),
            ("odd", picture(65, 33), {"subsampling": "4:2:0"})):
        for quality in (30, 90):
            data = jpeg(image, quality, progressive=True, **options)
            for number, at in enumerate(scans(data)):
                yield f"scans-{name}-{quality}-{number}", data[:at] + EOI
            # A scan that ends early: what it did not bring is as the scan before left it.
            for number, at in enumerate(range(len(data) // 3, len(data), max(len(data) // 9, 1))):
                yield f"scans-{name}-{quality}-ends-{number}", data[:at] + EOI


def jpeg_mutants():
    photo = picture(45, 34)
    base = jpeg(photo, 75, subsampling="4:2:0")
    found = {marker: (start, end) for marker, start, end in segments(base)}
    sof, sos = found[0xC0], found[0xDA]
    yield "jpeg-good", base
    for cut in (*range(1, 30), *range(30, len(base), 23)):
        yield f"jpeg-cut-{cut:03}", base[:-cut]
        yield f"jpeg-cut-{cut:03}-ended", base[:-cut] + EOI
    yield "jpeg-junk-before", b"junk" + base
    yield "jpeg-tail", base + b"tail"
    yield "jpeg-tail-image", base + base
    yield "jpeg-tail-marker", base[:-2] + b"\xff\xc0" + EOI
    yield "jpeg-padding-before-end", base[:-2] + b"\xff\xff\xff" + EOI
    yield "jpeg-zeros-before-end", base[:-2] + bytes(50) + EOI
    yield "jpeg-second-start", base[:2] + base
    yield "jpeg-start-later", base[:sof[0]] + b"\xff\xd8" + base[sof[0]:]
    yield "jpeg-end-first", base[:2] + EOI + base[2:]
    for marker in (0x01, 0x02, 0x4F, 0xBF, 0xC8, 0xD0, 0xD7, 0xF0, 0xFD):
        yield f"jpeg-marker-{marker:02x}", base[:sof[0]] + bytes([0xFF, marker]) + base[sof[0]:]
        yield f"jpeg-segment-{marker:02x}", base[:sof[0]] + segment(marker, b"data") + base[sof[0]:]
    for number, junk in enumerate((b"\0", b"\0\0\0\0", b"ab", b"\xff", b"\xff\xff\xff", b"\xff\0", b"\xff\0\xff\0", b"a\xffb", b"\xff\x01")):
        for place in (2, sof[0], sos[0]):
            yield f"jpeg-junk-{number}-{place}", base[:place] + junk + base[place:]
    for marker in (0xE0, 0xE1, 0xE2, 0xEC, 0xED, 0xEE, 0xFE, 0xDD, 0xDC, 0xCC, 0xC4, 0xDB):
        for length in (0, 1, 2, 3, 4, 7, 12, 14, 20):
            yield f"jpeg-{marker:02x}-length-{length}", base[:sof[0]] + bytes([0xFF, marker]) + struct.pack(">H", length) + b"\x11" * max(length - 2, 0) + base[sof[0]:]
        yield f"jpeg-{marker:02x}-too-long", base[:sof[0]] + bytes([0xFF, marker]) + b"\xff\xff" + base[sof[0]:]
    for name, marker, data in (
            ("jfif-short", 0xE0, b"JFIF\0"), ("jfif-six", 0xE0, b"JFIF\0\x01"), ("adobe-short", 0xEE, b"Adobe"),
            ("adobe-seven", 0xEE, b"Adobe\0\x64"), ("adobe-rgb", 0xEE, b"Adobe\0\x64\0\0\0\0\0"),
            ("adobe-ycc", 0xEE, b"Adobe\0\x64\0\0\0\0\x01"), ("adobe-ycck", 0xEE, b"Adobe\0\x64\0\0\0\0\x02"),
            ("adobe-nine", 0xEE, b"Adobe\0\x64\0\0\0\0\x09"), ("photoshop-short", 0xED, b"Photoshop 3.0\x008BIM"),
            ("photoshop-code", 0xED, b"Photoshop 3.0\x008BIM\x03\xed"), ("photoshop-name", 0xED, b"Photoshop 3.0\x008BIM\x03\xed\0"),
            ("photoshop-resolution", 0xED, b"Photoshop 3.0\x008BIM\x03\xed\0\0\0\0\0\x02ab"),
            ("photoshop-odd", 0xED, b"Photoshop 3.0\x008BIM\x03\xee\0\0\0\0\0\x05abcdef8BIM"),
            ("icc-short", 0xE2, b"ICC_PROFILE\0"), ("icc-thirteen", 0xE2, b"ICC_PROFILE\0\x01"), ("icc", 0xE2, b"ICC_PROFILE\0\x01\x01profile"),
            ("exif", 0xE1, b"Exif\0\0"), ("exif-broken", 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"), ("exif-text", 0xE1, b"Exif\0\0what"),
            ("exif-tiff", 0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x28\x01\x03\0\x01\0\0\0\x02\0\0\0\0\0\0\0"), ("mpf-short", 0xE2, b"MPF\0"),
            ("mpf-broken", 0xE2, b"MPF\0II*\0\x08\0\0\0\x09\0"), ("flashpix", 0xE2, b"FPXR\0")):
        yield f"jpeg-{name}", base[:2] + segment(marker, data) + base[2:]
    exif = Image.Exif()
    exif[0x0112], exif[0x011A], exif[0x0128] = 8, 0.0, 3
    yield "jpeg-exif-dpi", jpeg(photo, exif=exif)
    mpo = io.BytesIO()
    photo.save(mpo, "MPO", save_all=True, append_images=[picture(20, 20)])
    mpo = mpo.getvalue()
    yield "mpo", mpo
    yield "mpo-cut", mpo[:len(mpo) - 300]
    at = mpo.index(b"MPF\0")
    for offset in range(4, 90, 3):
        yield f"mpo-damaged-{offset}", mpo[:at + offset] + b"\xff\xff" + mpo[at + offset + 2:]
    for marker in range(0xC0, 0xD0):
        yield f"jpeg-frame-{marker:02x}", base[:sof[0] + 1] + bytes([marker]) + base[sof[0] + 2:]
    yield "jpeg-frame-twice", base[:sof[1]] + base[sof[0]:]
    yield "jpeg-frame-missing", base[:sof[0]] + base[sof[1]:]
    yield "jpeg-frame-hierarchical", base[:sof[0]] + segment(0xDE, base[sof[0] + 4:sof[1]]) + base[sof[0]:]
    for offset, value in ((0, 7), (0, 9), (0, 12), (0, 16), (5, 0), (5, 1), (5, 2), (5, 4), (7, 0), (7, 0x11), (7, 0x21), (7, 0x12), (7, 0x41),
                          (7, 0x14), (7, 0x22), (7, 0x31), (7, 0x13), (7, 0x44), (7, 0x51), (8, 1), (8, 3), (8, 9), (10, 0x21), (10, 0x22), (1, 255)):
        data = bytearray(base)
        data[sof[0] + 4 + offset] = value
        yield f"jpeg-frame-{offset}-{value:02x}", bytes(data)
    for offset in range(sos[0] + 2, sos[1]):
        for value in (0, 1, 0x3F, 0xFF):
            yield f"jpeg-scan-{offset - sos[0]}-{value:02x}", base[:offset] + bytes([value]) + base[offset + 1:]
    for quality in (20, 95):
        for sampling in ("4:4:4", "4:2:2", "4:2:0"):
            for width, height in ((45, 34), (16, 16), (1, 9), (33, 8)):
                for progressive in (False, True):
                    yield (f"jpeg-{sampling.replace(':', '')}-{quality}-{width}x{height}-{int(progressive)}",
                           jpeg(picture(width, height), quality, subsampling=sampling, progressive=progressive))
    for blocks in (1, 2, 5):
        data = jpeg(photo, restart_marker_blocks=blocks)
        yield f"jpeg-restart-{blocks}", data
        for number in range(6):
            yield f"jpeg-restart-{blocks}-lost-{number}", data.replace(bytes([0xFF, 0xD0 + number]), b"", 1)
            yield f"jpeg-restart-{blocks}-wrong-{number}", data.replace(bytes([0xFF, 0xD0 + number]), bytes([0xFF, 0xD7 - number]), 1)
    yield from fewer_scans()


def jpeg_noise():
    options = ({"subsampling": "4:2:0"}, {"subsampling": "4:4:4"}, {"progressive": True}, {"restart_marker_blocks": 2},
               {"progressive": True, "restart_marker_blocks": 3}, {"optimize": True})
    for number, option in enumerate(options):
        data = jpeg(picture(90, 67), 75, **option)
        start = next(end for marker, _, end in segments(data) if marker == 0xDA)
        for seed in range(150):
            # Half of the changes are in the headers, which are short.
            yield f"jpeg-noise-{number}-{seed}", corrupted(data, seed, 1 + seed % 4, start if seed % 2 else 2)
    large = jpeg(Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)), 90)
    for seed in range(40):
        yield f"jpeg-noise-large-{seed}", corrupted(large, seed, 3, 700)
    yield "jpeg-large-no-end", large[:-2]
    yield "jpeg-large-segment", large[:2] + b"".join(segment(0xE1, bytes(65000)) for _ in range(3)) + large[2:]


# --- Tables -----------------------------------------------------------------------------------------------------
def expected(data):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data)).convert("RGB")
        return f"{image.width}\t{image.height}\t{hashlib.sha256(np.asarray(image).tobytes()).hexdigest()[:32]}"
    except Exception as error:
        return "error" if len(sys.argv) < 2 else f"error\t{type(error).__name__}: {error}"


def main():
    if sys.argv[1:2] == ["many"]:
        folder = sys.argv[2]
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "expected.tsv"), "w", encoding="utf-8") as table:
            for name, data in (*png_mutants(), *png_noise(), *jpeg_mutants(), *jpeg_noise()):
                with open(os.path.join(folder, name), "wb") as out:
                    out.write(data)
                table.write(f"{name}\t{expected(data)}\n".replace("\r", " "))
        return
    chosen = [*png_mutants(), *jpeg_mutants()]
    with open(os.path.join(HERE, "mutants.tsv"), "w", encoding="utf-8") as table:
        offset = 0
        for name, data in chosen:
            table.write(f"{name}\t{offset}\t{len(data)}\t{expected(data)}\n")
            offset += len(data)
    with open(os.path.join(HERE, "mutants.z"), "wb") as out:
        out.write(zlib.compress(b"".join(data for _, data in chosen), 9))


if __name__ == "__main__":
    main()
