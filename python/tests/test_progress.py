"""Progress: what is read from the program, and how it is shown."""

import io
import sys

import activationdump
import pytest
import recording
from activationdump import _display, _process
from activationdump._messages import Messages, Progress


@pytest.fixture(autouse=True)
def built_program(monkeypatch):
    monkeypatch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))


def record(images, output, **more):
    return activationdump.dump(
        model="squeezenet1_1", weights="seeded:1", images=images, output=output, layers=recording.LAYERS, **more
    )


def test_a_function_is_told_of_every_step(images, tmp_path):
    steps = []
    record(images, tmp_path / "dump", progress=steps.append)
    assert {(step.total, step.noun) for step in steps} == {(11, "images")}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == 11 and steps[-1].rate > 0


def test_remarks_are_shown_and_errors_are_not(images, tmp_path, capsys):
    record(images, tmp_path / "dump", progress=False)
    assert capsys.readouterr().err == (
        "NOTE: generated weights (seed 1): the network is untrained and its results mean nothing\n"
    )
    with pytest.raises(activationdump.ActivationDumpError):
        activationdump.layers("resnet5")
    assert capsys.readouterr().err == ""


def test_there_need_be_no_pseudo_terminal(images, tmp_path, monkeypatch):
    def none():
        raise OSError("out of pty devices")

    monkeypatch.setattr(_process.os, "openpty", none)
    assert record(images, tmp_path / "dump").done.all()
    with pytest.raises(activationdump.ActivationDumpError, match="already holds a dump"):
        record(images, tmp_path / "dump")


def pieces_of(*chunks):
    steps, notes = [], []
    messages = Messages(steps.append, notes.append)
    for chunk in chunks:
        messages.feed(chunk)
    messages.feed(b"", final=True)
    return steps, notes, messages.lines


BAR = "\r██▉       1,024 of 50,000 images (2 %), 41.3 a second, 19:46 left\x1b[K".encode()
ODD = "\r\x1b[Knote: é is a name\r\n".encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_may_be_cut_anywhere(size):
    data = BAR + ODD + BAR
    steps, notes, lines = pieces_of(*(data[start : start + size] for start in range(0, len(data), size)))
    assert steps == [Progress(1024, 50000, "images", 41.3)] * 2
    assert notes == lines == ["note: é is a name"]


def test_a_line_of_a_log_is_progress_too():
    assert pieces_of(b"3 of 9 tasks (33 %), 0.1 a second, 1:00 left\n")[0] == [Progress(3, 9, "tasks", 0.1)]
    assert pieces_of(b"0 of 9 tasks (0 %)\n")[0] == [Progress(0, 9, "tasks", None)]


def test_what_belongs_to_an_error_is_no_remark():
    _, notes, lines = pieces_of(b"note: a\nError: b\nHelp: c\nUsage: d")
    assert notes == ["note: a"] and lines == ["note: a", "Error: b", "Help: c", "Usage: d"]


def test_progress_in_words():
    assert str(Progress(1024, 50000, "images", 41.3)) == "1,024 of 50,000 images (2 %), 41.3 a second, 19:46 left"
    assert str(Progress(0, 0, "units")) == "0 of 0 units (100 %)"


# --- Displays ---


class Terminal(io.StringIO):
    def isatty(self):
        return True


STEPS = [Progress(done, 40, "images", 10.0) for done in (0, 10, 40)] + [Progress(3, 5, "files", 1.0)]


def shown(option, monkeypatch, stream, tqdm):
    monkeypatch.setattr(sys, "stderr", stream)
    if not tqdm:
        monkeypatch.setattr(_display.importlib.util, "find_spec", lambda name: None)
    display = _display.display(option)
    for step in STEPS:
        display.update(step)
        display.note(f"note: {step.done}")
    display.close()
    return display, stream.getvalue()


def test_a_terminal_has_one_line_that_changes(monkeypatch):
    display, text = shown(None, monkeypatch, Terminal(), tqdm=False)
    assert type(display) is _display.TerminalDisplay
    assert "\r|#####               | 10 of 40 images (25 %), 10.0 a second, 0:03 left\x1b[K" in text
    assert text.endswith("\r\x1b[K") and "\r\x1b[Knote: 10\n" in text


def test_tqdm_is_taken_where_it_is(monkeypatch):
    pytest.importorskip("tqdm")
    display, text = shown(None, monkeypatch, Terminal(), tqdm=True)
    assert type(display) is _display.TqdmDisplay
    assert "40/40" in text and "3/5" in text and "files" in text and "note: 10\n" in text


def test_a_log_has_a_line_every_half_minute(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(_display.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    display = _display.display(None)
    for second in range(0, 100):
        now[0] = float(second)
        display.update(Progress(second, 100, "images"))
    assert [line.split()[0] for line in sys.stderr.getvalue().splitlines()] == ["30", "60", "90"]


def test_false_shows_nothing_and_true_always(monkeypatch):
    _, text = shown(False, monkeypatch, Terminal(), tqdm=False)
    assert text == "".join(f"note: {step.done}\n" for step in STEPS)
    display, _ = shown(True, monkeypatch, io.StringIO(), tqdm=False)
    assert type(display) is _display.TerminalDisplay
