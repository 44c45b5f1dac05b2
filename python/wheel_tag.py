"""The platforms on which a program runs, read from its ELF header, as tags of a wheel.

A program that asks for no interpreter (``PT_INTERP``) and for no library (``DT_NEEDED``) brings its C library along: all
that it needs is a Linux kernel of its processor. So it gets the tags of both C libraries in use. Which release of them a
tag names does not matter to such a program, so they are the oldest that the installers in use know: manylinux2014, whose
oldest system has Linux 3.10, and musllinux 1.1.

A program that needs libraries runs where these are, which no tag for an index can promise: its wheel is for this kind of
machine only (``linux_x86_64``), and PyPI does not take it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

_PROCESSORS = {62: "x86_64", 183: "aarch64"}
_PT_DYNAMIC, _PT_INTERP, _PT_NOTE = 2, 3, 4
_DT_NEEDED, _DT_STRTAB = 1, 5
_PT_LOAD = 1
_NT_GNU_ABI_TAG = 1
OLDEST_KERNEL = (3, 10)
"""Of the systems that manylinux2014 stands for."""


class ProgramError(ValueError):
    """A file is no program for Linux, or none that a wheel can bring."""


@dataclass(frozen=True)
class Elf:
    """What a program needs."""

    processor: str
    interpreter: Optional[str]
    """The dynamic linker; none for a static program."""
    libraries: tuple[str, ...]
    kernel: Optional[tuple[int, ...]]
    """The oldest Linux that its C library was built for, if it says so."""

    @property
    def is_static(self) -> bool:
        return self.interpreter is None and not self.libraries


def read_elf(path: Path) -> Elf:
    """Reads the header of a program.

    Raises :class:`ProgramError` where it is none for 64-bit Linux.
    """
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ProgramError(f"{path} is no program for 64-bit Linux; name the activation-dump that was built")
    try:
        return _parsed(path, data)
    except (struct.error, IndexError, ValueError) as error:
        raise ProgramError(f"{path} is damaged ({error}); build it again") from error


@dataclass(frozen=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


def _parsed(path: Path, data: bytes) -> Elf:
    (machine,) = struct.unpack_from("<H", data, 18)
    if machine not in _PROCESSORS:
        raise ProgramError(f"{path} is for a processor (ELF machine {machine}) that wheels have no name for here")
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = []
    for index in range(count):
        kind, _, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, start + index * size)
        segments.append(_Segment(kind, offset, address, length))
    interpreter = next((_text(data, one.offset) for one in segments if one.kind == _PT_INTERP), None)
    kernels = (_kernel(data, one) for one in segments if one.kind == _PT_NOTE)
    return Elf(
        _PROCESSORS[machine],
        interpreter,
        tuple(_libraries(data, segments)),
        next((kernel for kernel in kernels if kernel), None),
    )


def _libraries(data: bytes, segments: list[_Segment]) -> Iterator[str]:
    for segment in segments:
        if segment.kind != _PT_DYNAMIC:
            continue
        entries = list(struct.iter_unpack("<QQ", data[segment.offset : segment.offset + segment.size // 16 * 16]))
        for tag, value in entries:
            if tag == _DT_NEEDED:
                yield _text(data, _offset(dict(entries)[_DT_STRTAB], segments) + value)


def _offset(address: int, segments: list[_Segment]) -> int:
    """Where in the file an address of memory is loaded from."""
    for one in segments:
        if one.kind == _PT_LOAD and one.address <= address < one.address + one.size:
            return one.offset + address - one.address
    raise ValueError("an address is in no segment")


def _text(data: bytes, offset: int) -> str:
    return data[offset : data.index(b"\0", offset)].decode()


def _kernel(data: bytes, segment: _Segment) -> Optional[tuple[int, ...]]:
    position, end = segment.offset, segment.offset + segment.size
    while position + 12 <= end:
        name, size, kind = struct.unpack_from("<III", data, position)
        position += 12
        content = position + (name + 3) // 4 * 4
        if kind == _NT_GNU_ABI_TAG and data[position : position + 4] == b"GNU\0":
            system, *version = struct.unpack_from("<4I", data, content)
            return tuple(version) if system == 0 else None
        position = content + (size + 3) // 4 * 4
    return None


def tags(elf: Elf) -> list[str]:
    """The platforms of a wheel with the program.

    Raises :class:`ProgramError` for a program that needs a newer kernel than its tag would promise.
    """
    if not elf.is_static:
        return [f"linux_{elf.processor}"]
    if elf.kernel and elf.kernel > (*OLDEST_KERNEL, 0):
        needed = ".".join(map(str, elf.kernel))
        raise ProgramError(f"the program needs Linux {needed}, which manylinux2014 does not promise")
    return [f"manylinux2014_{elf.processor}", f"manylinux_2_17_{elf.processor}", f"musllinux_1_1_{elf.processor}"]
