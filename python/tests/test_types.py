"""The package is typed."""

import importlib.resources
import subprocess
import sys

import pytest
import recording


def test_mypy_is_content(tmp_path):
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", tmp_path],
        cwd=recording.REPOSITORY / "python",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_so():
    assert importlib.resources.files("activationdump").joinpath("py.typed").is_file()
