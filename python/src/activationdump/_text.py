"""Fields of the tab-separated files of a dump."""

from __future__ import annotations

import os
import re

_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROL = {b"t": b"\t", b"n": b"\n", b"r": b"\r"}


def unescape(field: bytes) -> str:
    r"""The text of a field: ``\t``, ``\n``, ``\r``, ``\\`` and ``\xHH`` (any byte) undone.

    File names are bytes. Those that are no UTF-8 come as :func:`os.fsdecode` gives them, so that ``open`` finds the
    file.
    """
    if b"\\" in field:
        field = _ESCAPE.sub(_undone, field)
    return os.fsdecode(field)


def _undone(match: re.Match[bytes]) -> bytes:
    code, character = match.groups()
    if code is not None:
        return bytes([int(code, 16)])
    return _CONTROL.get(character, character)
