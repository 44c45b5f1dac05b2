"""Makes the odd image files of ImagesTests in files/, and tables of what Pillow and torchvision make of them.

    python generate.py                     with the newest Pillow: the files, expected.tsv and display.tsv
    python generate.py --pillow-12 PYTHON  afterwards: the rows of expected-12.tsv and display-12.tsv, which differ

PYTHON is that of an environment with torch, torchvision and Pillow 12 (pip install "pillow==12.*"). Everything is drawn here from fixed formulas; the JPEG bytes depend on Pillow's libjpeg (versions.json).
"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

from PIL import Image

import expect
from drawing import ADAM7, GRAY, GRAY_ALPHA, PALETTE, RGB, RGBA, chunk, drawing, filtered, jpeg, packed, palette, picture

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = os.path.join(HERE, "files")


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


def without(data, marker):
    for found, start, end in reversed(list(segments(data))):
        if found == marker:
            data = data[:start] + data[end:]
    return data


def patched(data, marker, offset, value):
    """`data` with bytes replaced in the segment of a marker; the offset counts from behind the length."""
    for found, start, _ in segments(data):
        if found == marker:
            at = start + 4 + offset
            return data[:at] + value + data[at + len(value):]
    raise ValueError(f"no marker {marker:x}")


def jpegs():
    photo = picture(167, 122)
    baseline = jpeg(photo, subsampling="4:2:0")
    progressive = jpeg(picture(640, 470), 40, progressive=True)
    cmyk = jpeg(picture(90, 70, "CMYK"))
    yield "baseline-420.jpg", baseline
    yield "baseline-422.jpg", jpeg(photo, subsampling="4:2:2")
    yield "baseline-444.jpg", jpeg(photo, subsampling="4:4:4")
    # The blocks of a 4:2:2 file under factors of 1x2: as many blocks, a legal 4:4:0 file of shuffled content.
    yield "baseline-440.jpg", patched(jpeg(picture(96, 96), subsampling="4:2:2"), 0xC0, 7, b"\x12")
    yield "progressive.jpg", progressive
    yield "progressive-gray.jpg", jpeg(picture(301, 257, "L"), progressive=True)
    yield "gray.jpg", jpeg(picture(120, 167, "L"))
    yield "restart.jpg", jpeg(photo, restart_marker_blocks=3)
    yield "rgb-colour-space.jpg", jpeg(photo, keep_rgb=True)
    yield "cmyk.jpg", cmyk
    yield "cmyk-without-adobe.jpg", without(cmyk, 0xEE)
    yield "ycck.jpg", patched(cmyk, 0xEE, 11, b"\x02")
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "exif-rotated.jpg", jpeg(photo, exif=exif)
    yield "optimized-low.jpg", jpeg(picture(400, 267), 5, optimize=True)
    yield "1100x300.jpg", jpeg(picture(1100, 300), 50)
    yield "1x1.jpg", jpeg(picture(1, 1))
    yield "2x3.jpg", jpeg(picture(2, 3))
    yield "17x9.jpg", jpeg(picture(17, 9))
    yield "1x4000.jpg", jpeg(picture(1, 4000))
    yield "4000x1.jpg", jpeg(picture(4000, 1))
    # Tall ones, on either side of where Pillow 13 resizes them vertically first.
    for width, height in ((320, 685), (320, 684), (150, 330), (300, 900), (257, 515)):
        yield f"tall-{width}x{height}.jpg", jpeg(picture(width, height), 25)
    yield "garbage-between-markers.jpg", baseline[:20] + b"\x00\x17\x00" + baseline[20:]
    yield "tail.jpg", baseline + b"what follows the end does not matter"
    yield "no-end-marker.jpg", baseline[:-2]
    middle = len(baseline) * 2 // 3
    yield "damaged-but-tolerated.jpg", baseline[:middle] + b"\x55" * 4 + baseline[middle + 4:]

    yield "truncated.jpg", baseline[:middle]
    yield "truncated-header.jpg", baseline[:100]
    yield "truncated-progressive.jpg", progressive[:len(progressive) // 2]
    yield "12-bit.jpg", patched(baseline, 0xC0, 0, b"\x0c")
    yield "no-size.jpg", patched(baseline, 0xC0, 1, b"\x00\x00")
    yield "no-tables.jpg", without(baseline, 0xDB)
    yield "bomb.jpg", patched(baseline, 0xC0, 1, struct.pack(">HH", 65000, 65000))


# --- PNG --------------------------------------------------------------------------------------------------------
def png(samples, bits, kind, interlaced=False, before=b"", pieces=1):
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    data = b""
    for left, top, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        part = samples[top::dy, left::dx]
        if part.size:
            data += filtered([packed(row.reshape(-1), bits) for row in part], max(bits * channels // 8, 1))
    data = zlib.compress(data, 9)
    step = -(-len(data) // pieces)
    return b"".join([
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced)),
        before, *(chunk(b"IDAT", data[i:i + step]) for i in range(0, len(data), step)), chunk(b"IEND", b"")])


def pngs():
    for bits in (1, 2, 4, 8, 16):
        gray = drawing(61, 43, 1, 2 ** bits - 1)
        yield f"gray-{bits}.png", png(gray, bits, GRAY)
        yield f"gray-{bits}-interlaced.png", png(gray, bits, GRAY, True)
    # 16-bit gray saturates at 255, so that most of the drawing above is white; this one is not.
    yield "gray-16-dark.png", png(drawing(61, 43, 1, 600), 16, GRAY)
    for bits in (1, 2, 4, 8):
        indices = drawing(61, 43, 1, 2 ** bits - 1)
        yield f"palette-{bits}.png", png(indices, bits, PALETTE, before=palette(2 ** bits))
        yield f"palette-{bits}-interlaced.png", png(indices, bits, PALETTE, True, palette(2 ** bits))
    indices = drawing(61, 43, 1, 255)
    yield "palette-transparent.png", png(
        indices, 8, PALETTE, before=palette(256) + chunk(b"tRNS", bytes(range(0, 256, 2))))
    yield "palette-short.png", png(indices, 8, PALETTE, before=palette(100))
    for bits in (8, 16):
        top = 2 ** bits - 1
        yield f"gray-alpha-{bits}.png", png(drawing(61, 43, 4, top)[:, :, 2:], bits, GRAY_ALPHA)
        yield f"rgb-{bits}.png", png(drawing(61, 43, 3, top), bits, RGB, pieces=5)
        yield f"rgb-{bits}-interlaced.png", png(drawing(61, 43, 3, top), bits, RGB, True)
        yield f"rgba-{bits}.png", png(drawing(61, 43, 4, top), bits, RGBA)
        yield f"rgba-{bits}-interlaced.png", png(drawing(61, 43, 4, top), bits, RGBA, True, pieces=3)
    yield "gray-transparent.png", png(drawing(61, 43, 1), 8, GRAY, before=chunk(b"tRNS", b"\x00\x80"))
    yield "gray-16-transparent.png", png(drawing(61, 43, 1, 600), 16, GRAY, before=chunk(b"tRNS", b"\x00\x80"))
    yield "rgb-transparent.png", png(drawing(61, 43), 8, RGB, before=chunk(b"tRNS", b"\x00\x00\x00\x00\x00\x80"))
    yield "gamma.png", png(drawing(61, 43), 8, RGB, before=chunk(b"gAMA", struct.pack(">I", 220000)))
    # Widths and heights around the crops, where halves are rounded to even.
    for width, height in ((256, 257), (259, 256), (256, 256), (224, 225), (248, 249), (1, 1), (3, 2)):
        yield f"{width}x{height}.png", png(drawing(width, height, 1, 15), 4, GRAY)
    yield "1x4000.png", png(drawing(1, 4000), 8, RGB)
    yield "4000x1.png", png(drawing(4000, 1), 8, RGB)
    yield "interlaced-1x1.png", png(drawing(1, 1), 8, RGB, True)
    # Tall ones, which are resized in their own modes.
    for bits, kind, channels in ((8, GRAY_ALPHA, 2), (16, GRAY, 1), (1, GRAY, 1)):
        yield f"tall-{bits}-{kind}.png", png(drawing(257, 519, channels, 600 if bits == 16 else 2 ** bits - 1), bits, kind)
    # More than 100 times as tall as wide: Pillow 12, too, resizes it vertically first.
    yield "tall-230x23100.png", png(drawing(230, 23100, 1, 1), 1, GRAY)
    yield "tall-4-3.png", png(drawing(30, 3100, 1, 15), 4, PALETTE, before=palette(16))
    yield "png-by-content.JPEG", png(drawing(61, 43), 8, RGB)

    good = png(drawing(61, 43), 8, RGB, pieces=3)
    at = good.index(b"IDAT")
    yield "wrong-data-checksum.png", good[:-14] + bytes([good[-14] ^ 1]) + good[-13:]
    yield "no-end-chunk.png", good[:-12]
    yield "truncated.png", good[:len(good) // 2]
    yield "truncated-header.png", good[:20]
    yield "no-data.png", good[:at - 4]
    yield "wrong-header-checksum.png", good[:17] + b"\x01" + good[18:]
    yield "damaged-data.png", good[:at + 300] + b"\x00" * 40 + good[at + 340:]
    yield "bad-depth.png", png(drawing(61, 43), 8, RGB).replace(
        chunk(b"IHDR", struct.pack(">IIBBBBB", 61, 43, 8, 2, 0, 0, 0)),
        chunk(b"IHDR", struct.pack(">IIBBBBB", 61, 43, 4, 2, 0, 0, 0)))
    yield "bomb.png", (good[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)) + good[33:])
    yield "empty.png", b""
    yield "text.png", b"This is no image, whatever its name says.\n"


def write_files():
    os.makedirs(FILES, exist_ok=True)
    for name in os.listdir(FILES):
        os.remove(os.path.join(FILES, name))
    for name, data in (*jpegs(), *pngs()):
        with open(os.path.join(FILES, name), "wb") as file:
            file.write(data)


def run(script, output, python=sys.executable):
    subprocess.run([python, "-W", "ignore", os.path.join(HERE, script), FILES, output], check=True)


def differing_rows(script, table, python):
    """Writes the rows of a table that another environment's Pillow makes otherwise."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as other:
        run(script, other.name, python)
        with open(os.path.join(HERE, f"{table}.tsv"), encoding="utf-8") as file:
            rows = file.readlines()
        with open(os.path.join(HERE, f"{table}-12.tsv"), "w", encoding="utf-8") as file:
            file.writelines(row for number, row in enumerate(other.readlines()) if number == 0 or row not in rows)


def main():
    if sys.argv[1:2] == ["--pillow-12"]:
        differing_rows("expect.py", "expected", sys.argv[2])
        differing_rows("display.py", "display", sys.argv[2])
        with open(os.path.join(HERE, "versions-12.json"), "w", encoding="utf-8") as file:
            subprocess.run([sys.argv[2], "-c", "import expect; print(expect.versions(), end='')"], check=True, stdout=file, cwd=HERE)
        return
    write_files()
    run("expect.py", os.path.join(HERE, "expected.tsv"))
    run("display.py", os.path.join(HERE, "display.tsv"))
    with open(os.path.join(HERE, "versions.json"), "w", encoding="utf-8") as file:
        file.write(expect.versions())


if __name__ == "__main__":
    main()
