"""The helpers return what is wanted next."""

import typing
from pathlib import Path

import activationdump
import numpy as np
import pytest
import recording


@pytest.fixture(autouse=True)
def built_program(monkeypatch):
    monkeypatch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))


@pytest.fixture(scope="module")
def dump(images, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))
    with patch.context():
        yield activationdump.dump(
            model="squeezenet1_1",
            weights="seeded:1",
            images=images,
            output=tmp_path_factory.mktemp("helpers") / "dump",
            layers=recording.LAYERS,
            batch_size=2,
            threads=1,
            progress=False,
        )
    patch.undo()


def test_dump_returns_what_the_command_line_records(dump, whole):
    assert dump.layers == recording.LAYERS
    expected = activationdump.open(whole)
    for layer in recording.LAYERS:
        assert np.array_equal(dump[layer].values, expected[layer].values)


def test_options_reach_the_program(images, tmp_path):
    made = activationdump.dump(
        model="squeezenet1_1",
        weights="seeded:2",
        images=images,
        output=tmp_path / "-dash",
        layers="features.3.squeeze",
        dtype="float16",
        reduce="max",
        pillow=12,
        limit=4,
        unit_major=True,
        shard="1/2",
    )
    assert (made.image_count, made.provenance.reduce, made.provenance.weights) == (2, "max", "seeded:2")
    assert made["features.3.squeeze"].dtype == np.float16
    assert made.provenance.preprocessing["pillow"] == 12


def test_a_value_may_begin_with_a_dash(images, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = activationdump.dump(
        model="squeezenet1_1", weights="seeded:1", images=images, output="-odd", layers=recording.LAYERS[:1], limit=1
    )
    assert (tmp_path / "-odd/manifest.json").exists() and made.image_count == 1
    assert activationdump.check("-odd")["problems"] == []


def test_a_preview_writes_nothing(images, tmp_path):
    arguments = {"model": "squeezenet1_1", "weights": "seeded:1", "images": images, "output": tmp_path / "dump"}
    assert activationdump.preview_dump(**arguments)["images"] == 11
    assert "convolution" in activationdump.explain_dump(**arguments)
    assert not (tmp_path / "dump").exists()


def test_merge_returns_the_whole(shards, whole, tmp_path):
    merged = activationdump.merge([shards / name for name in "abc"], output=tmp_path / "merged")
    assert np.array_equal(merged[recording.LAYERS[0]].values, activationdump.open(whole)[recording.LAYERS[0]].values)


def test_models_and_layers_are_rows():
    models = activationdump.models()
    assert "resnet50" in [model["identifier"] for model in models]
    required = activationdump.ModelRecord.__required_keys__ - {"published_top1"}
    for model in models:
        assert required <= set(model) <= set(typing.get_type_hints(activationdump.ModelRecord))
    layers = activationdump.layers("resnet50", relevant=True)
    assert layers[0]["name"] == "layer1.0.conv1" and all(layer["relevant"] for layer in layers)
    assert set(layers[0]) == set(typing.get_type_hints(activationdump.LayerRecord))
    assert len(activationdump.layers("resnet50")) > len(layers)


def test_units_say_what_was_recorded(dump):
    units = activationdump.units(dump, layers=recording.LAYERS[:2])
    assert len(units) == 16 + 64
    assert set().union(*units) == set(typing.get_type_hints(activationdump.UnitRecord))
    assert np.isclose(units[5]["mean"], dump.unit(units[5]["unit"]).mean())
    never = activationdump.units(dump, never_positive=True)
    assert 0 < len(never) and all(unit["never_positive"] for unit in never)
    assert activationdump.units(dump, layers=recording.LAYERS[0], sparse=1.0, constant=True) == []
    assert activationdump.units(model="squeezenet1_1", layers="features.3.squeeze")[15] == {"unit": "features_3_squeeze__15"}
    with pytest.raises(activationdump.ActivationDumpError, match="--model or --dump|--dump"):
        activationdump.units()


def test_samples_of_units_are_names(tmp_path):
    sample = activationdump.units_sample(model="squeezenet1_1", count=3, seed=7)
    assert len(sample) == 3 and sample == activationdump.units_sample(model="squeezenet1_1", count=3, seed=7)
    (tmp_path / "first").write_text(sample[0])
    others = activationdump.units_sample(model="squeezenet1_1", count=3, seed=7, blacklist=[tmp_path / "first"])
    assert sample[0] not in others


def test_a_report_is_a_page(dump, tmp_path):
    page = activationdump.report(dump, output=tmp_path / "atlas", layers=recording.LAYERS[:1], thumbnail_size=16)
    assert page == tmp_path / "atlas/index.html" and page.exists()


def test_exemplars_and_trials(dump, images, tmp_path):
    images = recording.make_images(tmp_path / "images", 45)
    big = activationdump.dump(
        model="squeezenet1_1", weights="seeded:1", images=images, output=tmp_path / "dump", layers=recording.LAYERS[:1]
    )
    units = [f"features.3.squeeze__{index}" for index in range(4)]
    made = activationdump.exemplars(big, output=tmp_path / "stimuli", unit=units, batches=1, grid=True)
    assert made["units"] == 4 and Path(made["output"]).is_dir()
    assert len(list(tmp_path.glob("stimuli/**/grid.png"))) == 4
    plain = activationdump.exemplars(big, output=tmp_path / "plain", unit=units[0], batches=1, pictures=False)
    assert plain["units"] == 1 and not list(tmp_path.glob("plain/**/*.png"))
    catch = activationdump.trials_catch(
        stimuli=tmp_path / "stimuli", model="squeezenet1_1", count=2, output=tmp_path / "catch"
    )
    tasks = activationdump.trials_make(
        stimuli=tmp_path / "stimuli",
        model="squeezenet1_1",
        catch=tmp_path / "catch",
        output=tmp_path / "tasks",
        units=2,
        trials=2,
        catch_trials=1,
        tasks=2,
        min_batch=0,
        max_batch=0,
    )
    assert isinstance(catch, dict) and isinstance(tasks, dict) and (tmp_path / "tasks").is_dir()


def test_networks_can_be_tried(images, whole):
    pictures = sorted(images.glob("*/0*.png"))[:2]
    weights = {"model": "squeezenet1_1", "weights": "seeded:1"}
    answers = activationdump.predict(pictures, **weights)
    assert [answer["image"] for answer in answers] == [str(path) for path in pictures]
    assert len(answers[0]["predictions"]) == 5
    assert set(answers[0]["predictions"][0]) == set(typing.get_type_hints(activationdump.Prediction))
    assert len(activationdump.predict(pictures[0], **weights)) == 1
    assert activationdump.evaluate(images=images, limit=4, **weights)["images"] == 4
    assert activationdump.bench(seconds=0.2, runs=1, batch_size=1, threads=1, **weights)["model"] == "squeezenet1_1"
    assert "convolution" in activationdump.explain_bench(**weights)
    assert activationdump.inspect(whole)["dumps"][0]["path"] == str(whole)
    with pytest.raises(activationdump.ActivationDumpError, match="reference|cannot read|No such file"):
        activationdump.verify(reference="missing", **weights)


def test_weights_are_found_and_looked_at(tmp_path):
    listed = activationdump.weights_list(weights_dir=tmp_path)
    assert listed["weights_folder"] == str(tmp_path) and len(listed["models"]) == len(activationdump.models())
    assert [one["identifier"] for one in activationdump.weights_list("resnet50")["models"]] == ["resnet50"]
    np.save(tmp_path / "no-checkpoint.npy", np.zeros(3))
    for call in [
        lambda: activationdump.weights_inspect(tmp_path / "missing.pth"),
        lambda: activationdump.weights_convert(tmp_path / "missing.pth", tmp_path / "made.safetensors"),
        lambda: activationdump.weights_verify("resnet50", weights_dir=tmp_path),
    ]:
        with pytest.raises(activationdump.ActivationDumpError) as caught:
            call()
        assert caught.value.exit_code == 66
    # There is no server, or no curl to ask it.
    with pytest.raises(activationdump.ActivationDumpError, match="127.0.0.1|curl"):
        activationdump.weights_fetch("squeezenet1_1", url="http://127.0.0.1:9/x.pth", weights_dir=tmp_path)


def test_a_dump_is_a_path_of_its_folder(dump, shards):
    assert (Path(dump) / "manifest.json").exists()
    with pytest.raises(activationdump.DumpError, match="several folders"):
        Path(activationdump.open([shards / name for name in "abc"]))
