"""Dumps that were stopped."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import activationdump
import numpy as np
import pytest
import recording


@pytest.fixture(scope="module")
def failed(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump that an unreadable eighth image stopped, without its last three."""
    folder = tmp_path_factory.mktemp("failed")
    broken = shutil.copytree(images, folder / "images")
    (broken / "n01443537" / "006.png").write_bytes(b"no image")
    recording.dump(broken, folder / "dump", expect=65)
    return folder / "dump"


def test_refused_unless_asked_for(failed):
    with pytest.raises(activationdump.IncompleteDumpError, match="failed.*of 11 images are done.*allow_incomplete"):
        activationdump.open(failed)


def test_rows_that_are_done_are_those_of_the_whole(failed, whole):
    dump = activationdump.open(failed, allow_incomplete=True)
    assert not dump.is_complete and 0 < dump.done.sum() < 11
    stated = np.zeros(11, bool)
    for start, stop in dump.manifest["rows_done"]:
        stated[start:stop] = True
    np.testing.assert_array_equal(dump.done, stated)
    whole_dump = activationdump.open(whole)
    for layer in dump.layers:
        values = dump[layer].values
        np.testing.assert_array_equal(values[dump.done], whole_dump[layer].values[dump.done])
        assert np.isnan(values[~dump.done]).all() and values.shape == whole_dump[layer].shape
    said = [image.status.split(":")[0] for image in dump.images]
    assert [status == "ok" for status in said] == list(dump.done)
    # The image that is none, and those that were never tried.
    assert said.count("failed") == 1 and set(said) <= {"ok", "failed", "pending"}
    assert "of them done" in repr(dump)


def test_verify_goes_by_the_journal(failed, tmp_path):
    dump = activationdump.open(failed, allow_incomplete=True)
    assert dump.verify().ok and dump.verify().changed_rows == 0
    copy = shutil.copytree(failed, tmp_path / "copy")
    values = np.load(copy / "activations/features.4.expand3x3.npy", mmap_mode="r+")
    values[0, 3] += 1
    values.flush()
    changed = activationdump.open(copy, allow_incomplete=True).verify()
    assert not changed.ok and changed.changed_rows >= 1


def test_killed_in_the_middle(tmp_path):
    images = recording.make_images(tmp_path / "images", 600)
    (images / "n01440764" / "000.png").write_bytes(b"no image")
    folder = tmp_path / "dump"
    arguments = ["--model", "squeezenet1_1", "--weights", "seeded:1", "--images", images, "--output", folder,
                 "--layers", "features.3.squeeze", "--on-error", "skip", "--threads", 1, "--batch-size", 2]  # fmt: skip
    process = subprocess.Popen(recording.command("dump", *arguments), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    journal = folder / "journal.tsv"
    while not (journal.exists() and journal.read_bytes().count(b"\tchunk\t") >= 1):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert json.loads((folder / "manifest.json").read_text())["state"] == "running"
    dump = activationdump.open(folder, allow_incomplete=True)
    count = int(dump.done.sum())
    assert 0 < count < 600 and dump.done[:count].all()
    assert dump.verify().ok and np.isfinite(dump["features.3.squeeze"].values[1:count]).all()
    assert dump.images[0].status.startswith("skipped: ") and dump.images[1].status == "ok" and dump.images[599].status == "pending"

    torn = journal.read_bytes() + b"0123456789abcdef\tchunk\t0\t600\t00"
    journal.write_bytes(torn)
    assert activationdump.open(folder, allow_incomplete=True).done.sum() == count
    journal.write_bytes(torn + b"\n")
    assert activationdump.open(folder, allow_incomplete=True).done.sum() == count


def test_skipped_images(images, tmp_path):
    broken = shutil.copytree(images, tmp_path / "images")
    (broken / "n01443537" / "006.png").write_bytes(b"no image")
    dump = activationdump.open(recording.dump(broken, tmp_path / "dump", "--on-error", "skip"))
    row = dump.images.paths.index("n01443537/006.png")
    assert dump.images[row].status.startswith("skipped: ") and dump.done[row]
    assert dump.images.recorded.sum() == 10 and not dump.images.recorded[row]
    assert np.isnan(dump["features.3.squeeze"].values[row]).all()
