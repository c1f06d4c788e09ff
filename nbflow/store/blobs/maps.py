"""Remembers which blobs this process has mapped, and detects whether anyone wrote to such a private map.

A write to a private map makes the kernel copy the page, and a copied page no longer belongs to the file. Linux can
tell: one ioctl (6.7 and later) finds the first such page of 500 MB in 40 µs, and reading the page table takes 2.5 ms.
Other systems cannot tell, and there the bytes are hashed.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
import sys
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

PAGE = mmap.PAGESIZE
PAGEMAP = "/proc/self/pagemap"
PAGEMAP_SCAN = 0xC0606610
FILE, PRESENT, SWAPPED = 4, 8, 16  # the ioctl's categories of pages
MOST_MAPS = 30_000
"""So many maps side by side are made in one process; Linux allows 65,530 of all kinds."""

_FIXED = 0x10
"""Tells `mmap` to use exactly the given address; it has this value on Linux and macOS."""

FILE_BIT, RESIDENT_BITS = 1 << 61, 3 << 62  # bits of a page table entry: file page; present or swapped


@dataclass(frozen=True, slots=True)
class Mapped:
    """Describes one mapped blob: its name, and a reference that dies with the map."""

    digest: str
    alive: weakref.ref[mmap.mmap]


_mapped: dict[tuple[int, int], Mapped] = {}  # by address and length in bytes
_files: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()


def remember(mapping: mmap.mmap, digest: str) -> None:
    """Note where a blob is mapped, for as long as the map lives."""
    _files.add(mapping)
    place = _start_of(mapping), len(mapping)
    _mapped[place] = Mapped(digest, _watch(mapping, [place]))


def _start_of(mapping: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(mapping))


def _watch(mapping: mmap.mmap, places: Sequence[tuple[int, int]]) -> weakref.ref[mmap.mmap]:
    """Return a reference that dies with the map, and with it what is noted for these places."""

    def drop(ref: weakref.ref[mmap.mmap]) -> None:
        for place in places:
            if place in _mapped and _mapped[place].alive is ref:
                del _mapped[place]

    return weakref.ref(mapping, drop)


def count_maps() -> int:
    """Return how many maps of blobs live in this process that each hold a file descriptor."""
    return len(_files)


class SideBySide:
    """Maps files privately side by side into one range of memory, which `whole` holds; it keeps no file descriptor.

    The range is reserved first, and each map replaces a part of it.
    """

    def __init__(self, size: int, digest: str) -> None:
        """Reserve `size` bytes for the blob `digest`. Raises OSError if the system has no room for further maps."""
        if sys.platform == "win32" or len(_mapped) > MOST_MAPS:
            raise OSError("files cannot be mapped side by side here")
        private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0)
        self.whole = mmap.mmap(-1, size, flags=private)
        self._end = _start_of(self.whole)
        self._places = [(self._end, size)]
        self._alive = _watch(self.whole, self._places)
        _mapped[self._end, size] = Mapped(digest, self._alive)

    def add(self, file: int, size: int, digest: str) -> None:
        """Map the next file. `size` is its length in bytes, whole pages but for the last file."""
        start, protection = self._end, mmap.PROT_READ | mmap.PROT_WRITE
        if _libc().mmap(start, size, protection, mmap.MAP_PRIVATE | _FIXED, file, 0) != start:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        _mapped[start, size] = Mapped(digest, self._alive)
        self._places.append((start, size))
        self._end += size


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    number = ctypes.c_int
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, number, number, number, ctypes.c_long)
    libc.mmap.restype = ctypes.c_void_p
    return libc


def untouched(data: memoryview) -> str | None:
    """Return the name of the blob that `data` maps, whole and unchanged; None if it does not, or nobody can tell."""
    start = address(data) if _mapped else None
    mapped = _mapped.get((start, data.nbytes)) if start is not None else None
    if start is None or mapped is None or _written(start, data.nbytes) is not False:
        return None
    return mapped.digest


def address(data: memoryview) -> int | None:
    """Return the address of the first byte; None if there is none, or it cannot be found without NumPy."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and data.nbytes:
        return int(numpy.frombuffer(data, numpy.uint8).__array_interface__["data"][0])
    return None if data.readonly or not data.nbytes else ctypes.addressof(ctypes.c_char.from_buffer(data))


def _written(start: int, size: int) -> bool | None:
    """Return whether a private map of `size` bytes at `start` has pages of its own; None where nobody can tell."""
    try:
        table = os.open(PAGEMAP, os.O_RDONLY)
    except OSError:
        return None
    try:
        found = _scan(table, start, size)
        return _read(table, start, size) if found is None else found
    finally:
        os.close(table)


def _scan(table: int, start: int, size: int) -> bool | None:
    fcntl = sys.modules.get("fcntl")
    if fcntl is None:
        return None
    region = (ctypes.c_uint64 * 3)()
    end = start + -(-size // PAGE) * PAGE
    where = ctypes.addressof(region)
    request = struct.pack("12Q", 96, 0, start, end, 0, where, 1, 1, FILE, FILE, PRESENT | SWAPPED, PRESENT)
    try:
        return bool(fcntl.ioctl(table, PAGEMAP_SCAN, bytearray(request), True) > 0)
    except OSError:
        return None


def _read(table: int, start: int, size: int) -> bool | None:
    pages = -(-size // PAGE)
    try:
        entries = memoryview(os.pread(table, pages * 8, start // PAGE * 8))
    except OSError:
        return None
    numpy = sys.modules.get("numpy")
    if numpy is None or len(entries) != pages * 8:
        return None
    flags = numpy.frombuffer(entries, numpy.uint64)
    return bool((((flags & RESIDENT_BITS) != 0) & ((flags & FILE_BIT) == 0)).any())
