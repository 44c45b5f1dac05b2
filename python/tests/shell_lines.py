"""The shell lines of a page, and how the tests run them: as printed, on small data and with generated weights.

A page's placeholders are replaced by what stands for them here, and by nothing else. Lines of other programs are listed
with the reason why they are left out; a line that is neither run nor listed fails the test.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import recording

# What is printed, and what stands for it: a smaller network and its units, data of the tests, weights that need no network.
SUBSTITUTIONS = {
    r"--model resnet50\b": "--model squeezenet1_1",
    r"layer4\.2\.conv3": "features.12.expand3x3",
    r"layer4_2_conv3__1459": "features_12_expand3x3__137",
    r"\b1459\b": "137",
    r"/data/imagenet/": "imagenet/",
    r"--weights demo/squeezenet_weights\.pkl": "--weights seeded:1",
}

# What a line begins with that is not run, and why.
LEFT_OUT = {
    "pip install ": "needs a network",
    "make ": "builds the program, which is there",
    "python3 -m venv ": "needs a network",
    ".venv/bin/": "PyTorch and its weights; Weights/README.md",
    "activation-dump weights fetch": "needs a network",
    "activation-dump verify": "compares with what PyTorch made",
    "activation-dump dump --model resnet50 --images ILSVRC": "ImageNet as downloaded",
    "activation-dump evaluate --model resnet50 --images ILSVRC": "ImageNet as downloaded",
    "activation-dump evaluate --model resnet50 --images val": "ImageNet as downloaded",
}

# The program, with generated weights where a line gives none: as if 'weights fetch' had been run.
WRAPPER = """#!/bin/sh
case "$1 $*" in
  *--weights*) ;;
  "dump "*|"evaluate "*|"predict "*|"bench "*|"verify "*) exec "$ACTIVATION_DUMP" "$@" --weights seeded:1 ;;
esac
exec "$ACTIVATION_DUMP" "$@"
"""


def of(page: str) -> list[str]:
    """The commands of a page's blocks of shell, in order; lines that go on after a backslash are joined."""
    text = (recording.REPOSITORY / page).read_text()
    lines: list[str] = []
    for kind, block in re.findall(r"^```(sh|console)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if kind == "console" and not line.startswith("$ "):
                continue
            line = line.removeprefix("$ ").strip()
            if line and not line.startswith("#"):
                lines.append(line)
    return lines


def is_left_out(line: str) -> bool:
    return any(line.startswith(beginning) for beginning in LEFT_OUT)


def substituted(line: str) -> str:
    for printed, ours in SUBSTITUTIONS.items():
        line = re.sub(printed, ours, line)
    return line


class Shell:
    """A working directory in which lines are run one after the other, as a user types them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir()
        # The Python of the tests, which has what a page says that it needs.
        python = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
        for name, script in [("activation-dump", WRAPPER), ("python3", python)]:
            (folder / "bin" / name).write_text(script)
            (folder / "bin" / name).chmod(0o755)
        (folder / "scripts").symlink_to(recording.REPOSITORY / "scripts")

    def run(self, line: str) -> str:
        """Runs a line in bash, which has to succeed."""
        environment = {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "ACTIVATION_DUMP": str(recording.PROGRAM),
            "ACTIVATION_DUMP_WEIGHTS": str(self.folder / "weights"),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", substituted(line)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        return done.stdout
