"""The helpers' way to the program: keyword arguments become flags, results become objects."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from ._display import ProgressOption
from ._dump import Dump, open_dump
from ._errors import Interrupted
from ._run import Completed, PathLike, run

Paths = Union[PathLike, Sequence[PathLike]]
"""One path, or several."""
Names = Union[str, Sequence[str]]
"""Names and patterns: one, several, or several in one text with commas between."""
Value = Union[None, bool, int, float, PathLike, Sequence[PathLike]]


class CommaSeparated:
    """Several names that the program takes as one argument."""

    def __init__(self, names: Optional[Names]) -> None:
        self.text = names if names is None or isinstance(names, str) else ",".join(names)


def call(
    command: Sequence[str],
    options: Mapping[str, Union[Value, CommaSeparated]],
    positional: Sequence[Union[Value, Sequence[PathLike]]] = (),
    progress: ProgressOption = None,
) -> Completed:
    """Runs a command with the options that are given: not ``None``, and not ``False``."""
    arguments = [*command]
    for option, value in options.items():
        if value is True:
            arguments.append(option)
        elif value is not None and value is not False:
            # In one word, so that a value may begin with a dash.
            arguments += [f"{option}={text}" for text in _texts(value)]
    given = [text for value in positional if value is not None for text in _texts(value)]
    try:
        return run([*arguments, *(["--", *given] if given else [])], progress=progress)
    except Interrupted as error:
        sentence = re.sub(r"the same command with --(\w+)", r"the same call with \1=True", error.sentence)
        raise Interrupted(sentence, error.exit_code, error.result) from None


def _texts(value: Union[Value, CommaSeparated]) -> list[str]:
    if isinstance(value, CommaSeparated):
        return [] if value.text is None else [value.text]
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    if isinstance(value, (int, float)):
        return [str(value)]
    return [os.fspath(path) for path in value or ()]


# --- Results ---


def document(completed: Completed) -> dict[str, Any]:
    """The JSON document that was printed, without the number of its format."""
    result: dict[str, Any] = completed.json()
    result.pop("schema", None)
    return result


def text(completed: Completed) -> str:
    """The text that was printed."""
    return completed.stdout


def opened(completed: Completed) -> Dump:
    """The dump that was made, opened."""
    return open_dump(document(completed)["output"])


def index(completed: Completed) -> Path:
    """The page to begin with."""
    return Path(document(completed)["index"])


def listed(completed: Completed, key: str) -> list[Any]:
    """A list of the document."""
    entries: list[Any] = document(completed)[key]
    return entries


def unit_rows(completed: Completed) -> list[Any]:
    """A row for each unit; of units that nothing is known of, the name only."""
    result = document(completed)
    rows: Optional[list[Any]] = result.get("statistics")
    return [{"unit": name} for name in result["units"]] if rows is None else rows
