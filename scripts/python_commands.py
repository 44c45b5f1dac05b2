#!/usr/bin/env python3
"""Writes python/src/activationdump/_commands from what the program says of its own command line.

Usage: scripts/python_commands.py PROGRAM [FOLDER]

Every option that the program shows in its help becomes a keyword of the same name; its type is found by asking the
program what it takes. python/tests/test_commands.py fails when the files are not what this script writes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

FOLDER = Path(__file__).parents[1] / "python/src/activationdump/_commands"
LINE = 120


@dataclass(frozen=True)
class Helper:
    """A function that calls a command."""

    name: str
    returns: str = "dict[str, Any]"
    result: str = "document(completed)"
    about: str = "Returns what it reports, as a dictionary."
    flags: tuple[str, ...] = ("json",)
    """Flags that the function always gives."""
    first: tuple[str, ...] = ()
    """Options that need no keyword."""
    twin: str = ""
    """The function that has the same keywords, and describes them."""
    replaced: set[str] = field(default_factory=set)
    """Options for what is printed, of which the function takes care."""


# What is a keyword of no function: see 'flags' and 'replaced', and these.
EVERYWHERE = {"help", "version", "json"}

_ROWS = "Returns a list of dictionaries"
HELPERS: dict[str, tuple[Helper, ...]] = {
    "models": (
        Helper("models", "list[ModelRecord]", 'listed(completed, "models")', f"{_ROWS}, one for each network."),
    ),
    "layers": (Helper("layers", "list[LayerRecord]", 'listed(completed, "layers")', f"{_ROWS}, one for each layer."),),
    "weights list": (Helper("weights_list"),),
    "weights fetch": (Helper("weights_fetch"),),
    "weights inspect": (Helper("weights_inspect"),),
    "weights convert": (Helper("weights_convert"),),
    "weights verify": (Helper("weights_verify"),),
    "dump": (
        Helper(
            "dump",
            returns="Dump",
            result="opened(completed)",
            about="Returns the dump, opened. What Ctrl-C stops goes on with ``resume=True``.",
            replaced={"dry-run", "explain"},
        ),
        Helper(
            "preview_dump",
            about="Says what :func:`dump` would take (disk, memory, time), and writes nothing.",
            flags=("dry-run", "json"),
            twin="dump",
            replaced={"explain"},
        ),
        Helper(
            "explain_dump",
            returns="str",
            result="text(completed)",
            about="Says what :func:`dump` would run on each batch, step by step.",
            flags=("explain",),
            twin="dump",
            replaced={"dry-run"},
        ),
    ),
    "merge": (Helper("merge", "Dump", "opened(completed)", "Returns the whole dump, opened."),),
    "inspect": (Helper("inspect"),),
    "check": (
        Helper("check", about="Returns what was read. Raises :class:`CheckFailedError` where a file is not as written."),
    ),
    "units list": (
        Helper(
            "units",
            returns="list[UnitRecord]",
            result="unit_rows(completed)",
            about=f"{_ROWS}, one for each unit: with ``dump``, of what was recorded of it; else of its name.",
            first=("dump",),
            replaced={"format", "output"},
        ),
    ),
    "units sample": (
        Helper(
            "units_sample",
            returns="list[str]",
            result='listed(completed, "units")',
            about="Returns the names of the units.",
            replaced={"format", "output"},
        ),
    ),
    "report": (Helper("report", "Path", "index(completed)", "Returns the path of the page to begin with."),),
    "verify": (Helper("verify", about="Returns the errors. Raises :class:`CheckFailedError` where one is too large."),),
    "evaluate": (Helper("evaluate"),),
    "predict": (
        Helper("predict", "list[PredictionRecord]", 'listed(completed, "images")', f"{_ROWS}, one for each image."),
    ),
    "bench": (
        Helper("bench", replaced={"explain"}),
        Helper(
            "explain_bench",
            returns="str",
            result="text(completed)",
            about="Says what :func:`bench` would run, step by step.",
            flags=("explain",),
            twin="bench",
        ),
    ),
    "exemplars": (Helper("exemplars"),),
    "trials make": (Helper("trials_make"),),
    "trials catch": (Helper("trials_catch"),),
}

# Options and arguments whose text is a path. 'weights' may also be seeded:N, 'subject' a network.
PATHS = set(
    "blacklist catch classifier dump dumps file images input labels output predictions reference shards stimuli"
    " subject units weights weights-dir".split()
)
NO_PATHS = {("weights fetch", "file")}


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
        """Every command that does something, by its words."""

        def walk(command: dict[str, Any], words: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
            below = command.get("subcommands", [])
            if not below and words != ["help"]:
                yield " ".join(words), command
            for one in below:
                yield from walk(one, [*words, one["commandName"]])

        return walk(self.help, [])

    def refuses(self, command: str, option: str, about: str, text: str) -> bool:
        """Whether a text is no value for an option. Options that are described in the same words are the same."""
        key = (option, about, text)
        if key not in self._refused:
            self._refused[key] = "is invalid for" in self.run(*command.split(), f"--{option}={text}").stderr
        return self._refused[key]


@dataclass(frozen=True)
class Parameter:
    """A keyword of a function."""

    option: str
    type: str
    required: bool
    positional: bool
    help: str
    default: str = "None"
    commas: bool = False
    """Whether several names are one argument."""

    @property
    def name(self) -> str:
        return self.option.replace("-", "_")

    @property
    def declared(self) -> str:
        if self.required:
            return f"{self.name}: {self.type}"
        kind = "bool" if self.type == "bool" else f"Optional[{self.type}]"
        return f"{self.name}: {kind} = {self.default}"


def parameters(program: Program, command: str, description: dict[str, Any]) -> list[Parameter]:
    """What a command takes, the required first."""
    shown = [one for one in description["arguments"] if one["shouldDisplay"]]
    names = {option_of(one) for one in shown}
    found = []
    for one in shown:
        option = option_of(one)
        if option in EVERYWHERE or (option.startswith("no-") and option[3:] in names):
            continue
        positional = one["kind"] == "positional"
        text = one.get("abstract", "")
        default = one.get("defaultValue")
        if one["kind"] == "flag":
            kind, default = "bool", str("no-" + option in names and default == f"--{option}")
        else:
            kind = type_of(program, command, one, option, text)
            if default is not None and "default" not in text.lower():
                text += f" Default: {default}."
            default = "None"
        commas = kind == "Names" and not one["isRepeating"]
        found.append(Parameter(option, kind, not one["isOptional"], positional, text, default, commas))
    return sorted(found, key=lambda parameter: (not parameter.positional, not parameter.required))


def option_of(argument: dict[str, Any]) -> str:
    names = [name["name"] for name in argument.get("names", []) if name["kind"] == "long"]
    return str(names[0] if names else argument["valueName"])


def type_of(program: Program, command: str, argument: dict[str, Any], option: str, text: str) -> str:
    values = argument.get("allValues")
    if values:
        return f"Literal[{', '.join(v if v.isdecimal() else json.dumps(v) for v in values)}]"
    if argument["kind"] == "option":
        for kind, value in [("float", "1.5"), ("int", "7")]:
            if program.refuses(command, option, text, "word") and not program.refuses(command, option, text, value):
                return kind
    is_path = option in PATHS and (command, option) not in NO_PATHS
    if "separated by commas" in text:
        return "Names"
    if argument["isRepeating"]:
        return "Paths" if is_path else "Names"
    return "PathLike" if is_path else "str"


def function(helper: Helper, command: str, about: str, every: list[Parameter]) -> str:
    taken = [one for one in every if one.option not in helper.replaced and one.option not in helper.flags]
    first = [one for one in taken if one.positional or one.option in helper.first]
    others = [one for one in taken if one not in first]
    lines = [f"def {helper.name}("]
    lines += [f"    {one.declared}," for one in first]
    lines += ["    *,"] + [f"    {one.declared}," for one in others] + ["    progress: ProgressOption = None,"]
    lines += [f") -> {helper.returns}:", *docstring(helper, about, first + others)]
    options = [f'"--{flag}": True' for flag in helper.flags]
    options += [passed(one) for one in taken if not one.positional]
    lines += ["    completed = call(", f"        [{', '.join(json.dumps(word) for word in command.split())}],", "        {"]
    lines += [f"            {option}," for option in options] + ["        },"]
    lines += [f"        [{', '.join(one.name for one in first if one.positional)}],", "        progress,", "    )"]
    return "\n".join([*lines, f"    return {helper.result}", ""])


def passed(parameter: Parameter) -> str:
    if parameter.default == "True":
        return f'"--no-{parameter.option}": not {parameter.name}'
    value = f"CommaSeparated({parameter.name})" if parameter.commas else parameter.name
    return f'"--{parameter.option}": {value}'


def docstring(helper: Helper, about: str, taken: list[Parameter]) -> list[str]:
    if helper.twin:
        return [f'    """{helper.about}', "", f"    Its keywords are those of :func:`{helper.twin}`.", '    """']
    lines = [f'    """{about}', "", *wrapped(helper.about, 4), "", "    Args:"]
    for one in taken:
        lines += wrapped(f"{one.name}: {one.help}", 8, 12)
    lines += wrapped("progress: As for :func:`run`.", 8)
    return [*(line.replace("\\", "\\\\") for line in lines), '    """']


def wrapped(text: str, indent: int, after: int = 0) -> list[str]:
    # The kernels that the help lists are those of the processor it runs on.
    text = re.sub(r"The kernels: [^.]*\.", "The kernels, as 'activation-dump dump --help' lists this processor's.", text)
    return textwrap.wrap(
        text, LINE, initial_indent=" " * indent, subsequent_indent=" " * (after or indent), break_on_hyphens=False
    )


MADE = '"""Made by scripts/python_commands.py from the program\'s own help; do not edit."""\n'
SOURCES = {
    "pathlib": ["Path"],
    "typing": ["Any", "Literal", "Optional"],
    ".._call": "CommaSeparated Names Paths call document index listed opened text unit_rows".split(),
    ".._display": ["ProgressOption"],
    ".._dump": ["Dump"],
    ".._records": ["LayerRecord", "ModelRecord", "PredictionRecord", "UnitRecord"],
    ".._run": ["PathLike"],
}


def module(functions: list[str]) -> str:
    code = "\n\n".join(functions)
    bare = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
    groups: dict[bool, list[str]] = {}
    for source, names in SOURCES.items():
        used = [name for name in names if re.search(rf"\b{name}\b" if name[0].isupper() else rf" {name}\(", bare)]
        if used:
            groups.setdefault(source.startswith("."), []).append(f"from {source} import {', '.join(used)}")
    imports = "\n\n".join("\n".join(lines) for lines in groups.values())
    return f"{MADE}\nfrom __future__ import annotations\n\n{imports}\n\n\n{code}"


def written(program: Program) -> dict[str, str]:
    """The text of every file, by its name."""
    files, exports = {}, []
    for command, description in program.commands():
        every = parameters(program, command, description)
        helpers = HELPERS[command]
        about = description["abstract"]
        files[command.replace(" ", "_") + ".py"] = module([function(one, command, about, every) for one in helpers])
        exports += [(command.replace(" ", "_"), one.name) for one in helpers]
    names: dict[str, list[str]] = {}
    for source, name in exports:
        names.setdefault(source, []).append(name)
    imports = [f"from .{source} import {', '.join(names[source])}" for source in sorted(names)]
    listed = "".join(f'    "{name}",\n' for name in sorted(name for _, name in exports))
    files["__init__.py"] = f"{MADE}\n" + "\n".join(imports) + f"\n\n__all__ = [\n{listed}]\n"
    return files


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.py"):
        old.unlink()
    for name, text in written(Program(sys.argv[1])).items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
