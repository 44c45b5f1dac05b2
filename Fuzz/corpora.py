#!/usr/bin/env python3
"""Makes the seeds of every fuzzing target out of the tests' fixtures and a few lines written here.

    corpora.py FOLDER    # writes FOLDER/<target>/<seed>

What fuzzing found beyond them, as far as it is small, is in corpora/<target>/.
"""

import hashlib
import io
import json
import shutil
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "Tests" / "Fixtures"
LARGEST = 9 << 10


def copies(folder, pattern):
    files = {path.name: path.read_bytes() for path in sorted((FIXTURES / folder).glob(pattern)) if path.is_file()}
    return {name: content for name, content in files.items() if 0 < len(content) <= LARGEST}


def manifests():
    array = {"dtype": "<f4", "file": "activations/conv1.npy", "name": "conv1", "shape": [2, 3], "study_name": "conv1"}
    host = {"batch_size": 8, "name": "a", "processor": "b", "system": "c", "threads": 2}
    manifest = {
        "arguments": ["dump"], "host": host, "layers": [array], "model": "resnet50", "on_error": "skip",
        "logits": {"dtype": "<f4", "file": "logits.npy", "shape": [2, 5]},
        "images": {"count": 2, "labels": "imagenet", "layout": "folders", "list_sha256": "00", "skipped": 0},
        "precision": "fp32", "tier": "avx2", "reduce": "mean", "schema": 1, "started": "2026-01-01T00:00:00Z",
        "preprocessing": {"channel_order": "rgb", "crop": 224, "decoder": "d", "filter": "bilinear",
                          "normalization": "x", "resize": 256},
        "state": "running", "tool": {"name": "activation-dump", "version": "0.1.0"},
        "weights": {"bytes": 1, "name": "seeded:1", "sha256": "00"},
    }
    chosen = json.loads(json.dumps(manifest))
    chosen["layers"][0]["units"] = [0, 2]
    chosen.update(rows_done=[[0, 1]], failure="no", resumed=1, state="interrupted")
    # The arrays that the target makes: a header and zeros. With their digests the shard can be merged.
    shard = json.loads(json.dumps(manifest))
    shard.update(state="complete", ended="2026-01-01T00:00:00Z",
                 shard={"index": 0, "count": 1, "first_row": 0, "images_of_all": 2})
    for entry in shard["layers"] + [shard["logits"]]:
        entry["sha256"] = hashlib.sha256(zeros(entry["shape"])).hexdigest()
    shard["images"]["table_sha256"] = hashlib.sha256(b"row\tpath\tlabel\tstatus\n").hexdigest()
    texts = {"running": manifest, "interrupted": chosen, "shard": shard}
    return {name: json.dumps(value, separators=(",", ":")).encode() for name, value in texts.items()}


def zeros(shape):
    literal = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % ", ".join(map(str, shape))
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + literal.encode().ljust(117) + b"\n"
    return header + bytes(4 * shape[0] * shape[1])


def npy():
    shapes = ["()", "(3,)", "(2, 3)", "(2, 3, 4, 5)"]
    seeds = {}
    for number, (code, order) in enumerate([("<f4", False), (">f8", True), ("|u1", False), ("<c16", True)]):
        literal = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (code, order, shapes[number])
        version = 1 if number < 2 else number
        length = len(literal).to_bytes(2 if version == 1 else 4, "little")
        seeds[str(number)] = b"\x93NUMPY" + bytes([version, 0]) + length + literal.encode()
    return seeds


def tars():
    seeds = {}
    for name, form in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=form) as archive:
            for member, content in [("a/0001.jpg", b"x" * 600), ("a/0001.cls", b"7"), ("a/0002.png", b""),
                                    ("n" * (90 if name == "ustar" else 150) + "/é.jpg", b"y"),
                                    ("a/0001.json", b'{"label": 3}')]:
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("link.jpg")
            link.type, link.linkname = tarfile.SYMTYPE, "a/0001.jpg"
            archive.addfile(link)
        seeds[name] = data.getvalue().rstrip(b"\0") + bytes(1024)
    return seeds


def npz(arrays):
    """Stored members, as the engine writes them: arrays are (type, shape, bytes)."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, (code, shape, content) in arrays.items():
            text = "(%s)" % ", ".join(map(str, shape)) if len(shape) != 1 else "(%d,)" % shape
            literal = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (code, text)
            header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + literal.encode().ljust(117) + b"\n"
            archive.writestr(zipfile.ZipInfo(name + ".npy"), header + content)
    return data.getvalue()


def extremes():
    """Two units over eight rows, of which three of each end are kept."""
    pack = struct.pack
    arrays = {}
    for end, values in [("low", [-1.0, 0.0, 0.5]), ("high", [4.0, 3.0, 2.0])]:
        rows = [0, 1, 2] if end == "low" else [7, 6, 5]
        arrays[end + "_values"] = ("<f4", (2, 3), pack("<6f", *values * 2))
        arrays[end + "_rows"] = ("<i8", (2, 3), pack("<6q", *rows * 2))
    for name, value in [("minimum", -1.0), ("maximum", 4.0), ("mean", 1.5), ("variance", 2.0)]:
        arrays[name] = ("<f8", (2,), pack("<2d", value, value))
    arrays["non_positive"] = ("<i8", (2,), pack("<2q", 2, 2))
    arrays["count"] = ("<i8", (2,), pack("<2q", 8, 8))
    arrays["sum"] = ("<u8", (2, 5), pack("<10Q", *[0, 0, 12 << 21, 0, 0] * 2))
    arrays["sum_of_squares"] = ("<u8", (2, 10), pack("<20Q", *[0, 0, 0, 0, 34 << 42, 0, 0, 0, 0, 0] * 2))
    arrays["sample_rows"] = ("<i8", (2,), pack("<2q", 1, 5))
    arrays["sample_values"] = ("<f4", (2, 2), pack("<4f", 0, 2, 0, 2))
    return npz(arrays)


def baselines(has_map):
    pack = struct.pack
    arrays = {"count": ("<i8", (), pack("<q", 8)), "positions": ("<i8", (), pack("<q", 49 if has_map else 1))}
    for name in ["non_positive_positions", "non_positive_images"]:
        arrays[name] = ("<i8", (2,), pack("<2q", 3, 0))
    if has_map:
        arrays["contrast_sum"] = ("<u8", (2, 2), pack("<4Q", 5, 1 << 63, 6, 0))
        arrays["contrast_outliers"] = ("<i8", (2,), pack("<2q", 0, 1))
    return npz(arrays)


JOURNAL = ["#activation-dump journal 1", "skip\t3\tno \\t such", "chunk\t0\t8\t" + "0" * 64, "chunk\t16\t20\t" + "1" * 64,
           "synced\t1", "chunk\t8\t16\tff", "synced\t3"]


def lines(*texts):
    return {str(number): text.encode() for number, text in enumerate(texts)}


def seeds():
    checkpoints = "checkpoints"
    archives = copies(checkpoints, "*-zip.pth") | copies(checkpoints, "training.pth") | copies(checkpoints, "zip64.pth")
    return {
        "pickle": copies(checkpoints, "*.pkl") | copies(checkpoints + "/training", "pickled.pkl"),
        "zip": copies(checkpoints, "*.npz") | copies(checkpoints, "deflated-zip.pth") | copies(checkpoints, "zip64.pth"),
        "torch": archives | copies(checkpoints, "robustness.ckpt"),
        "torch-legacy": copies(checkpoints, "*legacy*"),
        "safetensors": copies(checkpoints, "*.safetensors"),
        "npy": npy(),
        "npz": copies(checkpoints, "*.npz") | copies("models/augreg", "*.npz"),
        "checkpoint": copies(checkpoints, "dense*") | copies(checkpoints, "keras*") | copies(checkpoints, "nested*")
        | copies(checkpoints + "/training", "averaged*") | copies(checkpoints + "/foreign", "*.p*"),
        "index": lines(
            '{"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"sub/b.safetensors"}}',
            '{"weight_map":{"a":"../x","b":"/y"}}', '{"weight_map":{}}', '{"model_type":"x"}'),
        "manifest": manifests(),
        "journal": lines("\n".join(JOURNAL), "\n".join(JOURNAL[:3]) + "\n", "activation-dump journal 1\n"),
        "units": lines(
            "features_3_squeeze__3\nfeatures.3.squeeze__15\n# words\n\nclassifier_1__999\n",
            '{"units": ["features_0__0", "features_0__63"]}', '["features_0__1"]', "unit,mean\nfeatures_0__2,0.5\n"),
        "list": lines("a/b.png\t3\nc.jpg\n", "/a b\t\r\nc\t1000\n\nc\t1000\n"),
        "layers": lines("relevant", "all,features.?.squeeze", "features_[0-9]*expand3x3,classifier.1"),
        "jpeg": copies("images/files", "*.jpg"),
        "png": copies("images/files", "*.png"),
        "tar": tars() | copies("archives", "*.tar"),
        "labels": copies("labels", "*.csv") | lines("a.jpg\t3\nb.jpg\t7\n", "1\n2\n", "a\tn01440764\nb\tn01443537\n"),
        "mat": copies("labels", "*.mat") | copies("labels/devkit", "**/*.mat"),
        "extremes": {"two": extremes()},
        "baselines": {"map": baselines(True), "tokens": baselines(False)},
    }


def main():
    root = Path(sys.argv[1])
    for target, files in seeds().items():
        folder = root / target
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)


main()
