"""How many files a process that reads dumps has open."""

import gc
import json
import mmap
import os
import subprocess
import sys
from pathlib import Path

import activationdump
import numpy as np
import pytest
import recording
from activationdump import _mapping

LIMIT = 64
"""Fewer than a dump has files."""


def limited(code: str, *arguments: object) -> str:
    """What a Python prints that may have few files open."""
    start = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({LIMIT}, {LIMIT}))\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code, *map(str, arguments)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def many(whole, images, tmp_path_factory):
    """Ten shards of a dump, each with twenty layers: those of one that was recorded, under other names."""
    folder = tmp_path_factory.mktemp("many")
    for index in range(10):
        part = recording.dump(images, folder / f"{index}", "--shard", f"{index}/10", "--baselines")
        manifest = json.loads((part / "manifest.json").read_text())
        first, entry = manifest["layers"][0], manifest["baselines"][0]
        copies = [f"copy.{number}" for number in range(20)]
        for name in copies:
            os.link(part / first["file"], part / "activations" / f"{name}.npy")
            os.link(part / entry["file"], part / "baselines" / f"{name}.npz")
        manifest["layers"] += [
            {**first, "name": name, "study_name": name.replace(".", "_"), "file": f"activations/{name}.npy"} for name in copies
        ]
        manifest["baselines"] += [{**entry, "name": name, "file": f"baselines/{name}.npz"} for name in copies]
        (part / "manifest.json").write_text(json.dumps(manifest))
    return folder


READ = """
import sys, os, activationdump, numpy as np
dump = activationdump.open(sys.argv[1])
count = lambda: len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
before = count()
views = {name: dump[name].values for name in dump}
pieces = [layer[2:9, 1:3] for layer in views.values()]
assert all(np.isfinite(values[:]).all() for values in views.values())
assert all(dump[name].baselines.count == 11 and not dump[name].dead.all() for name in dump)
assert dump.images.paths and dump.verify().files and dump.unit("copy.19__3").shape == (11,)
assert dump.image(4)["copy.7"].shape == (16,)
assert count() == before, (before, count())
for layer, piece in zip(views.values(), pieces):
    assert (layer[2:9, 1:3] == piece).all()
print(len(views) * 10)
"""


def test_all_layers_of_all_shards_at_once(many):
    assert int(limited(READ, many)) == 230


def test_one_shard_and_what_is_kept_of_it(many):
    code = """
import sys, activationdump, numpy as np
opened = [activationdump.open(f"{sys.argv[1]}/{shard}") for shard in range(10)]
values = [layer.values for dump in opened for layer in dump.values()]
columns = [v[:, 3] for v in values]
sums = [float(column.sum()) for column in columns]
assert all(isinstance(v, np.memmap) and not v.flags.writeable for v in values)
del opened, values
assert [float(column.sum()) for column in columns] == sums
print(len(columns))
"""
    assert int(limited(code, many)) == 230


def test_extremes(images, tmp_path):
    for index in range(LIMIT + 6):
        os.symlink(
            tmp_path / "dump" if index else recording.dump(images, tmp_path / "dump", "--keep", "extremes:3"),
            tmp_path / f"link{index}",
        )
    code = """
import sys, activationdump
kept = [activationdump.open(f"{sys.argv[1]}/link{i}")["features.3.squeeze"].extremes for i in range(int(sys.argv[2]))]
print(sum(len(one["low_rows"]) for one in kept))
"""
    assert int(limited(code, tmp_path, LIMIT + 6)) == 16 * (LIMIT + 6)


WAYS = [_mapping._map_by_system] + ([_mapping._map_without_descriptor] if sys.version_info >= (3, 13) else [])


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_map(way, tmp_path, monkeypatch):
    monkeypatch.setattr(_mapping, "map_file", way)
    path = tmp_path / "a.npy"
    expected = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    np.save(path, expected)
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    array = _mapping.map_array(path)
    row = array[1]
    assert not before or os.listdir("/proc/self/fd") == before
    assert isinstance(array, np.memmap) and array.filename == path and array.mode == "r"
    np.testing.assert_array_equal(array, expected)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
    with pytest.raises(ValueError):
        array.setflags(write=True)
    # A view alone keeps the mapping; without one it is gone.
    address = array.ctypes.data
    del array
    gc.collect()
    np.testing.assert_array_equal(row, expected[1])
    if Path("/proc/self/maps").exists():
        assert str(path) in Path("/proc/self/maps").read_text()
        del row
        gc.collect()
        assert str(path) not in Path("/proc/self/maps").read_text(), hex(address)


@pytest.mark.parametrize("order, shape", [("F", (3, 4)), ("C", (0, 4)), ("C", (mmap.PAGESIZE, 3))])
def test_arrays_are_those_of_numpy(tmp_path, order, shape):
    for dtype in ("<f2", "<f4", ">f8", "<i8"):
        path = tmp_path / f"{dtype[1:]}.npy"
        np.save(path, np.asarray(np.arange(np.prod(shape)).reshape(shape), dtype=dtype, order=order))
        ours, numpy = _mapping.map_array(path), np.load(path, mmap_mode="r")
        np.testing.assert_array_equal(ours, numpy)
        assert ours.dtype == numpy.dtype and ours.strides == numpy.strides


def test_files_that_are_no_arrays(whole, tmp_path):
    whole_file = (whole / "activations/features.3.squeeze.npy").read_bytes()
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    for content in (b"", b"\x93NUMPY", whole_file[:100], whole_file[:-1], b"\x93NUMPY\x09\x00" + whole_file[8:], objects.read_bytes()):
        (tmp_path / "bad.npy").write_bytes(content)
        with pytest.raises(ValueError):
            _mapping.map_array(tmp_path / "bad.npy")


def test_broken_files_are_one_error(many, images, tmp_path):
    part = recording.dump(images, tmp_path / "dump", "--baselines")
    dump = activationdump.open(part)
    (part / "baselines/features.3.squeeze.npz").write_bytes(b"PK\x03\x04 no archive")
    (part / "activations/features.3.squeeze.npy").write_bytes(b"")
    (part / "images.tsv").write_bytes(b"")
    for read in (lambda: dump["features.3.squeeze"].baselines, lambda: dump["features.3.squeeze"].values, lambda: dump.images):
        with pytest.raises(activationdump.DumpError, match="is not a"):
            read()
