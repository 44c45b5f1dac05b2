"""Whole dumps and shards by layer, unit and image."""

import json
import pickle
import shutil
from pathlib import Path

import activationdump
import numpy as np
import pytest
import recording
from conftest import ODD_NAME


def raw(folder: Path, layer: str) -> np.ndarray:
    return np.load(folder / "activations" / f"{layer}.npy")


def test_layers_are_mapped_not_loaded(whole):
    dump = activationdump.open(whole)
    assert dump.layers == recording.LAYERS == list(dump)
    assert len(dump) == 3 and dump.image_count == 11
    layer = dump["features.4.expand3x3"]
    assert isinstance(layer.values, np.memmap) and not layer.values.flags.writeable
    assert layer.shape == layer.values.shape == (11, 64) and layer.dtype == np.float32
    np.testing.assert_array_equal(layer.values, raw(whole, "features.4.expand3x3"))
    np.testing.assert_array_equal(dump.logits.values, np.load(whole / "logits.npy"))
    assert dump.logits.shape == (11, 1000)


def test_study_names_are_names_too(whole):
    dump = activationdump.open(str(whole))
    assert dump["features_4_expand3x3"] is dump["features.4.expand3x3"]
    assert dump["features_4_expand3x3"].study_name == "features_4_expand3x3"
    assert "features_4_expand3x3" in dump and "features.4" not in dump and 3 not in dump


@pytest.mark.parametrize(
    "name, hint", [("features.4.expand3x4", "features.4.expand3x3"), ("features_3_squeze", "features_3_squeeze")]
)
def test_unknown_layers_name_the_nearest(whole, name, hint):
    with pytest.raises(KeyError) as error:
        activationdump.open(whole)[name]
    assert isinstance(error.value, activationdump.UnknownLayerError)
    assert str(error.value).startswith(f"the dump has no layer '{name}'") and hint in str(error.value)


def test_units(whole):
    dump = activationdump.open(whole)
    expected = raw(whole, "features.12.expand3x3")[:, 137]
    for name in ["features.12.expand3x3__137", "features_12_expand3x3__137"]:
        unit = dump.unit(name)
        assert type(unit) is np.ndarray and unit.shape == (11,)
        np.testing.assert_array_equal(unit, expected)
    with pytest.raises(activationdump.UnknownUnitError, match="units 0 to 255, and not 256"):
        dump.unit("features.12.expand3x3__256")
    with pytest.raises(activationdump.UnknownUnitError, match="write layer__channel"):
        dump.unit("features.12.expand3x3_137")


def test_images_keep_their_names(whole, images):
    dump = activationdump.open(whole)
    assert len(dump.images) == 11
    files = sorted((p for p in images.glob("*/*")), key=lambda p: bytes(p))
    assert [images / image.path for image in dump.images] == files
    odd = next(image for image in dump.images if ODD_NAME in image.path)
    assert (images / odd.path).read_bytes() == recording.png(0)
    assert [image.row for image in dump.images] == list(range(11))
    assert dump.images.labels.tolist() == [0] * 5 + [1] * 6
    assert dump.images.recorded.all() and dump.images[-1] == dump.images[10] == dump.images[8:][2]
    assert dump.images.paths[3] == dump.images[3].path
    with pytest.raises(IndexError):
        dump.images[11]


def test_one_image(whole):
    dump = activationdump.open(whole)
    record = dump.image(4)
    assert record.image == dump.images[4] and list(record.activations) == dump.layers
    for layer in dump.layers:
        np.testing.assert_array_equal(record[layer], raw(whole, layer)[4])
    np.testing.assert_array_equal(record.logits, np.load(whole / "logits.npy")[4])


def test_provenance(whole):
    dump = activationdump.open(whole)
    assert dump.manifest == json.loads((whole / "manifest.json").read_text())
    p = dump.provenance
    assert (p.model, p.weights, p.precision, p.reduce) == ("squeezenet1_1", "seeded:1", "fp32", "mean")
    assert "--layers" in p.arguments and p.preprocessing["crop"] == 224 and p.ended >= p.started
    assert str(p).startswith("squeezenet1_1 with seeded:1, mean of each layer in fp32")


@pytest.mark.parametrize("as_list", [False, True])
def test_shards_read_as_the_whole(whole, shards, as_list):
    dump = activationdump.open(list(shards.iterdir()) if as_list else shards)
    assert dump.is_complete and dump.image_count == 11 and dump.done.all()
    for layer in dump.layers:
        assert isinstance(dump[layer].values, activationdump.Rows)
        np.testing.assert_array_equal(np.asarray(dump[layer].values), raw(whole, layer))
    single = activationdump.open(whole)
    assert list(dump.images) == list(single.images)
    np.testing.assert_array_equal(dump.logits[:], single.logits[:])
    np.testing.assert_array_equal(dump.unit("features_3_squeeze__5"), single.unit("features_3_squeeze__5"))
    np.testing.assert_array_equal(dump.image(9).logits, single.image(9).logits)
    assert len(dump.provenance.hosts) == 3


def test_a_shard_alone_has_its_own_rows(whole, shards):
    dump = activationdump.open(shards / "a")
    np.testing.assert_array_equal(dump["features.3.squeeze"].values, raw(whole, "features.3.squeeze")[3:7])
    assert [image.row for image in dump.images] == [3, 4, 5, 6]


def test_missing_shards(whole, shards):
    some = [shards / "b", shards / "c"]
    with pytest.raises(activationdump.IncompleteDumpError, match=r"1 of 3 shards are missing \(1\)"):
        activationdump.open(some)
    dump = activationdump.open(some, allow_incomplete=True)
    assert dump.done.tolist() == [True] * 3 + [False] * 4 + [True] * 4 and not dump.is_complete
    values = dump["features.3.squeeze"].values
    np.testing.assert_array_equal(values[dump.done], raw(whole, "features.3.squeeze")[dump.done])
    assert np.isnan(values[3:7]).all() and np.isnan(dump.unit("features.3.squeeze__1")[3:7]).all()
    assert dump.images[4].status == "pending" and not dump.images.recorded[4]


def test_what_is_no_recording_is_refused(whole, shards, images, tmp_path):
    with pytest.raises(activationdump.DumpError, match="does not exist"):
        activationdump.open(tmp_path / "nowhere")
    with pytest.raises(activationdump.DumpError, match="neither a dump"):
        activationdump.open(tmp_path)
    with pytest.raises(activationdump.DumpError, match="both shard 0"):
        shutil.copytree(shards / "c", tmp_path / "copy")
        activationdump.open([shards, tmp_path / "copy"])
    with pytest.raises(activationdump.DumpError, match="not a shard"):
        activationdump.open([whole, shards])
    other = recording.dump(images, tmp_path / "other", "--shard", "0/3", "--reduce", "max")
    with pytest.raises(activationdump.DumpError, match="not of one recording: reduction mean, not max|max, not mean"):
        activationdump.open([other, shards / "a", shards / "b"])


def test_a_newer_format_is_refused(whole, tmp_path):
    manifest = json.loads((whole / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "schema": 99}))
    with pytest.raises(activationdump.DumpError, match="format 99"):
        activationdump.open(tmp_path)
    (tmp_path / "manifest.json").write_text("[1]")
    with pytest.raises(activationdump.DumpError, match="not the manifest of a dump"):
        activationdump.open(tmp_path)


def test_files_that_are_not_as_stated(whole, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "copy")
    np.save(copy / "activations/features.3.squeeze.npy", np.zeros((11, 15), np.float32))
    (copy / "activations/features.4.expand3x3.npy").write_bytes(b"nothing")
    (copy / "logits.npy").unlink()
    dump = activationdump.open(copy)
    with pytest.raises(activationdump.DumpError, match=r"float32\[11, 15\], not <f4\[11, 16\]"):
        dump["features.3.squeeze"].values
    with pytest.raises(activationdump.DumpError, match="not a .npy file"):
        dump["features.4.expand3x3"].values
    with pytest.raises(activationdump.DumpError, match="logits.npy is missing"):
        dump.logits.values


def test_chosen_units(images, tmp_path):
    names = ["features.3.squeeze__9", "features.3.squeeze__2", "features.12.expand3x3__200"]
    (tmp_path / "units.txt").write_text("\n".join(names) + "\n")
    chosen = recording.dump(images, tmp_path / "dump", "--units", tmp_path / "units.txt", layers=None)
    full = activationdump.open(recording.dump(images, tmp_path / "full"))
    dump = activationdump.open(chosen)
    assert dump["features.3.squeeze"].units.tolist() == [9, 2]
    for name in names:
        np.testing.assert_array_equal(dump.unit(name), full.unit(name))
    with pytest.raises(activationdump.UnknownUnitError, match="unit 3 of features.3.squeeze was not recorded.* 9, 2"):
        dump.unit("features_3_squeeze__3")


def test_everything_of_a_map(images, tmp_path):
    folder = recording.dump(images, tmp_path / "maps", "--reduce", "none", "--limit", "3")
    means = activationdump.open(recording.dump(images, tmp_path / "means", "--limit", "3"))
    dump = activationdump.open(folder)
    layer = dump["features.12.expand3x3"]
    assert layer.shape == (3, 256, 13, 13) and layer.unit_axis == 1
    unit = dump.unit("features.12.expand3x3__7")
    assert unit.shape == (3, 13, 13)
    np.testing.assert_allclose(
        unit.mean((1, 2), dtype=np.float64), means.unit("features.12.expand3x3__7"), rtol=1e-5, atol=1e-6
    )


def test_a_process_gets_a_dump_by_name_not_by_value(shards, whole):
    dump = pickle.loads(pickle.dumps(activationdump.open(whole)))
    assert isinstance(dump["features.3.squeeze"].values, np.memmap)
    packed = pickle.dumps(activationdump.open(shards)["features.3.squeeze"])
    assert len(packed) < 1000
    np.testing.assert_array_equal(pickle.loads(packed)[:], raw(whole, "features.3.squeeze"))


def test_without_a_head(whole, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "copy")
    (copy / "logits.npy").unlink()
    manifest = json.loads((copy / "manifest.json").read_text())
    del manifest["logits"]
    manifest["head"] = "absent"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    dump = activationdump.open(copy)
    with pytest.raises(activationdump.DumpError, match="no logits: the checkpoint had no head"):
        dump.logits
    record = dump.image(4)
    assert record.logits is None
    np.testing.assert_array_equal(record["features.3.squeeze"], np.load(whole / "activations/features.3.squeeze.npy")[4])
    assert dump.verify()
