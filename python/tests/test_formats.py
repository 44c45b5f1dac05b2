"""Halves, files that have units together, and extremes, next to the plain recording."""

from pathlib import Path
from typing import Any

import activationdump
import numpy as np
import pytest
import recording


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("unit_major", [False, True])
def test_other_matrices(images: Path, whole: Path, tmp_path: Path, dtype: str, unit_major: bool) -> None:
    options = ["--dtype", dtype, *(["--unit-major"] if unit_major else [])]
    plain = activationdump.open(whole)
    single = activationdump.open(recording.dump(images, tmp_path / "single", *options))
    for index in range(3):
        recording.dump(images, tmp_path / "shards" / str(index), "--shard", f"{index}/3", *options)
    shards = activationdump.open(tmp_path / "shards")
    for name in plain.layers:
        expected = np.asarray(plain[name].values).astype(dtype)
        file = np.load(tmp_path / "single" / "activations" / f"{name}.npy")
        assert file.dtype == dtype and np.array_equal(file.T if unit_major else file, expected)
        for dump in (single, shards):
            assert dump[name].shape == expected.shape and dump[name].dtype == dtype
            assert np.array_equal(np.asarray(dump[name].values), expected)
            assert np.array_equal(dump[name].unit(3), expected[:, 3])
    assert single.verify().ok and shards.verify().ok
    assert np.array_equal(np.asarray(single.logits.values), np.asarray(plain.logits.values))


def splitmix(row: int) -> int:
    mask = 2**64 - 1
    z = (row + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return z ^ z >> 31


def check(values: Any, kept: Any, limit: int) -> None:
    """What the format promises of images × units."""
    count, units = values.shape
    order = np.argsort(values + 0.0, axis=0, kind="stable")
    ends = {"low": order[:limit], "high": order[::-1][:limit]}
    for end, rows in ends.items():
        assert np.array_equal(kept[f"{end}_rows"][:, :count], rows.T) and kept[f"{end}_rows"].dtype == np.int64
        found = kept[f"{end}_values"]
        assert np.array_equal(found[:, :count], np.take_along_axis(values, rows, 0).T) and found.dtype == np.float32
        assert np.isnan(found[:, count:]).all() and (kept[f"{end}_rows"][:, count:] == -1).all()
        assert found.shape == (units, limit)
    assert np.array_equal(kept["minimum"], values.min(0)) and kept["minimum"].dtype == np.float64
    assert np.array_equal(kept["maximum"], values.max(0))
    assert np.array_equal(kept["non_positive"], (values <= 0).sum(0)) and kept["non_positive"].dtype == np.int64
    assert (kept["count"] == count).all()
    for unit in range(units):
        # Whole numbers of 2^-149 and 2^-298, and the double nearest to their quotient.
        bits = [int(v) for v in np.ldexp(values[:, unit].astype(np.longdouble), 149)]
        total, squares = sum(bits), sum(b * b for b in bits)
        assert int.from_bytes(kept["sum"][unit].tobytes(), "little", signed=True) == total
        assert int.from_bytes(kept["sum_of_squares"][unit].tobytes(), "little") == squares
        assert kept["mean"][unit] == total / (count * 2**149)
        assert kept["variance"][unit] == (count * squares - total * total) / (count * count * 2**298)
    rows = sorted(sorted(range(count), key=splitmix)[:2048])
    assert kept["sample_rows"].tolist() == rows
    assert np.array_equal(kept["sample_values"], values[rows].T)


@pytest.mark.parametrize("limit", [4, 200])
def test_extremes(images: Path, whole: Path, tmp_path: Path, limit: int) -> None:
    plain = activationdump.open(whole)
    keep = ["--keep", f"extremes:{limit}"]
    single = activationdump.open(recording.dump(images, tmp_path / "single", *keep))
    for index in range(7):
        recording.dump(images, tmp_path / "shards" / str(index), "--shard", f"{index}/7", *keep)
    recording.run("merge", tmp_path / "shards", "--output", tmp_path / "merged")
    for name in plain.layers:
        check(np.asarray(plain[name].values), single[name].extremes, limit)
        files = [tmp_path / dump / "extremes" / f"{name}.npz" for dump in ("single", "merged")]
        assert files[0].read_bytes() == files[1].read_bytes()
        with pytest.raises(activationdump.DumpError, match="extremes"):
            single[name].values
        with pytest.raises(activationdump.DumpError, match="--keep all"):
            plain[name].extremes
    shards = activationdump.open(tmp_path / "shards")
    with pytest.raises(activationdump.DumpError, match="merged"):
        shards[plain.layers[0]].extremes
    assert single.verify().ok
    assert np.array_equal(np.asarray(single.logits.values), np.asarray(plain.logits.values))
