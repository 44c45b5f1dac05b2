"""Runs of the program: what they returned, or its sentence as an exception."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

from ._display import ProgressOption, display
from ._errors import ActivationDumpError, CheckFailedError, Interrupted
from ._messages import Messages, error_sentence, interruption_sentence
from ._process import execute
from ._program import program

PathLike = Union[str, os.PathLike[str]]

_RESUMABLE_COMMANDS = [["dump"], ["merge"], ["exemplars"]]
"""Those that say nothing themselves when they are ended at once."""
_CHECK_FAILED, _RESUMABLE, _INTERRUPTED = 1, 75, 130


@dataclass(frozen=True)
class Completed:
    """A run of the program that has ended."""

    args: list[str]
    """The program and its arguments."""
    returncode: int
    """Its exit code; that of a run that was ended by a signal is 128 and the number of the signal, as in a shell."""
    stdout: str
    """Its results."""
    stderr: str
    """Its remarks and the sentence of its error, without progress."""

    def json(self) -> Any:
        """The results of a run with ``--json``."""
        return json.loads(self.stdout)

    def check_returncode(self) -> None:
        """Raises :class:`ActivationDumpError`, or the kind of it that fits, unless the exit code is 0."""
        if self.returncode != 0:
            raise self._error()

    def _error(self) -> ActivationDumpError:
        if self.returncode in (_RESUMABLE, _INTERRUPTED, 128 + signal.SIGTERM):
            return self._interruption()
        sentence = error_sentence(self.stderr.splitlines()) or self._unsaid(self._name)
        if self.returncode == _CHECK_FAILED:
            return CheckFailedError(sentence, self.returncode, self._document())
        return ActivationDumpError(sentence, self.returncode, self._document())

    @property
    def _name(self) -> str:
        return " ".join(["activation-dump", *self.args[1:2]])

    def _interruption(self) -> Interrupted:
        lines = self.stderr.splitlines()
        unsaid = f"{self._name} was interrupted"
        if self.args[1:2] in _RESUMABLE_COMMANDS:
            unsaid += "; the same command with --resume goes on"
        return Interrupted(interruption_sentence(lines) or error_sentence(lines) or unsaid, self.returncode)

    def _unsaid(self, name: str) -> str:
        """The sentence for a program that said none."""
        if self.returncode == 128 + signal.SIGKILL:
            return f"{name} was killed from outside (SIGKILL); on a cluster, the usual reason is its memory limit"
        if self.returncode > 128:
            return f"{name} was ended by signal {self.returncode - 128}"
        if self.returncode == _CHECK_FAILED:
            changed = "; ".join(_changed_files(self._document()))
            return changed or f"{name} found a difference; the result of this exception tells which"
        return f"{name} ended with exit code {self.returncode}"

    def _document(self) -> Optional[Any]:
        try:
            return self.json()
        except ValueError:
            return None


def _changed_files(document: Any) -> Iterator[str]:
    """In the result of ``check``, the files that are not as they were written."""
    for dump in document.get("dumps", []) if isinstance(document, dict) else []:
        for file in dump.get("files", []):
            if file["verdict"] != "intact":
                yield f"{dump['path']}/{file['file']}: {file['verdict']}"
    yield from document.get("problems", []) if isinstance(document, dict) else []


def run(
    arguments: Sequence[PathLike],
    *,
    check: bool = True,
    progress: ProgressOption = None,
    cwd: Optional[PathLike] = None,
    env: Optional[Mapping[str, str]] = None,
    input: Optional[str] = None,
) -> Completed:
    """Runs the program with arguments as on the command line, and waits for its end.

    >>> activationdump.run(["dump", "--model", "resnet50", "--images", "photographs", "--output", "recording"])

    Progress is shown where somebody may be looking (a terminal, a notebook), by tqdm where it is installed; remarks go to
    standard error. Ctrl-C, or a notebook's stop button, asks the program to finish what it has in hand; a second one ends
    it at once.

    Args:
        arguments: What stands behind ``activation-dump``.
        check: Whether an exit code other than 0 raises an exception.
        progress: ``True`` or ``False`` to show progress always or never, or a function to call with each
            :class:`Progress`.
        cwd: The working directory of the program. Default: this process's.
        env: Its environment. Default: this process's.
        input: Its standard input: with ``--images -``, a path a line. Default: none.

    Raises :class:`ActivationDumpError` with the program's ``sentence`` and ``exit_code``; its kinds are
    :class:`Interrupted`, :class:`CheckFailedError` and :class:`ProgramNotFoundError`.
    """
    if isinstance(arguments, (str, bytes)):
        raise TypeError("arguments are a list, one string for each: ['models', '--json']")
    command = [program(), *(os.fspath(argument) for argument in arguments)]
    shown = display(progress)
    messages = Messages(shown.update, shown.note)
    try:
        ended = execute(
            command,
            messages,
            cwd=None if cwd is None else Path(cwd),
            environment=os.environ if env is None else env,
            input_text=input,
        )
    finally:
        shown.close()
    output, errors = ended.output.decode("utf-8", "replace"), "".join(f"{line}\n" for line in messages.lines)
    completed = Completed(command, ended.exit_code, output, errors)
    if ended.interrupts:
        # Ctrl-C at the very end: nothing was lost, but the caller's next line is not wanted either.
        if completed.returncode == 0:
            raise KeyboardInterrupt
        raise completed._interruption()
    if check:
        completed.check_returncode()
    return completed
