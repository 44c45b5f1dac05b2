"""The wheel: what is in it, for which platforms it is, and that installers put the program where it is found."""

import hashlib
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import activationdump
import numpy
import pytest
import recording

sys.path.insert(0, str(recording.REPOSITORY / "python"))
import wheel_tag  # noqa: E402


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the wheel, with the program of the tests in it, and the source archive."""
    folder = tmp_path_factory.mktemp("built")
    licences = folder.parent / f"{folder.name}-licences"
    licences.mkdir()
    (licences / "zlib").write_text("a licence")
    build(folder, licences)
    return folder


def build(folder, *licences):
    script = recording.REPOSITORY / "scripts/wheel.sh"
    done = subprocess.run([script, recording.PROGRAM, folder, *licences], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert len(done.stdout.splitlines()) == 2
    return done.stdout


def wheel_of(folder):
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_what_is_in_the_wheel(built):
    platform = ".".join(wheel_tag.tags(wheel_tag.read_elf(recording.PROGRAM)))
    version = activationdump.__version__
    assert wheel_of(built).name == f"activationdump-{version}-py3-none-{platform}.whl"
    source = recording.REPOSITORY / "python/src"
    modules = {str(path.relative_to(source)) for path in (source / "activationdump").rglob("*.py")}
    with zipfile.ZipFile(wheel_of(built)) as archive:
        names = set(archive.namelist())
        program = f"activationdump-{version}.data/scripts/activation-dump"
        assert archive.read(program) == recording.PROGRAM.read_bytes()
        assert archive.getinfo(program).external_attr >> 16 & 0o777 == 0o755
    information = {f"activationdump-{version}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")}
    assert names == modules | information | {program, "activationdump/py.typed", "activationdump/licences/zlib"}


def test_the_source_builds_and_has_no_program(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        names = {name.split("/", 1)[1] for name in source.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "wheel_tag.py", "LICENSE", "src/activationdump/py.typed"} <= names
    assert archive.stat().st_size < 200_000


def test_every_build_has_the_same_bytes(built, tmp_path):
    (recording.REPOSITORY / "python/src/activationdump/_run.py").touch()
    again = build(tmp_path, built.parent / f"{built.name}-licences")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in built.iterdir()
    }, again


def test_the_licence_is_the_repositorys():
    root = recording.REPOSITORY
    assert (root / "python/LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


# --- Installed ---


@pytest.fixture
def environment(tmp_path):
    """A new virtual environment that has NumPy, and the way to run its programs."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for part in Path(numpy.__file__).parents[1].glob("numpy*"):
        (site / part.name).symlink_to(part)
    clean = {key: value for key, value in os.environ.items() if key not in {"ACTIVATION_DUMP", "PYTHONPATH", "PATH"}}

    def run(*command, expect=0, **more):
        words = [str(tmp_path / "venv/bin" / command[0]), *map(str, command[1:])]
        done = subprocess.run(words, capture_output=True, text=True, env={**clean, "PATH": "/usr/bin:/bin", **more})
        assert done.returncode == expect, done.stderr + done.stdout
        return done.stdout

    return run


WHICH = "import activationdump; print(activationdump.program())"


def pip(environment, *arguments, **more):
    return environment("python", "-m", "pip", "--disable-pip-version-check", *arguments, **more)


def test_a_virtual_environment_gets_the_program_on_its_path(environment, built, tmp_path):
    pip(environment, "install", "--no-index", "--no-deps", wheel_of(built))
    pip(environment, "check")
    assert environment("activation-dump", "--version").strip() == activationdump.__version__
    assert environment("python", "-m", "activationdump", "--version").strip() == activationdump.__version__
    assert environment("python", "-c", WHICH).strip() == str(tmp_path / "venv/bin/activation-dump")
    pip(environment, "uninstall", "--yes", "activationdump")
    assert not list((tmp_path / "venv").rglob("activation*dump*"))


def test_a_target_folder_is_found_by_itself(environment, built, tmp_path):
    pip(environment, "install", "--no-index", "--no-deps", "--target", tmp_path / "target", wheel_of(built))
    program = environment("python", "-c", WHICH, PYTHONPATH=str(tmp_path / "target")).strip()
    assert program == str(tmp_path / "target/bin/activation-dump")


def test_so_is_a_prefix(environment, built, tmp_path):
    pip(environment, "install", "--no-index", "--no-deps", "--prefix", tmp_path / "prefix", wheel_of(built))
    (site,) = (tmp_path / "prefix").glob("lib/python*/site-packages")
    program = environment("python", "-c", WHICH, PYTHONPATH=str(site)).strip()
    assert program == str(tmp_path / "prefix/bin/activation-dump")


def test_the_source_alone_installs_the_reader(environment, built, tmp_path):
    wheels = tmp_path / "wheels"
    (archive,) = built.glob("*.tar.gz")
    tools = recording.REPOSITORY / ".build/wheel/bin/python"
    subprocess.run(
        [tools, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", wheels, archive],
        check=True,
        capture_output=True,
    )
    assert wheel_of(wheels).name == f"activationdump-{activationdump.__version__}-py3-none-any.whl"
    pip(environment, "install", "--no-index", "--no-deps", wheel_of(wheels))
    assert "reader of its dumps" in (
        environment("python", "-c", f"try:\n {WHICH}\nexcept Exception as error: print(error)")
    )


# --- Tags ---

INTERPRETER, DYNAMIC, LOAD, NOTE = 3, 2, 1, 4


def elf(path, *segments, machine=62):
    """A program of some segments, which are kinds and contents."""
    start = 64 + 56 * (len(segments) + 1)
    body, headers = b"", struct.pack("<IIQQQQQQ", LOAD, 4, 0, 0x400000, 0, 4096, 4096, 4096)
    for kind, content in segments:
        offset = start + len(body)
        headers += struct.pack("<IIQQQQQQ", kind, 4, offset, 0x400000 + offset, 0, len(content), len(content), 8)
        body += content
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, len(segments) + 1, 0, 0, 0)
    path.write_bytes((head + headers + body).ljust(4096, b"\0"))
    return path


def kernel_note(*version):
    return struct.pack("<III", 4, 16, 1) + b"GNU\0" + struct.pack("<4I", 0, *version)


def needing(offset, *names):
    """The dynamic section at an offset, and its strings behind it."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in names)
    entries, position = [], 1
    for name in names:
        entries.append((1, position))
        position += len(name) + 1
    size = 16 * (len(entries) + 2)
    entries += [(5, 0x400000 + offset + size), (0, 0)]
    return b"".join(struct.pack("<QQ", *entry) for entry in entries) + strings


def test_a_static_program_runs_with_both_c_libraries(tmp_path):
    found = wheel_tag.read_elf(elf(tmp_path / "static", (NOTE, kernel_note(3, 2, 0))))
    assert found == wheel_tag.Elf("x86_64", None, (), (3, 2, 0)) and found.is_static
    assert wheel_tag.tags(found) == ["manylinux2014_x86_64", "manylinux_2_17_x86_64", "musllinux_1_1_x86_64"]
    assert wheel_tag.tags(wheel_tag.read_elf(elf(tmp_path / "arm", machine=183)))[0] == "manylinux2014_aarch64"


def test_one_that_needs_libraries_is_for_this_machine_only(tmp_path):
    # Where the dynamic section comes to lie: behind the header and two program headers, or three.
    alone = elf(tmp_path / "alone", (DYNAMIC, needing(64 + 56 * 2, "libc.so.6", "libm.so.6")))
    assert wheel_tag.read_elf(alone).libraries == ("libc.so.6", "libm.so.6")
    assert wheel_tag.tags(wheel_tag.read_elf(alone)) == ["linux_x86_64"]
    linked = elf(tmp_path / "linked", (INTERPRETER, b"/lib64/ld-linux-x86-64.so.2\0"))
    assert wheel_tag.read_elf(linked).interpreter == "/lib64/ld-linux-x86-64.so.2"
    assert wheel_tag.tags(wheel_tag.read_elf(linked)) == ["linux_x86_64"]


def test_a_newer_kernel_than_the_tag_promises_is_refused(tmp_path):
    with pytest.raises(wheel_tag.ProgramError, match=r"needs Linux 5\.4\.0"):
        wheel_tag.tags(wheel_tag.read_elf(elf(tmp_path / "new", (NOTE, kernel_note(5, 4, 0)))))


def test_other_files_are_refused(tmp_path):
    (tmp_path / "script").write_text("#!/bin/sh\n")
    with pytest.raises(wheel_tag.ProgramError, match="no program for 64-bit Linux"):
        wheel_tag.read_elf(tmp_path / "script")
    whole = elf(tmp_path / "whole", (NOTE, kernel_note(3, 2, 0))).read_bytes()
    (tmp_path / "cut").write_bytes(whole[:100])
    with pytest.raises(wheel_tag.ProgramError, match="is damaged"):
        wheel_tag.read_elf(tmp_path / "cut")
    with pytest.raises(wheel_tag.ProgramError, match="for a processor"):
        wheel_tag.read_elf(elf(tmp_path / "other", machine=8))
