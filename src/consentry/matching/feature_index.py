"""Which of many known pictures another one may show a part of, and whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.matching.align import Aligned, align
from consentry.matching.boxes import Grey
from consentry.matching.features import Features, asked_both_ways, framed
from consentry.matching.index import Index

RADIUS = 15
"""Bits by which a corner may differ and still vote; at 31 a search takes five times as long."""
COMMON = 30
"""A corner that so many known pictures have says nothing about any of them."""
VOTES = 1.2
"""Least votes for a picture to be looked at closely: two corners that few others have."""
LOOKED_AT = 4
"""Most pictures looked at closely for one question, those with most votes."""
DELTA = 1 << 12
"""New corners kept apart before they are sorted in: each of hundreds of corners is compared with all."""


AS_IT_IS, MIRRORED = "as it is", "mirrored"
"""How the picture that is asked about is turned before it is looked at; the corners bear any other turn."""


@dataclass(frozen=True, slots=True)
class Part:
    """A known picture that another one shows, wholly or in part."""

    number: int
    """Which known picture."""
    view: str
    """How the other picture was turned to see it: `as it is` or `mirrored`."""
    aligned: Aligned
    """How it lies over the known one."""


class FeatureIndex:
    """Features of known pictures by number, in memory. Any number of threads may ask while others change it.

    What is removed is found by no question that is asked afterwards.
    """

    def __init__(self) -> None:
        self._index = Index(delta=DELTA)
        self._kept: dict[int, tuple[Features, ...]] = {}

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self._kept)

    def __contains__(self, number: int) -> bool:
        """Whether there are features under `number`."""
        return number in self._kept

    def add(self, pictures: Iterable[tuple[int, Sequence[Features]]]) -> None:
        """Add features of stills under the number of their picture; a number that is there is replaced."""
        new = {number: tuple(kept) for number, kept in pictures}
        self.remove(new)
        self._kept.update(new)
        rows = [(number, one.descriptors) for number, kept in new.items() for one in kept if len(one)]
        if rows:
            ids = np.repeat([number for number, _ in rows], [len(bits) for _, bits in rows])
            self._index.add(ids.astype(np.uint64), np.concatenate([bits for _, bits in rows]))

    def remove(self, numbers: Iterable[int]) -> None:
        """Forget the features under these numbers; unknown ones are passed over."""
        gone = [number for number in numbers if self._kept.pop(number, None) is not None]
        if gone:
            self._index.remove(np.array(gone, np.uint64))

    def look(self, rgb: NDArray[np.uint8]) -> list[Part]:
        """Every known picture that uint8[h, w, 3] shows as it is or mirrored, the nearest first."""
        frame = framed(rgb)
        mirrored = np.ascontiguousarray(frame[:, ::-1])
        straight, turned = asked_both_ways(frame, mirrored)
        found = self._look(AS_IT_IS, frame, straight) + self._look(MIRRORED, mirrored, turned)
        best: dict[int, Part] = {}
        for part in sorted(found, key=lambda part: (part.aligned.distance, part.number, part.view)):
            best.setdefault(part.number, part)
        return list(best.values())

    def _look(self, view: str, frame: Grey, query: Features) -> list[Part]:
        found = []
        for number in self.proposed(query):
            tried = [align(frame, query, known) for known in self._kept.get(number, ())]
            same = [aligned for aligned in tried if aligned is not None and aligned.same]
            found += [Part(number, view, min(same, key=lambda one: one.distance))] if same else []
        return found

    def proposed(self, query: Features) -> list[int]:
        """The pictures most of whose corners are among those of `query`, at most four."""
        if not len(query) or not self._kept:
            return []
        corners, numbers, _ = self._index.search(query.descriptors, RADIUS)
        if not len(numbers):
            return []
        pairs = np.unique(np.stack([numbers, corners.astype(np.uint64)]), axis=1)
        shared = np.bincount(pairs[1].astype(np.int64), minlength=len(query))[pairs[1].astype(np.int64)]
        weights = np.where(shared > COMMON, 0.0, 1 / np.sqrt(shared))
        pictures, place = np.unique(pairs[0], return_inverse=True)
        votes = np.bincount(place.ravel(), weights)
        order = np.argsort(-votes, kind="stable")[:LOOKED_AT]
        return [int(pictures[one]) for one in order if votes[one] >= VOTES]
