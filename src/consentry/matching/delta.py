"""The few newest hashes, compared one by one until there are enough of them for a segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consentry.matching.journal import Journal
from consentry.matching.kernels import Rows, Words


class Delta:
    """Room for new hashes. One thread writes at a time; any number read what was there when they began."""

    __slots__ = ("dead", "hashes", "ids", "journal", "used")

    def __init__(self, room: int, journal: Journal | None) -> None:
        self.hashes: Words = np.zeros((room, 4), np.uint64)
        self.ids = np.zeros(room, np.uint64)
        self.dead = np.zeros(room, np.uint8)
        self.used = 0
        """Rows that are there to be seen; raised after they are written."""
        self.journal = journal

    def __len__(self) -> int:
        return self.used - int(np.count_nonzero(self.dead[: self.used]))

    def rows(self) -> Rows:
        """What is there now."""
        used = self.used
        return Rows(self.hashes[:used], self.ids[:used], self.dead[:used])

    def free(self) -> int:
        """How many more hashes there is room for."""
        return len(self.ids) - self.used

    def add(self, hashes: Words, ids: NDArray[np.uint64]) -> None:
        """Take in hashes for which there is room."""
        end = self.used + len(ids)
        self.hashes[self.used : end] = hashes
        self.ids[self.used : end] = ids
        self.used = end

    def bury(self, ids: NDArray[np.uint64]) -> None:
        """Mark the rows of `ids` as dead."""
        known = self.ids[: self.used]
        gone = known == ids[0] if len(ids) == 1 else np.isin(known, ids)
        self.dead[: self.used][gone] = 1

    def living(self) -> tuple[Words, NDArray[np.uint64]]:
        """Hashes and ids of the rows that are not dead."""
        alive = self.dead[: self.used] == 0
        return self.hashes[: self.used][alive], self.ids[: self.used][alive]
