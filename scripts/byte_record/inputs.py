"""The inputs of all cases, made the same every time: pictures, lists, archives, labels, lists of units."""
import io
import os
import shutil
import struct
import tarfile
import zlib

from .case import REPOSITORY

FIXTURES = os.path.join(REPOSITORY, "Tests", "Fixtures")
CLASSES = ("n01440764", "n01443537")
JPEGS = ("baseline-420.jpg", "progressive.jpg", "gray.jpg", "cmyk.jpg", "exif-rotated.jpg", "1100x300.jpg", "1x4000.jpg")


def photograph(width, height, seed):
    """An RGB picture with edges, gradients and noise, as a PNG file."""
    state = seed * 2654435761 % 2**32
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            state = (1664525 * state + 1013904223) % 2**32
            noise = state >> 27
            checks = 60 if (x // (4 + seed % 5) + y // (3 + seed % 7)) % 2 else 0
            rows += bytes(((x * 255 // width + noise) % 256, min(y * 200 // height + checks + noise, 255),
                           (seed * 37 + checks * 2 + noise) % 256))
    return png(width, height, bytes(rows))


def png(width, height, rows, depth=8, kind=2):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    # Stored, not compressed: the same bytes whatever zlib is installed.
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def archive(path, members):
    """A tar file whose bytes depend on its members only."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def fixture(*names):
    return os.path.join(FIXTURES, *names)


def make(folder, photographs=None):
    """Makes all inputs in a folder and returns where each is."""
    shutil.rmtree(folder, ignore_errors=True)
    at = {name: os.path.join(folder, name) for name in (
        "one", "few", "many", "broken", "flat", "packed", "val", "list.txt", "labels.tsv", "units.txt", "units.json", "odd")}
    sizes = ((40, 50), (64, 48), (33, 90), (90, 33), (224, 224))
    pictures = [photograph(*sizes[index % 5], index + 1) for index in range(38)]
    # Equal pictures have equal activations: ties, which rows decide.
    pictures[31] = pictures[30] = pictures[7]
    for index, picture in enumerate(pictures):
        write(f"{at['many']}/{CLASSES[index % 2]}/{index:02}.png", picture)
    for name in JPEGS:
        with open(fixture("images", "files", name), "rb") as file:
            write(f"{at['many']}/{CLASSES[0]}/{name}", file.read())
    write(f"{at['one']}/photograph.png", pictures[4])
    for name in ("few", "broken", "flat"):
        for index in (2, 4, 3):
            write(f"{at[name]}/{'' if name == 'flat' else CLASSES[index % 2] + '/'}{index}.png", pictures[index])
    with open(fixture("images", "files", "baseline-420.jpg"), "rb") as file:
        write(f"{at['few']}/{CLASSES[0]}/photograph.JPEG", file.read())
    # Tall: the pass that comes first differs between versions of Pillow.
    write(f"{at['few']}/{CLASSES[1]}/tall.png", photograph(64, 300, 99))
    write(f"{at['broken']}/{CLASSES[0]}/text.jpg", "this is no picture\n")
    write(f"{at['broken']}/{CLASSES[1]}/cut.png", pictures[5][:2000])
    write(f"{at['odd']}/cats/0.png", pictures[0])
    write(f"{at['odd']}/dogs/1.png", pictures[1])
    for number in range(1, 6):
        write(f"{at['val']}/ILSVRC2012_val_0000000{number}.JPEG", pictures[number])
    os.makedirs(at["packed"])
    for shard in range(3):
        archive(f"{at['packed']}/s-00{shard}.tar", [
            member for index in range(shard, 9, 3)
            for member in ((f"{index}.png", pictures[index]), (f"{index}.cls", b"%d" % (index * 7)))])
    archive(f"{at['packed']}/folders.tar", [
        (f"train/{CLASSES[index % 2]}/{index}.png", pictures[index]) for index in range(6)])
    write(f"{at['packed']}/packed.tar.gz", b"\x1f\x8b\x08 and no more")
    write(at["list.txt"], "".join(f"flat/{index}.png\t{index}\n" for index in (4, 2, 3)))
    write(at["labels.tsv"], "".join(f"{index}.png\t{index}\n" for index in (2, 3, 4)))
    write(at["units.txt"], "features_3_squeeze__3\nfeatures_3_squeeze__11\nclassifier_1__7\n")
    write(at["units.json"], '{"units": ["features_12_expand3x3__255", "features_0__0", "features_12_expand3x3__1"]}\n')
    if photographs:
        at["photographs"] = os.path.realpath(photographs)
    return at
