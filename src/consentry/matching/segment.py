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
from consentry.matching.kernels import Rows, Tables, Words
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
    """Kind and shape of the five arrays of a segment, hashes and ids first, then `Tables`."""
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


def arrays(body: Buffer, rows: int) -> tuple[Words, NDArray[np.uint64], Tables]:
    """Hashes, ids and tables: the five arrays that lie in `body`, one after the other."""
    found: list[NDArray[Any]] = []
    at = 0
    for kind, shape in shapes(rows):
        size = prod(shape) * np.dtype(kind).itemsize
        found.append(body[at : at + size].view(kind).reshape(shape))
        at += padded(size)
    return found[0], found[1], Tables(*found[2:])


def fill(body: Buffer, hashes: Words, ids: NDArray[np.uint64]) -> None:
    """Write hashes and ids, in ascending order of id, and the tables over them into `body`."""
    rows, whose, tables = arrays(body, len(ids))
    if np.all(ids[1:] >= ids[:-1]):
        rows[:], whose[:] = hashes, ids
    else:
        order = np.argsort(ids, kind="stable")
        np.take(hashes, order, axis=0, out=rows)
        np.take(ids, order, out=whose)
    kernels.arrange(rows, tables)


class Segment:
    """Hashes that no longer change, of which some may be dead."""

    __slots__ = ("name", "rows", "saved", "tables")

    def __init__(self, name: str, body: Buffer, many: int) -> None:
        hashes, ids, self.tables = arrays(body, many)
        self.rows = Rows(hashes, ids, NONE_DEAD)
        """In ascending order of id."""
        self.name = name
        """Its file's name; empty if it is in memory alone."""
        self.saved = ""
        """Name of the file that holds the dead rows as they are now; empty if there is none."""

    def __len__(self) -> int:
        return len(self.rows.ids) - int(np.count_nonzero(self.rows.dead))

    def bury(self, ids: NDArray[np.uint64]) -> None:
        """Mark the rows of `ids` as dead: at once for every search that begins from now on."""
        first = np.searchsorted(self.rows.ids, ids, "left")
        last = np.searchsorted(self.rows.ids, ids, "right")
        gone = [np.arange(a, b) for a, b in zip(first, last, strict=True) if a < b]
        if not gone:
            return
        if not len(self.rows.dead):
            self.rows = self.rows._replace(dead=np.zeros(len(self.rows.ids), np.uint8))
        self.rows.dead[np.concatenate(gone)] = 1
        self.saved = ""

    def living(self) -> tuple[Words, NDArray[np.uint64]]:
        """Hashes and ids of the rows that are not dead."""
        hashes, ids, dead = self.rows
        if not len(dead):
            return hashes, ids
        alive = dead == 0  # looked at once: a row may be buried while this runs
        return hashes[alive], ids[alive]


def in_memory(hashes: Words, ids: NDArray[np.uint64]) -> Segment:
    """A segment without a file."""
    body = np.zeros(size_of(len(ids)), np.uint8)
    fill(body, hashes, ids)
    return Segment("", body, len(ids))


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
    return Segment(path.name, whole[BODY:], rows)
