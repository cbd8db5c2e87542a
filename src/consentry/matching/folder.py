"""The files of an index: one manifest that names all the others and is replaced whole."""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, cast

import numpy as np

from consentry.core.errors import SetupTrouble
from consentry.matching import segment
from consentry.matching.segment import Segment, damaged

MANIFEST = "manifest.json"
"""Its first line is JSON; its second the CRC-32 of the first."""
VERSION = 1


class Contents(TypedDict):
    """What the manifest says."""

    version: int
    number: int
    """Last record whose effect on segments is in the files; later ones are in the journals alone."""
    files: int
    """How many file names were given out."""
    segments: list[tuple[str, str]]
    """Each segment's file and the file of its dead rows, or an empty name."""
    journals: list[str]
    """Oldest first."""


EMPTY = Contents(version=VERSION, number=0, files=0, segments=[], journals=[])


class Folder:
    """The folder of one index, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._held = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetupTrouble(
                f"the index folder {path.name} cannot be used: {error.strerror}",
                code="index_unusable",
                next_step="See that no other process uses it and that it can be written to.",
            ) from error
        self.contents = self._read()

    def _read(self) -> Contents:
        """The manifest, or an empty one for a new folder."""
        path = self.path / MANIFEST
        if not path.exists():
            if any(self.path.glob("*.pdq")):
                raise damaged(path)
            return EMPTY.copy()
        text, _, check = path.read_bytes().partition(b"\n")
        if check != b"%08x\n" % zlib.crc32(text):
            raise damaged(path)
        contents = json.loads(text)
        if contents["version"] != VERSION:
            raise damaged(path)
        return cast("Contents", contents)

    def named(self) -> set[str]:
        """Every file that the manifest names."""
        pairs = [name for pair in self.contents["segments"] for name in pair if name]
        return {*pairs, *self.contents["journals"]}

    def sweep(self) -> None:
        """Delete what a crash left behind: files that the manifest does not name."""
        for path in self.path.iterdir():
            if path.name not in self.named() | {MANIFEST, "lock"}:
                path.unlink()

    def new(self, kind: str) -> Path:
        """A file name that was never used, ending in `kind`. Not to be called by two threads at once."""
        self.contents["files"] += 1
        return self.path / f"{self.contents['files']:08d}.{kind}"

    def segments(self, *, verify: bool) -> list[Segment]:
        """Open every segment with its dead rows; SetupTrouble if any file is damaged."""
        opened = []
        for name, dead in self.contents["segments"]:
            one = segment.read(self.path / name, verify=verify)
            if dead:
                one.rows = one.rows._replace(dead=self._dead(self.path / dead, len(one.rows.ids)))
                one.saved = dead
            opened.append(one)
        return opened

    def _dead(self, path: Path, rows: int) -> segment.Buffer:
        """Read which rows are dead: CRC-32, then one bit for each row."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise damaged(path) from error
        if len(data) != 4 + (rows + 7) // 8 or zlib.crc32(data[4:]) != int.from_bytes(data[:4], "little"):
            raise damaged(path)
        return np.unpackbits(np.frombuffer(data, np.uint8)[4:], count=rows)

    def save(self, segments: Sequence[Segment], journals: Sequence[Path], number: int) -> None:
        """Make these the files of the index, whole or not at all; OSError if there is no room."""
        for one in segments:
            if len(one.rows.dead) and not one.saved:
                bits = np.packbits(one.rows.dead).tobytes()
                path = self.new("dead")
                durable(path, zlib.crc32(bits).to_bytes(4, "little") + bits)
                one.saved = path.name
        before = self.named()
        contents = Contents(
            version=VERSION,
            number=number,
            files=self.contents["files"],
            segments=[(one.name, one.saved) for one in segments],
            journals=[path.name for path in journals],
        )
        text = json.dumps(contents).encode()
        part = self.path / f"{MANIFEST}.part"
        durable(part, text + b"\n%08x\n" % zlib.crc32(text))
        part.rename(self.path / MANIFEST)
        handle = os.open(self.path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        self.contents = contents
        for name in before - self.named():
            (self.path / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Let another process have the folder."""
        os.close(self._held)


def durable(path: Path, data: bytes) -> None:
    """Write a file and wait until the disk holds it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
