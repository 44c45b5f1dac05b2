"""activationdump.run: results, and the program's sentences as exceptions."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import activationdump
import pytest
import recording


@pytest.fixture(autouse=True)
def built_program(monkeypatch):
    monkeypatch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Makes a shell script stand in for the program."""

    def make(script):
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("ACTIVATION_DUMP", str(path))

    return make


def dump_arguments(images, output, *more):
    return ["dump", "--model", "squeezenet1_1", "--weights", "seeded:1", "--images", images, "--output", output, *more]


def test_results_are_returned_as_the_program_printed_them():
    done = activationdump.run(["models", "--json"])
    assert done.stdout == recording.run("models", "--json")
    assert done.json()["models"][0]["identifier"] in done.stdout
    assert (done.returncode, done.stderr, done.args[1:]) == (0, "", ["models", "--json"])


def test_a_sentence_is_raised_with_its_exit_code(images, whole, tmp_path):
    with pytest.raises(activationdump.ActivationDumpError) as caught:
        activationdump.run(dump_arguments(images, whole))
    assert caught.value.exit_code == 73
    assert caught.value.sentence.startswith(f"{whole} already holds a dump; give --resume")
    assert str(caught.value) == caught.value.sentence
    assert pickle.loads(pickle.dumps(caught.value)).exit_code == 73


def test_the_parsers_sentences_come_without_its_usage():
    with pytest.raises(activationdump.ActivationDumpError) as caught:
        activationdump.run(["dump", "--threads", "x"])
    assert (caught.value.sentence, caught.value.exit_code) == ("The value 'x' is invalid for '--threads <threads>'", 64)


def test_an_error_can_be_asked_to_be_returned():
    done = activationdump.run(["layers", "resnet5"], check=False)
    assert done.returncode == 64 and done.stderr.startswith("error: there is no model named 'resnet5'")
    with pytest.raises(activationdump.ActivationDumpError, match="no model named"):
        done.check_returncode()


def test_arguments_are_a_list():
    with pytest.raises(TypeError, match="a list"):
        activationdump.run("models --json")


def test_a_failed_check_names_the_files_and_has_its_result(whole, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", whole, copy], check=True)
    with (copy / "logits.npy").open("r+b") as file:
        file.seek(400)
        file.write(b"changed")
    with pytest.raises(activationdump.CheckFailedError) as caught:
        activationdump.check(copy)
    assert (caught.value.sentence, caught.value.exit_code) == (f"{copy}/logits.npy: changed", 1)
    assert caught.value.result["dumps"][0]["path"] == str(copy)


def test_standard_input_can_be_given(images, tmp_path):
    names = "".join(f"{path}\n" for path in sorted(images.glob("*/0*.png"))[:3])
    output = tmp_path / "dump"
    activationdump.run(dump_arguments("-", output, "--layers", recording.LAYERS[0]), input=names)
    assert activationdump.open(output).image_count == 3


def test_without_it_there_is_nothing_to_read(tmp_path):
    with pytest.raises(activationdump.ActivationDumpError):
        activationdump.run(dump_arguments("-", tmp_path / "dump"))


def test_the_folder_and_the_environment_can_be_given(whole, tmp_path, stand_in):
    assert whole.name in activationdump.run(["inspect", whole.name], cwd=whole.parent).stdout
    stand_in("pwd; echo $WORD")
    done = activationdump.run(["x"], cwd=tmp_path, env={"WORD": "here", "PATH": os.environ["PATH"]})
    assert done.stdout == f"{tmp_path}\nhere\n"


def test_much_on_both_channels_does_not_block(stand_in):
    stand_in("i=0; while [ $i -lt 3000 ]; do echo 'a result of some length'; echo 'a remark of it' >&2; i=$((i+1)); done")
    done = activationdump.run(["x"])
    assert (done.stdout.count("\n"), done.stderr.count("\n")) == (3000, 3000)


def test_a_program_that_was_killed_says_so(stand_in):
    stand_in("kill -9 $$")
    with pytest.raises(activationdump.ActivationDumpError, match="killed from outside.*memory limit") as caught:
        activationdump.run(["dump"])
    assert caught.value.exit_code == 137
    stand_in("kill -ABRT $$")
    with pytest.raises(activationdump.ActivationDumpError, match="ended by signal 6"):
        activationdump.run(["dump"])


def test_a_program_without_a_sentence_gets_one(stand_in):
    stand_in("exit 70")
    with pytest.raises(activationdump.ActivationDumpError, match="activation-dump dump ended with exit code 70"):
        activationdump.run(["dump"])


@pytest.mark.parametrize("code", [75, 130])
def test_codes_of_interruptions_become_interrupted(stand_in, code):
    stand_in(f"echo 'interrupted: 3 of 9 images are in x; the same command with --resume goes on' >&2; exit {code}")
    with pytest.raises(activationdump.Interrupted, match="the same command with --resume goes on") as caught:
        activationdump.run(["dump"])
    assert caught.value.exit_code == code
    with pytest.raises(activationdump.Interrupted, match=r"3 of 9 images are in x; the same call with resume=True goes on"):
        activationdump.merge("x", output="y")


# --- Ctrl-C ---

# Python in a process group of its own, as in a terminal; it sends itself what Ctrl-C, or a notebook's kernel, sends.
SCRIPT = """
import activationdump, os, signal
presses, group = {presses}, {group}
def press(progress):
    global presses
    if progress.done > 0 and presses:
        presses -= 1
        (os.killpg if group else os.kill)(0 if group else os.getpid(), signal.SIGINT)
try:
    activationdump.dump(model="squeezenet1_1", weights="seeded:1", images={images!r}, output={output!r}, threads=1,
        batch_size=1, progress=press)
except activationdump.Interrupted as error:
    print(error.exit_code, error)
"""


def interrupted(images, output, presses=1, group=False):
    script = SCRIPT.format(presses=presses, group=group, images=str(images), output=str(output))
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, start_new_session=True
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return recording.make_images(tmp_path_factory.mktemp("many"), 150)


@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
def test_ctrl_c_stops_the_program_in_good_order(many, tmp_path, group):
    done = interrupted(many, tmp_path / "dump", group=group)
    assert "the same call with resume=True goes on" in done.stdout, done.stderr
    assert done.stdout.split()[0] in {"75", "130"}
    assert "stopping after the images in hand; interrupt again to stop at once" in done.stderr
    partial = activationdump.open(tmp_path / "dump", allow_incomplete=True)
    assert 0 < partial.done.sum() < 150
    whole = activationdump.dump(
        model="squeezenet1_1", weights="seeded:1", images=many, output=tmp_path / "dump", resume=True, progress=False
    )
    assert whole.done.all() and whole.verify().ok


def test_a_second_ctrl_c_ends_the_program_at_once(tmp_path):
    # A program that does not listen.
    deaf = tmp_path / "deaf"
    deaf.write_text("#!/bin/sh\ntrap '' INT TERM\necho '1 of 9 images (11 %)' >&2\nsleep 1\necho '2 of 9 images (22 %)' >&2\nexec sleep 60\n")
    deaf.chmod(0o755)
    script = SCRIPT.format(presses=2, group=False, images="x", output="y")
    environment = {**os.environ, "ACTIVATION_DUMP": str(deaf)}
    done = subprocess.run(
        ["timeout", "-k", "1", "30", sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert done.stdout.startswith("137 activation-dump dump was interrupted; the same call with resume=True goes on"), done.stderr


# --- No program ---


def without_program(tmp_path, *arguments, **environment):
    """Python with the package's source only, as an installation without the program has it."""
    import numpy

    source, libraries = recording.REPOSITORY / "python/src", Path(numpy.__file__).parents[1]
    (tmp_path / "package").mkdir()
    (tmp_path / "package/activationdump").symlink_to(source / "activationdump")
    (tmp_path / "package/numpy").symlink_to(libraries / "numpy")
    for more in libraries.glob("numpy.libs"):
        (tmp_path / "package/numpy.libs").symlink_to(more)
    return subprocess.run(
        [f"{sys.base_prefix}/bin/python{sys.version_info[0]}.{sys.version_info[1]}", *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/nowhere", "PYTHONPATH": str(tmp_path / "package"), **environment},
    )


def test_the_reader_alone_says_where_the_program_comes_from(tmp_path):
    script = "import activationdump as a\ntry: a.models()\nexcept a.ProgramNotFoundError as e: print(e.exit_code, e)"
    done = without_program(tmp_path, "-c", script)
    assert done.stdout.startswith("127 the program activation-dump is not here"), done.stderr
    for word in ["--only-binary", "Swift", "make build", "ACTIVATION_DUMP="]:
        assert word in done.stdout


def test_so_does_python_m(tmp_path):
    done = without_program(tmp_path, "-m", "activationdump", "models")
    assert done.returncode == 127 and done.stderr.startswith("error: the program activation-dump is not here")


def test_a_variable_that_names_no_program_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("ACTIVATION_DUMP", str(tmp_path / "missing"))
    with pytest.raises(activationdump.ProgramNotFoundError, match=f"names {tmp_path}/missing, which is not a program"):
        activationdump.models()


def test_python_m_is_the_program(tmp_path):
    def python_m(*arguments):
        return subprocess.run([sys.executable, "-m", "activationdump", *arguments], capture_output=True, text=True)

    assert python_m("models", "--json").stdout == recording.run("models", "--json")
    done = python_m("layers", "resnet5")
    assert done.returncode == 64 and done.stderr.startswith("error: there is no model")


def test_package_and_program_are_of_one_version():
    assert activationdump.run(["--version"]).stdout.strip() == activationdump.__version__
