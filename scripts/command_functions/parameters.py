"""Keywords for the options of a command, with the types that the program takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .program import Program

# What is a keyword of no function.
EVERYWHERE = {"help", "version", "json"}

# Options and arguments whose text is a path. 'weights' may also be seeded:N, 'subject' a network.
PATHS = set(
    "blacklist catch classifier dump dumps file images input labels output predictions reference shards stimuli"
    " subject units weights weights-dir".split()
)
NO_PATHS = {("weights fetch", "file")}


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
