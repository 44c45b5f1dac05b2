"""Archives in every format the tar tests read, and what Python's tarfile finds in them.

Needs Python 3.11 and GNU tar (for sparse files). Members are no real images: readers of headers do not look.
Run it in this folder; it writes the archives, and expected.json: for each the members that are files, in the order of
their headers, as [bytes of the name in hexadecimal, offset of the data, size].
"""

import io
import json
import os
import subprocess
import tarfile
import tempfile

# The last record is filled up to this; 10 KiB of zeros each would be most of the fixtures.
tarfile.RECORDSIZE = 1024


def member(name, data=None, **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data or b"")
    info.mtime = 1_000_000_000
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def write(path, members, format, encoding="utf-8"):
    with tarfile.open(path, "w", format=format, encoding=encoding, errors="surrogateescape") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data) if data is not None else None)


def folders(deep):
    return [
        member("./n01443537/", type=tarfile.DIRTYPE),
        member("./n01443537/b.JPEG", b"second class"),
        member("./n01443537/a.txt", b"no image"),
        member("n01440764/c.jpeg", b"c" * 511),
        member("n01440764/b.JPEG", b"b" * 512),
        member("n01440764/a.JPEG", b"a" * 513),
        member("n01440764/empty.png", b""),
        member(f"n01440764/{deep}/d.png", b"deep"),
    ]


ustar_deep = "u" * 80 + "/" + "v" * 40
long_deep = "/".join(["long" * 25] * 4)

write("ustar.tar", folders(ustar_deep), tarfile.USTAR_FORMAT)
write("pax.tar", folders(long_deep + "-é☃"), tarfile.PAX_FORMAT)
write("gnu.tar", folders(long_deep), tarfile.GNU_FORMAT)
write(
    "bytes.tar",
    [
        member("d/tab\there.png", b"tab"),
        member("d/line\nend.png", b"line"),
        member("d/latin-\udce9.png", b"latin"),
        member("d/back\\slash.png", b"slash"),
        member("d/ space .png", b"space"),
    ],
    tarfile.GNU_FORMAT,
)
write(
    "links.tar",
    [
        member("a.png", b"first a"),
        member("hard.png", type=tarfile.LNKTYPE, linkname="a.png"),
        member("soft.png", type=tarfile.SYMTYPE, linkname="x" * 150),
        member("loop.png", type=tarfile.SYMTYPE, linkname="loop.png"),
        member("pipe.png", type=tarfile.FIFOTYPE),
        member("device.png", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
        member("../up.png", b"up"),
        member("/root.png", b"root"),
        member("folder.png/", type=tarfile.DIRTYPE),
        member("a.png", b"second a"),
    ],
    tarfile.GNU_FORMAT,
)


def sample(key, label, kind):
    yield member(f"{key}.jpg", f"image {key}".encode())
    yield member(f"{key}.seg.png", b"mask")
    if kind == "cls":
        yield member(f"{key}.cls", str(label).encode())
    elif kind == "json":
        yield member(f"{key}.json", json.dumps({"label": label, "other": [1, "é"]}).encode())


for shard in range(3):
    members = []
    for index in range(4):
        kind = "none" if (shard, index) == (2, 3) else ["cls", "json"][shard % 2]
        members += sample(f"{10 * shard + index:06d}", 100 * shard + index, kind)
    write(f"shard-{shard:06d}.tar", members, tarfile.USTAR_FORMAT)

with tempfile.TemporaryDirectory() as folder:
    for synset in ["n01443537", "n01440764"]:
        images = [member(f"{synset}_{index}.JPEG", f"{synset} {index}".encode()) for index in [10, 9, 100]]
        write(f"{folder}/{synset}.tar", images, tarfile.GNU_FORMAT)
    outer = [member(f"{s}.tar", open(f"{folder}/{s}.tar", "rb").read()) for s in ["n01443537", "n01440764"]]
    write("nested.tar", outer, tarfile.GNU_FORMAT)

    with open(f"{folder}/hole.png", "wb") as file:
        file.truncate(1 << 20)
        file.seek(1 << 19)
        file.write(b"x" * 100)
    for format in ["gnu", "pax"]:
        subprocess.run(
            ["tar", "--sparse", "--blocking-factor=2", "--owner=0", "--group=0", "--mtime=@0", f"--format={format}"]
            + (["--pax-option=exthdr.name=x,delete=atime,delete=ctime"] if format == "pax" else [])
            + ["-cf", os.path.abspath(f"sparse-{format}.tar"), "-C", folder, "hole.png"],
            check=True,
        )

expected = {}
for name in sorted(os.listdir(".")):
    if not name.endswith(".tar") or name.startswith("sparse"):
        continue
    with tarfile.open(name, "r:", errors="surrogateescape") as archive:
        expected[name] = [
            [os.fsencode(info.name).hex(), info.offset_data, info.size] for info in archive if info.isreg()
        ]
with open("expected.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
