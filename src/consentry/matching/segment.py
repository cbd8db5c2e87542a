"""One immutable file of hashes, memory-mapped, that can be searched; rows can only be marked as dead."""

from __future__ import annotations

import os
import struct
import zlib
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import SetupTrouble
from consentry.matching import kernels
from consentry.matching.kernels import Tables, Words
from consentry.matching.plan import BYTES

MAGIC = b"CONSPDQ1"
"""The first bytes of a segment file: its kind and version."""
HEADER = struct.Struct("<8sQQ")
"""Magic, rows, checksum of the body; followed by the CRC-32 of these three."""
BODY = 4096
"""Bytes before the body, so that it begins on a page."""
MOST_ROWS = (1 << 32) - 1
"""Rows are numbered in 32 bits."""
ALIGNED = 64
"""Bytes; every array begins on a cache line."""
NONE_DEAD = np.empty(0, np.uint8)

Buffer = NDArray[np.uint8]


def damaged(path: Path) -> SetupTrouble:
    """What to say of a file that is not what was written."""
    return SetupTrouble(
        f"the index file {path.name} is damaged",
        code="index_damaged",
        next_step="Delete the folder of the index and build it again from the database.",
    )


def shapes(rows: int) -> list[tuple[Any, tuple[int, ...]]]:
    """Kind and shape of the five arrays of a segment, in the order of `Tables`."""
    table = (kernels.PARTS, rows)
    return [
        (np.uint64, (rows, BYTES // 8)),
        (np.uint64, (rows,)),
        (np.uint32, (kernels.PARTS, kernels.VALUES + 1)),
        (np.uint32, table),
        (np.uint32, table),
    ]


def padded(size: int) -> int:
    """`size` rounded up to a whole cache line."""
    return -(-size // ALIGNED) * ALIGNED


def size_of(rows: int) -> int:
    """Bytes of the body of a segment of `rows` hashes: 168 for each, and 4.2 MB."""
    return sum(padded(prod(shape) * np.dtype(kind).itemsize) for kind, shape in shapes(rows))


def tables(body: Buffer, rows: int) -> Tables:
    """The five arrays that lie in `body`, one after the other."""
    arrays: list[NDArray[Any]] = []
    at = 0
    for kind, shape in shapes(rows):
        size = prod(shape) * np.dtype(kind).itemsize
        arrays.append(body[at : at + size].view(kind).reshape(shape))
        at += padded(size)
    return Tables(*arrays)


def fill(body: Buffer, hashes: Words, ids: NDArray[np.uint64]) -> None:
    """Write hashes and ids, in ascending order of id, and the tables over them into `body`."""
    into = tables(body, len(ids))
    if np.all(ids[1:] >= ids[:-1]):
        into.hashes[:], into.ids[:] = hashes, ids
    else:
        order = np.argsort(ids, kind="stable")
        np.take(hashes, order, axis=0, out=into.hashes)
        np.take(ids, order, out=into.ids)
    kernels.arrange(into)


class Segment:
    """Hashes that no longer change, of which some may be dead."""

    __slots__ = ("dead", "name", "saved", "tables")

    def __init__(self, name: str, arrays: Tables) -> None:
        self.name = name
        """Its file's name; empty if it is in memory alone."""
        self.tables = arrays
        self.dead = NONE_DEAD
        """uint8[rows], 1 for a row that was removed; empty as long as none was."""
        self.saved = ""
        """Name of the file that holds `dead` as it is now; empty if there is none."""

    def __len__(self) -> int:
        return len(self.tables.ids) - int(np.count_nonzero(self.dead))

    def bury(self, ids: NDArray[np.uint64]) -> None:
        """Mark the rows of `ids` as dead: at once for every search that begins from now on."""
        first = np.searchsorted(self.tables.ids, ids, "left")
        last = np.searchsorted(self.tables.ids, ids, "right")
        rows = [np.arange(a, b) for a, b in zip(first, last, strict=True) if a < b]
        if not rows:
            return
        if not len(self.dead):
            self.dead = np.zeros(len(self.tables.ids), np.uint8)
        self.dead[np.concatenate(rows)] = 1
        self.saved = ""

    def living(self) -> tuple[Words, NDArray[np.uint64]]:
        """Hashes and ids of the rows that are not dead."""
        if not len(self.dead):
            return self.tables.hashes, self.tables.ids
        alive = self.dead == 0
        return self.tables.hashes[alive], self.tables.ids[alive]


def in_memory(hashes: Words, ids: NDArray[np.uint64]) -> Segment:
    """A segment without a file."""
    body = np.zeros(size_of(len(ids)), np.uint8)
    fill(body, hashes, ids)
    return Segment("", tables(body, len(ids)))


def write(path: Path, hashes: Words, ids: NDArray[np.uint64]) -> Segment:
    """Write a segment to `path` whole or not at all, and open it. Raises OSError if the disk is full."""
    part = path.with_suffix(".part")
    size = BODY + size_of(len(ids))
    with part.open("w+b") as file:
        # Without room set aside first, a full disk would kill the process in the middle of a write.
        os.posix_fallocate(file.fileno(), 0, size)
        with mmap(file.fileno(), size) as memory:
            whole = np.frombuffer(memory, np.uint8)
            fill(whole[BODY:], hashes, ids)
            header = HEADER.pack(MAGIC, len(ids), int(kernels.checksum(whole[BODY:].view(np.uint64))))
            header += zlib.crc32(header).to_bytes(4, "little")
            whole[: len(header)] = np.frombuffer(header, np.uint8)
            del whole
            memory.flush()
        os.fsync(file.fileno())
    part.rename(path)
    return read(path, verify=False)


def read(path: Path, *, verify: bool = True) -> Segment:
    """Open a segment; SetupTrouble if it is truncated or, where `verify`, differs in any byte."""
    try:
        with path.open("rb") as file:
            memory = mmap(file.fileno(), 0, access=ACCESS_READ)
    except (OSError, ValueError) as error:
        raise damaged(path) from error
    whole = np.frombuffer(memory, np.uint8)
    head = whole[: HEADER.size + 4].tobytes()
    if len(head) < HEADER.size + 4 or zlib.crc32(head[:-4]) != int.from_bytes(head[-4:], "little"):
        raise damaged(path)
    magic, rows, check = HEADER.unpack(head[:-4])
    if magic != MAGIC or len(whole) != BODY + size_of(rows):
        raise damaged(path)
    if verify and int(kernels.checksum(whole[BODY:].view(np.uint64))) != check:
        raise damaged(path)
    return Segment(path.name, tables(whole[BODY:], rows))
