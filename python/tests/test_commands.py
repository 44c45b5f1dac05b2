"""Every option of the program is a keyword of a function, with the right type."""

import inspect
import json
import sys
import typing
from pathlib import Path

import activationdump
import pytest
import recording
from activationdump import _commands

sys.path.insert(0, str(recording.REPOSITORY / "scripts"))
from command_functions.program import Program  # noqa: E402
from command_functions.writing import written  # noqa: E402


@pytest.fixture(autouse=True)
def built_program(monkeypatch):
    monkeypatch.setenv("ACTIVATION_DUMP", str(recording.PROGRAM))


def test_the_files_are_what_the_script_makes_of_this_program():
    folder = Path(_commands.__file__).parent
    expected = written(Program(str(recording.PROGRAM)))
    assert {path.name for path in folder.glob("*.py")} == set(expected)
    for name, text in expected.items():
        assert (folder / name).read_text() == text, f"{name} is out of date: run scripts/python_commands.py with the program"


def commands():
    """Every command that does something, and what its help shows."""

    def walk(command, words):
        below = command.get("subcommands", [])
        if not below and words != ["help"]:
            yield " ".join(words), [one for one in command["arguments"] if one["shouldDisplay"]]
        for one in (one for one in below if one.get("shouldDisplay", True)):
            yield from walk(one, [*words, one["commandName"]])

    return list(walk(json.loads(recording.run("--experimental-dump-help"))["command"], []))


# The functions of a command that has not just one of its name, and what none of them leaves to the caller: how results
# are printed.
FUNCTIONS = {
    "dump": ["dump", "preview_dump", "explain_dump"],
    "bench": ["bench", "explain_bench"],
    "units list": ["units"],
}
PRINTING = {"units list": {"format", "output"}, "units sample": {"format", "output"}}
FUNCTIONS_FOR = {"dump": {"dry-run", "explain"}, "bench": {"explain"}}


def test_every_option_is_a_keyword_and_none_is_invented():
    seen = set()
    for command, arguments in commands():
        options = set()
        for one in arguments:
            names = [name["name"] for name in one.get("names", []) if name["kind"] == "long"]
            options.add(names[0] if names else one["valueName"])
        options -= {"help", "version", "json"} | PRINTING.get(command, set()) | FUNCTIONS_FOR.get(command, set())
        options = {name for name in options if not (name.startswith("no-") and name[3:] in options)}
        for name in FUNCTIONS.get(command, [command.replace(" ", "_")]):
            keywords = set(inspect.signature(getattr(activationdump, name)).parameters) - {"progress"}
            assert keywords == {option.replace("-", "_") for option in options}, command
            seen.add(name)
    assert seen == set(_commands.__all__)


def test_types_are_what_the_program_takes():
    """Wrong values are refused for what has a number for its type, and for nothing else; lists of values are complete."""
    for command, arguments in commands():
        name = FUNCTIONS.get(command, [command.replace(" ", "_")])[0]
        types = typing.get_type_hints(getattr(activationdump, name))
        for one in arguments:
            option = (one.get("names") or [{}])[0].get("name", "")
            kind = types.get(option.replace("-", "_"))
            if one["kind"] != "option" or kind is None:
                continue
            (kind,) = [part for part in typing.get_args(kind) if part is not type(None)][:1] or [kind]

            def refused(text):
                done = activationdump.run([*command.split(), f"--{option}={text}"], check=False, cwd="/")
                return f"The value '{text}' is invalid for '--{option}" in done.stderr

            if typing.get_origin(kind) is typing.Literal:
                assert [str(value) for value in typing.get_args(kind)] == one["allValues"]
            elif kind is int:
                assert refused("1.5") and not refused("7"), (command, option)
            elif kind is float:
                assert refused("word") and not refused("1.5"), (command, option)
            else:
                assert not refused("extremes:7" if option == "keep" else "word"), (command, option)
