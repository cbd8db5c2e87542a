"""Which frames of a video stand for all of it: so few that they can be looked at, and none unlike them all.

A frame is kept if it differs from every frame kept so far by more than the *reach*. When more are
kept than may be, the reach grows and those that have come within it of an earlier one go. What was
dropped is therefore never far from what is left: within six times the last reach (the doubling
method for k-centres of Charikar et al., 1997, with a factor of 1.2), and of drawn scenes within 1.2
times. Every frame is compared, so that
one that is shown for a single moment is kept like any other if it differs as much.

Two frames differ as much as the most different quarter of their surface, so that something small
that changes counts for more than it would in a mean over all of it.
"""

from __future__ import annotations

from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 16
"""Frames are compared as `SIDE` x `SIDE` mean colours."""

FIRST_REACH: Final = 12.0
"""The reach at first, in levels of 255. Of drawn scenes under a moving camera, every frame then has a PDQ
hash within 31 bits of that of a kept one; less would keep more and find no more."""

GROWTH: Final = 1.2
"""By how much the reach grows at a time: a larger step leaves far fewer frames than may be kept."""

_CELLS: Final = SIDE * SIDE
_QUARTER: Final = _CELLS * 3 // 4

Item = TypeVar("Item")


class Cover(Generic[Item]):
    """Keeps the items whose small pictures differ."""

    def __init__(self, most: int) -> None:
        """Keep at most `most` items."""
        self.reach = FIRST_REACH
        self._most = most
        self._small = np.empty((most + 1, _CELLS, 3), np.int16)
        self._items: list[Item] = []
        self._last = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """What is kept, in the order offered."""
        return tuple(self._items)

    def is_new(self, small: bytes) -> bool:
        """Whether a frame, given as 16 x 16 x 3 bytes, is unlike all that are kept."""
        if not self._items:
            return True
        one = _array(small)
        if _apart(self._small[self._last : self._last + 1], one)[0] <= self.reach:
            return False
        apart = _apart(self._small[: len(self._items)], one)
        self._last = int(apart.argmin())
        return bool(apart[self._last] > self.reach)

    def keep(self, small: bytes, item: Item) -> None:
        """Keep `item`, which is new; perhaps at the cost of others."""
        self._last = len(self._items)
        self._small[self._last] = _array(small)
        self._items.append(item)
        while len(self._items) > self._most:
            self.reach *= GROWTH
            self._thin()

    def _thin(self) -> None:
        """Drop whatever has come within the reach of an earlier one."""
        left: list[int] = []
        for place in range(len(self._items)):
            apart = _apart(self._small[left], self._small[place])
            if not left or apart.min() > self.reach:
                left.append(place)
        self._small[: len(left)] = self._small[left]
        self._items = [self._items[place] for place in left]
        self._last = len(left) - 1


def _array(small: bytes) -> NDArray[np.int16]:
    return np.frombuffer(small, np.uint8).astype(np.int16).reshape(_CELLS, 3)


def _apart(many: NDArray[np.int16], one: NDArray[np.int16]) -> NDArray[np.float64]:
    """How much each of `many` differs from `one`: the mean over the most different quarter of the cells."""
    cells = np.abs(many - one).max(axis=2)
    worst = np.partition(cells, _QUARTER, axis=1)[:, _QUARTER:]
    found: NDArray[np.float64] = worst.mean(axis=1)
    return found
