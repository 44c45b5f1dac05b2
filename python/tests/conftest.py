from pathlib import Path

import pytest
import recording

ODD_NAME = "tab\tline\nback\\slash é.png"


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven images, one of whose names has everything that a table must escape."""
    return recording.make_images(tmp_path_factory.mktemp("images"), 11, ODD_NAME)


@pytest.fixture(scope="session")
def whole(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete dump."""
    return recording.dump(images, tmp_path_factory.mktemp("whole") / "dump")


@pytest.fixture(scope="session")
def shards(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same dump in three shards, whose names do not sort as they do."""
    folder = tmp_path_factory.mktemp("shards")
    for index, name in enumerate(["c", "a", "b"]):
        recording.dump(images, folder / name, "--shard", f"{index}/3")
    return folder
