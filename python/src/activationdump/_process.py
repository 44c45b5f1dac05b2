"""The program as a process: what it prints is read while it runs, and Ctrl-C ends it in good order."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Mapping, Optional, Sequence

from ._messages import Messages


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    exit_code: int
    """As a shell has it: 128 and the number of the signal, for one that a signal ended."""
    output: bytes
    """What it wrote to standard output."""
    interrupts: int
    """How many times Ctrl-C was pressed."""


def execute(
    command: Sequence[str],
    messages: Messages,
    *,
    cwd: Optional[Path],
    environment: Mapping[str, str],
    input_text: Optional[str],
) -> Ended:
    """Runs a command to its end."""
    reader, writer = _error_channel()
    with _input(input_text) as given, open(reader, "rb", buffering=0) as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=writer,
                cwd=cwd,
                # The program draws its bar, from which progress is read, on terminals only.
                env={**environment, "TERM": "xterm", "NO_COLOR": "1"},
            )
        finally:
            os.close(writer)
        with process:
            return _Watch(process, errors, messages).to_the_end()


class _Watch:
    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes], messages: Messages) -> None:
        self._process, self._messages = process, messages
        self._output: list[bytes] = []
        self._selector = selectors.DefaultSelector()
        for file, take in [(process.stdout, self._output.append), (errors, messages.feed)]:
            assert file is not None
            self._selector.register(file, selectors.EVENT_READ, take)

    def to_the_end(self) -> Ended:
        interrupts = 0
        while True:
            try:
                while self._selector.get_map():
                    self._read()
                code = self._process.wait()
                break
            except KeyboardInterrupt:
                # A terminal and a notebook send SIGINT to the program as well, or to this process only: nobody can tell.
                # SIGTERM is the same request to the program, and no second one to it if it has had SIGINT.
                interrupts += 1
                if interrupts == 1:
                    self._process.send_signal(signal.SIGTERM)
                else:
                    self._process.kill()
            except BaseException:
                self._process.kill()
                raise
        self._selector.close()
        self._messages.feed(b"", final=True)
        return Ended(code if code >= 0 else 128 - code, b"".join(self._output), interrupts)

    def _read(self) -> None:
        for key, _ in self._selector.select():
            try:
                data = os.read(key.fd, 1 << 16)
            except OSError:
                # Linux's word for the end of a pseudo-terminal is EIO.
                data = b""
            if data:
                key.data(data)
            else:
                self._selector.unregister(key.fileobj)


def _error_channel() -> tuple[int, int]:
    """Both ends of what standard error is to the program: a terminal, else, where there is none to be had, a pipe."""
    try:
        return os.openpty()
    except OSError:
        return os.pipe()


def _input(text: Optional[str]) -> IO[bytes]:
    """A file to be standard input: a text, else nothing."""
    if text is None:
        return open(os.devnull, "rb")
    file = tempfile.TemporaryFile()
    # Names of files that are not UTF-8 come from os.fsdecode, and go back as they were.
    file.write(text.encode("utf-8", "surrogateescape"))
    file.seek(0)
    return file
