"""Images for the test of the atlas: bars, checks and rings, under names that files may have and pages must survive."""
import math
import pathlib
import struct
import zlib

# Markup, scripts, line ends, quotes, separators of addresses and templates, marks that combine with the character before.
HOSTILE = [
    "<script>alert(1)</script>.png", "\"onerror=alert(1) x=\".png", "'; alert(1); '.png", "line\nbreak\r.png", "tab\t.png",
    "a&amp;b%20c#d?e.png", "{{model}}{{{model}}}.png", "<\u0338img src=x onerror=alert(1)>.png", "\"\u0301onerror=alert(1) .png",
    "back\\slash`${alert(1)}.png", "\u2028\u2029.png", "ünïcödé 猫.png", "\u202egnp.txt.png",
]


def png(width, height, pixel):
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in pixel(x, y)) for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def patterns(index):
    """Colour and shape change with the number of the image."""
    hue = 2 * math.pi * (index * 0.381966 % 1)
    colour = [int(150 + 100 * math.cos(hue + turn)) for turn in (0, 2.1, 4.2)]
    pitch = 4 + index % 7 * 3

    def rings(x, y):
        wave = 0.5 + 0.5 * math.sin(math.hypot(x - 40 - index % 5 * 8, y - 36) * 6 / pitch)
        return [int(value * wave) for value in colour]

    def checks(x, y):
        return colour if (x // pitch + y // pitch) % 2 else [235, 230, 220]

    def bars(x, y):
        wave = 0.5 + 0.5 * math.sin((x * math.cos(index) + y * math.sin(index)) * 5 / pitch)
        return [int(40 + (value - 40) * wave) for value in colour]

    return [rings, checks, bars][index % 3]


def generate(folder, count):
    """Three classes, one of which has a name with markup; a dozen names that are attacks."""
    folder = pathlib.Path(folder)
    classes = ["bars", "checks <b>&\"'", "rings"]
    for index in range(count):
        name = HOSTILE[index] if index < len(HOSTILE) else f"{index:04d}.png"
        file = folder / classes[index % 3] / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(png(80, 72, patterns(index)))
