"""The text of the functions."""

from __future__ import annotations

import json
import re
import textwrap

from .helpers import HELPERS, Helper
from .parameters import Parameter, parameters
from .program import Program

LINE = 120


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
