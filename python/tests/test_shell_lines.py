"""The commands that README.md and docs/study.md print can be run as printed, one after the other."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
import recording
import shell_lines


@pytest.fixture
def shell(tmp_path: Path) -> shell_lines.Shell:
    return shell_lines.Shell(tmp_path)


def run_page(shell: shell_lines.Shell, page: str, *left_out: str) -> list[str]:
    """Runs all commands of a page but those that are left out, which are few and named."""
    lines = [line for line in shell_lines.of(page) if not shell_lines.is_left_out(line)]
    lines = [line for line in lines if not line.startswith(left_out or ("\0",))]
    for line in lines:
        assert line.split()[0] in {"activation-dump", "for", "python3"}, f"{page} prints a command of another kind: {line}"
        shell.run(line)
    return lines


def test_the_session_of_the_readme(shell: shell_lines.Shell) -> None:
    # The study's 20 batches take 402 images.
    recording.make_images(shell.folder / "imagenet/train", 402)
    recording.make_images(shell.folder / "imagenet/val", 6)
    (shell.folder / "cat.jpg").write_bytes(recording.png(1))
    lines = run_page(shell, "README.md")
    assert len(lines) > 12
    # What the page says of the results.
    assert (shell.folder / "atlas/index.html").exists()
    assert sum(1 for _ in (shell.folder / "resnet50_natural").glob("task_*/**/*.*")) == 63 * (1 + 45 * 20)
    merged = (shell.folder / "resnet50-merged/activations").glob("*.npy")
    for file in merged:
        assert file.read_bytes() == (shell.folder / "resnet50-train/activations" / file.name).read_bytes()


def test_the_python_of_the_readme(shell: shell_lines.Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    images = recording.make_images(shell.folder / "images", 12)
    recording.dump(images, shell.folder / "resnet50-train")
    monkeypatch.chdir(shell.folder)
    page = (recording.REPOSITORY / "README.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    statements = [line[4:] for line in "".join(blocks).splitlines() if line.startswith(">>> ")]
    assert len(statements) > 5
    names: dict[str, object] = {}
    for statement in statements:
        exec(shell_lines.substituted(statement), names)
    assert isinstance(names["units"], np.ndarray) and names["units"].shape == (12, 256)


def test_the_sequence_of_the_study(shell: shell_lines.Shell) -> None:
    for index in range(45):
        folder = shell.folder / "photographs"
        folder.mkdir(exist_ok=True)
        (folder / f"{index:02}.png").write_bytes(recording.png(index))
    needs_pillow = "python3 scripts/check_exemplars.py"
    assert sum(line.startswith(needs_pillow) for line in shell_lines.of("docs/study.md")) == 1
    lines = run_page(shell, "docs/study.md", *([] if importlib.util.find_spec("PIL") else [needs_pillow]))
    assert len(lines) >= 7
    # As the README says, without room of their own.
    task = next((shell.folder / "squeezenet_natural/task_1").glob("trials/*/queries/max.png"))
    assert task.stat().st_nlink > 1


def test_the_example_of_the_baselines(shell: shell_lines.Shell) -> None:
    recording.make_images(shell.folder / "imagenet/val", 4)
    assert len(run_page(shell, "docs/baselines.md")) == 2
