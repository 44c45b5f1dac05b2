"""Constant, never positive, dead: against every position of every image, and against the program's own list."""

import csv
import io
import json
import shutil

import activationdump
import numpy as np
import pytest
import recording

EXPAND, ACTIVATED, POOLED = "features.12.expand3x3", "features.12.squeeze_activation", "classifier.3"
LAYERS = [EXPAND, ACTIVATED, POOLED]


@pytest.fixture(scope="module")
def photographs(images, tmp_path_factory):
    """The images, and a file that is none."""
    folder = shutil.copytree(images, tmp_path_factory.mktemp("terms") / "images")
    (folder / "n01443537" / "broken.png").write_bytes(b"no image")
    return folder


@pytest.fixture(scope="module")
def record(photographs, tmp_path_factory):
    def dump(*options):
        folder = tmp_path_factory.mktemp("terms") / "dump"
        return recording.dump(photographs, folder, "--on-error", "skip", *options, layers=LAYERS)

    return dump


@pytest.fixture(scope="module")
def truth(record):
    maps = activationdump.open(record("--reduce", "none"))
    read = maps.images.recorded
    assert read.sum() == 11 and len(read) == 12
    dead = {}
    for name in LAYERS:
        values = np.asarray(maps[name].values)[read]
        dead[name] = (values <= 0).all(axis=tuple(axis for axis in range(values.ndim) if axis != 1))
        np.testing.assert_array_equal(maps[name].dead, dead[name])
        np.testing.assert_array_equal(maps[name].never_positive, dead[name])
    assert dead[EXPAND].any() and not dead[EXPAND].all()
    return dead


def listed(folder, layer):
    """By unit, what the program says: constant, never_positive, dead."""
    rows = csv.DictReader(io.StringIO(recording.run("units", "list", "--dump", folder, "--layers", layer, "--format", "csv")))
    return [{term: row[term] for term in ("constant", "never_positive", "dead")} for row in rows]


@pytest.mark.parametrize(
    "options",
    [
        ["--baselines"],
        ["--reduce", "max"],
        ["--reduce", "max", "--unit-major"],
        ["--reduce", "max", "--keep", "extremes:3"],
        ["--reduce", "token0", "--baselines", "--dtype", "float16"],
    ],
    ids=" ".join,
)
def test_dumps_that_know_dead_units(record, truth, options):
    folder = record(*options)
    dump = activationdump.open(folder)
    for name in LAYERS:
        np.testing.assert_array_equal(dump[name].dead, truth[name])
        assert [row["dead"] for row in listed(folder, name)] == [str(dead).lower() for dead in truth[name]]


def test_a_dump_of_means_knows_some(record, truth):
    folder = record()
    dump = activationdump.open(folder)
    for name in (ACTIVATED, POOLED):
        np.testing.assert_array_equal(dump[name].dead, truth[name])
    layer = dump[EXPAND]
    values = np.asarray(layer.values)[dump.images.recorded]
    np.testing.assert_array_equal(layer.never_positive, (values <= 0).all(0))
    np.testing.assert_array_equal(layer.constant, values.max(0).astype(float) - values.min(0) < 1e-8)
    assert (layer.never_positive & ~truth[EXPAND]).any() and not (truth[EXPAND] & ~layer.never_positive).any()
    unknown = int(layer.never_positive.sum())
    with pytest.raises(activationdump.DumpError, match=f"{unknown} of 256 have no recorded value above 0.*--baselines"):
        layer.dead
    for unit, row in enumerate(listed(folder, EXPAND)):
        assert row["never_positive"] == str(layer.never_positive[unit]).lower()
        assert row["constant"] == str(layer.constant[unit]).lower()
        assert row["dead"] == ("" if layer.never_positive[unit] else "false")
    assert dump.logits.dead.shape == (1000,)  # one position each


def test_older_dumps_do_not_say_what_their_layers_are(record, truth):
    folder = record()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for array in manifest["layers"]:
        del array["positions"]
        array.pop("non_negative", None)
    path.write_text(json.dumps(manifest))
    with pytest.raises(activationdump.DumpError, match="--baselines"):
        activationdump.open(folder)[ACTIVATED].dead


def test_a_half_of_zero_may_have_been_positive(record):
    folder = record("--reduce", "max", "--dtype", "float16")
    path = folder / "activations" / f"{EXPAND}.npy"
    values = np.load(path)
    values[np.isfinite(values)] = -1
    values[0, 7] = 0
    np.save(path, values)
    with pytest.raises(activationdump.DumpError, match="1 of 256"):
        activationdump.open(folder)[EXPAND].dead
    assert [unit for unit, row in enumerate(listed(folder, EXPAND)) if row["dead"] == ""] == [7]
    recording.run("units", "list", "--dump", folder, "--dead", expect=65)


def test_nan_is_not_at_most_zero(record):
    folder = record("--reduce", "max")
    path = folder / "activations" / f"{EXPAND}.npy"
    values = np.load(path)
    values[np.isfinite(values)] = -1
    values[0, 7] = np.nan
    np.save(path, values)
    layer = activationdump.open(folder)[EXPAND]
    assert np.flatnonzero(~layer.dead).tolist() == [7] and layer.never_positive.all() and layer.constant.all()
    assert [unit for unit, row in enumerate(listed(folder, EXPAND)) if row["dead"] == "false"] == [7]


def test_tokens_and_vectors_of_a_transformer(images, tmp_path):
    layers = ["blocks.0.mlp.fc1", "head"]
    options = ["--model", "in1k-vit_b32", "--limit", 3]
    maps = activationdump.open(recording.dump(images, tmp_path / "maps", *options, "--reduce", "none", layers=layers))
    dump = activationdump.open(recording.dump(images, tmp_path / "means", *options, layers=layers))
    known = activationdump.open(recording.dump(images, tmp_path / "known", *options, "--baselines", layers=layers))
    for name, axes in [("blocks.0.mlp.fc1", (0, 1)), ("head", 0)]:
        dead = (np.asarray(maps[name].values) <= 0).all(axes)
        np.testing.assert_array_equal(maps[name].dead, dead)
        np.testing.assert_array_equal(known[name].dead, dead)
    assert dead.any()
    np.testing.assert_array_equal(dump["head"].dead, dead)


def test_shards_and_missing_shards(photographs, record, truth, tmp_path):
    for index in range(3):
        recording.dump(photographs, tmp_path / str(index), "--shard", f"{index}/3", "--on-error", "skip", "--baselines",
                       layers=LAYERS)  # fmt: skip
    shards = activationdump.open(tmp_path)
    whole = activationdump.open(record())
    np.testing.assert_array_equal(shards[EXPAND].dead, truth[EXPAND])
    np.testing.assert_array_equal(shards[EXPAND].never_positive, whole[EXPAND].never_positive)
    some = activationdump.open([tmp_path / "0", tmp_path / "2"], allow_incomplete=True)
    parts = [activationdump.open(tmp_path / name)[EXPAND].dead for name in ("0", "2")]
    np.testing.assert_array_equal(some[EXPAND].dead, parts[0] & parts[1])
