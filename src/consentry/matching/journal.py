"""What was added and removed since the last segment, written as it happens: a crash loses nothing."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consentry.matching.kernels import Words
from consentry.matching.segment import damaged

RECORD = struct.Struct("<QQBI")
"""Number of the record, how many ids, whether added, CRC-32 of what follows; then its own CRC-32."""
HEAD = RECORD.size + 4
"""Bytes before the ids and hashes of a record."""


class Record(NamedTuple):
    """One call of `add` or `remove`."""

    number: int
    """Counts up over the life of the index."""
    ids: NDArray[np.uint64]
    """Whose hashes."""
    hashes: Words | None
    """The hashes that were added; None for a removal."""


def packed(record: Record) -> bytes:
    """The bytes of a record."""
    load = record.ids.tobytes() + (b"" if record.hashes is None else record.hashes.tobytes())
    head = RECORD.pack(record.number, len(record.ids), record.hashes is not None, zlib.crc32(load))
    return head + zlib.crc32(head).to_bytes(4, "little") + load


class Journal:
    """One file of records. What was handed to the system survives a kill, and a sync survives a power cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(self, record: Record) -> None:
        """Write a record whole or not at all; OSError if there is no room."""
        data = memoryview(packed(record))
        before = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def sync(self) -> None:
        """Wait until the disk holds what was written."""
        os.fsync(self._file)

    def close(self) -> None:
        """Sync and let go of the file."""
        self.sync()
        os.close(self._file)


def replay(path: Path) -> Iterator[Record]:
    """The records of a journal, in order; SetupTrouble if one is damaged.

    A last record that ends too early is what a crash in the middle of a call leaves: it is cut off, for the
    call had not returned.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise damaged(path) from error
    at = 0
    while at + HEAD <= len(data):
        head = data[at : at + HEAD]
        if zlib.crc32(head[:-4]) != int.from_bytes(head[-4:], "little"):
            raise damaged(path)
        number, many, added, check = RECORD.unpack(head[:-4])
        end = at + HEAD + many * (40 if added else 8)
        if end > len(data):
            break
        load = data[at + HEAD : end]
        if zlib.crc32(load) != check:
            raise damaged(path)
        ids = np.frombuffer(load[: 8 * many], np.uint64)
        yield Record(
            number, ids, np.frombuffer(load[8 * many :], np.uint64).reshape(-1, 4) if added else None
        )
        at = end
    if at < len(data):
        os.truncate(path, at)
