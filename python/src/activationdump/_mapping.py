"""Files mapped into memory without a descriptor.

:func:`mmap.mmap` keeps a copy of the file's descriptor, and NumPy's memory maps with it, although the system needs none
once a file is mapped. A dump has a file for every layer of every shard, more than the 1,024 that a process may have open.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import weakref
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable

import numpy as np
from numpy.typing import NDArray

Buffer = Any
"""The bytes of a whole file, mapped for reading as long as anything refers to them."""


def map_array(path: Path) -> NDArray[Any]:
    """Maps a ``.npy`` file, as ``np.load(path, mmap_mode="r")`` does.

    Raises :class:`ValueError` for what is no such file, and :class:`OSError`.
    """
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if read is None:
            raise ValueError(f"its format is {version[0]}.{version[1]}")
        shape, is_fortran, dtype = read(file)
        if dtype.hasobject:
            raise ValueError("it holds objects, not numbers")
        start = file.tell()
        length = os.fstat(file.fileno()).st_size
        needed = start + dtype.itemsize * int(np.prod(shape, dtype=object))
        if length < needed:
            raise ValueError(f"it has {length} bytes and announces {needed}")
        buffer = map_file(file.fileno(), length)
    return _memmap(path, buffer, dtype, shape, start, "F" if is_fortran else "C")


def map_bytes(path: Path) -> NDArray[np.uint8]:
    """Maps the bytes of a file.

    Raises :class:`ValueError` for an empty one, and :class:`OSError`.
    """
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        return _memmap(path, map_file(file.fileno(), length), np.dtype(np.uint8), (length,), 0, "C")


def _memmap(path: Path, buffer: Buffer, dtype: Any, shape: tuple[int, ...], start: int, order: Any) -> NDArray[Any]:
    array: Any = np.ndarray.__new__(np.memmap, shape, dtype, buffer=buffer, offset=start, order=order)
    # What NumPy's own constructor leaves in a memory map.
    array._mmap = buffer
    array.offset, array.mode, array.filename = start, "r", path.resolve()
    return array  # type: ignore[no-any-return]


def _map_without_descriptor(descriptor: int, length: int) -> Buffer:
    """Python's own way, from 3.13 on."""
    return mmap.mmap(descriptor, length, access=mmap.ACCESS_READ, trackfd=False)  # type: ignore[call-arg, unused-ignore]


@lru_cache(maxsize=None)
def _system() -> ctypes.CDLL:
    system = ctypes.CDLL(None, use_errno=True)
    system.mmap.restype = ctypes.c_void_p
    system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_int64]
    system.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return system


def _map_by_system(descriptor: int, length: int) -> Buffer:
    """The system's call, for older Pythons."""
    if length == 0:
        raise ValueError("an empty file cannot be mapped")
    system = _system()
    address = system.mmap(None, length, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if address == ctypes.c_void_p(-1).value:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    owner = (ctypes.c_ubyte * length).from_address(address)
    # Every view, and every view of a view, refers to this object.
    weakref.finalize(owner, system.munmap, address, length).atexit = False
    # Through an array: NumPy takes a view of memory apart, and would then let the bytes be made writeable.
    return np.frombuffer(memoryview(owner).toreadonly(), np.uint8)


def _map_with_descriptor(descriptor: int, length: int) -> Buffer:
    """Where there is neither: a descriptor for every file."""
    return mmap.mmap(descriptor, length, access=mmap.ACCESS_READ)


def _way() -> Callable[[int, int], Buffer]:
    if os.name == "posix" and sys.version_info >= (3, 13):
        return _map_without_descriptor
    # Such systems call with an offset of 64 bits.
    if os.name == "posix" and ctypes.sizeof(ctypes.c_void_p) == 8:
        return _map_by_system
    return _map_with_descriptor


map_file = _way()
