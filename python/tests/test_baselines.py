"""Sparsity and local contrast against NumPy, from the maps themselves."""

import shutil
import subprocess
import time

import activationdump
import numpy as np
import pytest
import recording

VIT = ["blocks.0.norm1", "blocks.0.mlp.fc1"]


def expected(maps):
    """STUDY's definitions in double precision, of images × units × positions or images × units × height × width."""
    maps = maps.astype(np.float64)
    dark = (maps <= 0).reshape(*maps.shape[:2], -1)
    contrast = None
    if maps.ndim == 4:
        padded = np.pad(maps, [(0, 0), (0, 0), (1, 1), (1, 1)])
        inner = padded[:, :, 1:-1, 1:-1]
        neighbours = [padded[:, :, :-2, 1:-1], padded[:, :, 2:, 1:-1], padded[:, :, 1:-1, :-2], padded[:, :, 1:-1, 2:]]
        contrast = sum(np.abs(inner - n) for n in neighbours).mean((2, 3)).mean(0)
    return dark.mean(2).mean(0), dark.all(2).mean(0), contrast


def check(layer, maps):
    pixels, channels, contrast = expected(maps)
    found = layer.baselines
    assert found.count == len(maps) and found.positions == maps[0, 0].size
    np.testing.assert_allclose(found.pixel_sparsity, pixels, rtol=1e-12)
    np.testing.assert_array_equal(found.channel_sparsity, channels)
    np.testing.assert_array_equal(found.non_positive_images, np.round(channels * len(maps)))
    if contrast is None:
        assert found.local_contrast is None
    else:
        np.testing.assert_allclose(found.local_contrast, contrast, rtol=1e-6)


@pytest.fixture(scope="module")
def measured(images, tmp_path_factory):
    return recording.dump(images, tmp_path_factory.mktemp("measured") / "dump", "--baselines", "--threads", 2)


@pytest.fixture(scope="module")
def maps(images, tmp_path_factory):
    return activationdump.open(recording.dump(images, tmp_path_factory.mktemp("maps") / "d", "--reduce", "none"))


def test_they_are_those_of_the_maps(measured, maps):
    dump = activationdump.open(measured)
    assert dump.verify().ok and len(dump.verify().files) == 8
    for name in recording.LAYERS:
        check(dump[name], maps[name].values)
    sparsities = dump["features.12.expand3x3"].baselines.channel_sparsity
    assert sparsities.max() > sparsities.min()  # there is something to see


def test_tokens_have_no_contrast(images, tmp_path):
    options = ["--model", "in1k-vit_b32", "--limit", 3]
    dump = activationdump.open(recording.dump(images, tmp_path / "a", *options, "--baselines", layers=VIT))
    tokens = activationdump.open(recording.dump(images, tmp_path / "b", *options, "--reduce", "none", layers=VIT))
    for name in VIT:
        check(dump[name], tokens[name].values.transpose(0, 2, 1))


def test_chosen_units_and_skipped_images(images, maps, tmp_path):
    broken = shutil.copytree(images, tmp_path / "images")
    (broken / "n01443537" / "006.png").write_bytes(b"no image")
    units = [200, 3, 77]
    (tmp_path / "units").write_text("".join(f"features.12.expand3x3__{unit}\n" for unit in units))
    folder = recording.dump(
        broken, tmp_path / "dump", "--units", tmp_path / "units", "--on-error", "skip", "--baselines", layers=None
    )
    dump = activationdump.open(folder)
    check(dump["features.12.expand3x3"], maps["features.12.expand3x3"][dump.images.recorded][:, units])


def files(folder):
    return {path.name: path.read_bytes() for path in (folder / "baselines").iterdir()}


def test_shards_and_their_merge_give_the_bytes_of_one_run(images, measured, tmp_path):
    for index in range(3):
        recording.dump(images, tmp_path / f"parts/{index}", "--shard", f"{index}/3", "--baselines", "--batch-size", 3)
    recording.run("merge", tmp_path / "parts", "--output", tmp_path / "merged")
    assert files(tmp_path / "merged") == files(measured) and len(files(measured)) == 3
    recording.run("check", tmp_path / "merged")
    whole, parts = activationdump.open(measured), activationdump.open(tmp_path / "parts")
    for name in recording.LAYERS:
        for field in ["pixel_sparsity", "channel_sparsity", "local_contrast", "non_positive_positions"]:
            np.testing.assert_array_equal(
                getattr(parts[name].baselines, field), getattr(whole[name].baselines, field)
            )


def test_dumps_that_were_killed_give_the_bytes_of_one_run(tmp_path):
    images = recording.make_images(tmp_path / "images", 400)
    options = ["--baselines", "--resume"]
    folder = tmp_path / "stopped"
    arguments = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--images", images, "--output", folder,
                 "--layers", ",".join(recording.LAYERS), "--threads", 1, "--batch-size", 2]  # fmt: skip
    for signal, chunks in [("INT", 1), ("KILL", 3), ("KILL", 5)]:
        process = subprocess.Popen(recording.command("dump", *arguments, *options), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        journal = folder / "journal.tsv"
        while not (journal.exists() and journal.read_bytes().count(b"\tchunk\t") >= chunks):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.005)
        subprocess.run(["kill", f"-{signal}", str(process.pid)], check=True)
        assert process.wait() != 0
        with pytest.raises(activationdump.IncompleteDumpError, match="no baselines yet"):
            activationdump.open(folder, allow_incomplete=True)["features.3.squeeze"].baselines
    recording.dump(images, folder, *options)
    whole = recording.dump(images, tmp_path / "whole", "--baselines", "--threads", 2)
    assert files(folder) == files(whole)
    assert activationdump.open(folder)["features.3.squeeze"].baselines.count == 400
    assert not list(folder.glob("*.state"))


def snapshot_rows(path):
    """The rows that a snapshot of extremes is of."""
    _, _, rest = path.read_bytes().partition(b"\n")
    count = int(np.frombuffer(rest, "<i8", 1)[0])
    return {row for first, end in np.frombuffer(rest, "<i8", 2 * count, 8).reshape(-1, 2) for row in range(first, end)}


def test_beside_extremes_they_are_the_same_bytes_however_often_a_dump_was_killed(tmp_path):
    images = recording.make_images(tmp_path / "images", 200)
    options = ["--baselines", "--resume", "--keep", "extremes:5", "--spill-rows", 6]
    folder = tmp_path / "stopped"
    arguments = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--images", images, "--output", folder,
                 "--layers", ",".join(recording.LAYERS), "--threads", 2, "--batch-size", 2]  # fmt: skip
    journal, snapshot, totals = (folder / name for name in ["journal.tsv", "extremes.state", "baselines.state"])
    found = 0
    for _ in range(3):
        found += 4
        process = subprocess.Popen(recording.command("dump", *arguments, *options), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (snapshot.exists() and journal.read_bytes().count(b"\tchunk\t") >= found):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.005)
        process.kill()
        assert process.wait() != 0
        found = journal.read_bytes().count(b"\tchunk\t")
        # Otherwise a kill would throw away all that was folded into the snapshot.
        counted = {row for first, end in np.load(totals)["rows"] for row in range(first, end)}
        assert snapshot_rows(snapshot) and snapshot_rows(snapshot) <= counted
    recording.dump(images, folder, *options)
    whole = recording.dump(images, tmp_path / "whole", "--baselines", "--keep", "extremes:5")
    matrices = recording.dump(images, tmp_path / "matrices", "--baselines")
    assert files(folder) == files(whole) == files(matrices)
    for name in recording.LAYERS:
        path = f"extremes/{name}.npz"
        assert (folder / path).read_bytes() == (whole / path).read_bytes()
    assert activationdump.open(folder)["features.3.squeeze"].baselines.count == 200


def test_they_are_not_there_unless_asked_for(whole, measured, images):
    with pytest.raises(activationdump.DumpError, match="without --baselines"):
        activationdump.open(whole)["features.3.squeeze"].baselines
    recording.dump(images, whole, "--baselines", "--resume", expect=65)
