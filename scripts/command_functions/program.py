"""The program, asked about its own command line."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Iterator


class Program:
    """The program, asked about itself."""

    def __init__(self, path: str) -> None:
        self.path = str(Path(path).resolve())
        self._refused: dict[tuple[str, str, str], bool] = {}
        self.help = json.loads(self.run("--experimental-dump-help").stdout)["command"]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run([self.path, *arguments], capture_output=True, text=True, cwd=folder)

    def commands(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every command that does something and that help shows, by its words."""

        def walk(command: dict[str, Any], words: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
            below = command.get("subcommands", [])
            if not below and words != ["help"]:
                yield " ".join(words), command
            for one in below:
                if not one.get("shouldDisplay", True):
                    continue
                yield from walk(one, [*words, one["commandName"]])

        return walk(self.help, [])

    def refuses(self, command: str, option: str, about: str, text: str) -> bool:
        """Whether a text is no value for an option. Options that are described in the same words are the same."""
        key = (option, about, text)
        if key not in self._refused:
            self._refused[key] = "is invalid for" in self.run(*command.split(), f"--{option}={text}").stderr
        return self._refused[key]
