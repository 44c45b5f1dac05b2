"""The package is typed."""

import importlib.resources
import subprocess
import sys

import pytest
import recording


def test_mypy_is_content(tmp_path):
    pytest.importorskip("mypy")
    # NumPy's types are those of the Python it is installed for.
    version = f"{sys.version_info[0]}.{max(sys.version_info[1], 10)}"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", tmp_path, "--python-version", version],
        cwd=recording.REPOSITORY / "python",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_so():
    assert importlib.resources.files("activationdump").joinpath("py.typed").is_file()
