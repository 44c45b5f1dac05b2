"""The program ``activation-dump``: where it is."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sysconfig
from pathlib import Path
from typing import Iterator

from ._errors import ProgramNotFoundError

NAME = "activation-dump"
VARIABLE = "ACTIVATION_DUMP"
"""The environment variable that names another program than the installed one."""

NOT_FOUND = (
    "the program activation-dump is not here, only the reader of its dumps is: install a wheel, which has the program"
    " (pip install --only-binary activationdump activationdump), or build it, which takes Debian or Ubuntu, Swift 6.2 and"
    f" 'make build' in a clone of its repository, and name it in the environment: {VARIABLE}=…/.build/release/{NAME}"
)
_UNAVAILABLE = 127
"""The exit code of a shell that does not find a program."""


def program() -> str:
    """The path of the program that :func:`activationdump.run` and the helpers call.

    That is the one that the environment variable ``ACTIVATION_DUMP`` names; else the one that was installed with this
    package; else the first on the ``PATH``.

    Raises :class:`ProgramNotFoundError`.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if not _is_program(Path(named)):
            raise ProgramNotFoundError(
                f"the environment variable {VARIABLE} names {named}, which is not a program; unset it to take the"
                " installed one",
                _UNAVAILABLE,
            )
        return named
    installed = next(filter(_is_program, _installed()), None)
    found = str(installed) if installed else shutil.which(NAME)
    if found is None:
        raise ProgramNotFoundError(NOT_FOUND, _UNAVAILABLE)
    return found


def _installed() -> Iterator[Path]:
    """Places where an installer puts the scripts of this package."""
    try:
        files = importlib.metadata.files("activationdump") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == NAME:
            yield Path(str(file.locate())).resolve()
    # 'pip install --target FOLDER' moves scripts to FOLDER/bin and does not note it.
    yield Path(__file__).parent.parent / "bin" / NAME
    yield Path(sysconfig.get_path("scripts")) / NAME


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
