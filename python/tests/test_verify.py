"""Digests."""

import shutil

import activationdump


def test_intact(whole, shards):
    for path in [whole, shards]:
        found = activationdump.open(path).verify()
        assert found and found.problems == [] and {file.verdict for file in found.files} == {"intact"}
    assert len(activationdump.open(shards).verify().files) == 15


def test_changed_and_missing(whole, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "copy")
    dump = activationdump.open(copy)
    (copy / "logits.npy").unlink()
    with (copy / "activations/features.3.squeeze.npy").open("r+b") as file:
        file.seek(200)
        file.write(b"\1")
    found = dump.verify()
    assert not found
    assert {(f.path.rsplit("/")[-1], f.verdict) for f in found.problems} == {
        ("logits.npy", "missing"),
        ("features.3.squeeze.npy", "changed"),
    }
