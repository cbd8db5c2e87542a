"""Find every known hash that differs from a given one in at most so many bits."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.core.match import NEAR
from consentry.matching import kernels
from consentry.matching.pdq import BYTES

Found = tuple[NDArray[np.uint32], NDArray[np.uint64], NDArray[np.uint8]]
"""Three arrays of equal length: which query, which id, how many bits apart."""


def words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """uint8[n, 32] as uint64[n, 4]; BadInput for any other array."""
    if hashes.dtype != np.uint8 or hashes.shape != (len(hashes), BYTES):
        raise BadInput("hashes must be uint8[n, 32]")
    return np.ascontiguousarray(hashes).view(np.uint64)


class Index:
    """Hashes by id. Any number of threads may search while one adds or removes."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the index in the folder `path`, or an empty one in memory."""
        self._lock = Lock()
        self._state = (np.empty((0, 4), np.uint64), np.empty(0, np.uint64))
        self._path = path

    def __len__(self) -> int:
        return len(self._state[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files."""

    def add(self, ids: NDArray[np.uint64], hashes: NDArray[np.uint8]) -> None:
        """Add hashes, uint8[n, 32], under `ids`, uint64[n]. An id may have several hashes."""
        new = words(hashes)
        if len(ids) != len(new):
            raise BadInput("there must be one id for each hash")
        with self._lock:
            old, known = self._state
            self._state = np.concatenate([old, new]), np.concatenate([known, ids.astype(np.uint64)])

    def remove(self, ids: NDArray[np.uint64]) -> None:
        """Forget every hash of `ids`; ids that are not there are passed over."""
        with self._lock:
            old, known = self._state
            keep = ~np.isin(known, ids)
            self._state = old[keep], known[keep]

    def search(self, hashes: NDArray[np.uint8], radius: int = NEAR) -> Found:
        """Every id whose hash is at most `radius` bits from one of `hashes`, uint8[m, 32]."""
        queries = words(hashes)
        old, known = self._state
        room = 1024
        while True:
            found = np.empty((room, 2), np.int64)
            near = np.empty(room, np.uint8)
            many = kernels.scan(old, queries, radius, found, near)
            if many <= room:
                break
            room = many
        return found[:many, 0].astype(np.uint32), known[found[:many, 1]], near[:many]
