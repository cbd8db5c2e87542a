"""The frames of many videos, each found by its number: which frames looked for are near which of whose.

Only frames with enough in them are kept, each hash once, as `core.match.telling` has them; the place
of a frame is its place among those. What two videos share is then for `matching.video.shared` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from consentry.core.match import PDQ_BITS, FrameHash, telling
from consentry.matching.index import Index

BYTES = PDQ_BITS // 8
"""Bytes in a PDQ hash."""

SLOTS = 1 << 16
"""Most telling frames of one video that are found: 18 hours at one a second."""


class FrameIndex:
    """Finds videos by their frames. Searches may run beside one writer."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._index = Index()
        self._frames: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        """Whether there is a video with this number."""
        return number in self._frames

    def add(self, number: int, frames: Sequence[FrameHash]) -> None:
        """Put in the video `number`, which must not be there."""
        kept = telling(frames)[:SLOTS]
        self._frames[number] = len(kept)
        if kept:
            self._index.add(_ids(number, len(kept)), _array([frame.pdq for frame in kept]))

    def remove(self, numbers: Iterable[int]) -> None:
        """Take out the videos with these numbers, those that are there."""
        gone = [_ids(number, self._frames.pop(number)) for number in numbers if number in self._frames]
        if gone:
            self._index.remove(np.concatenate(gone))

    def near(self, pdq: Sequence[bytes], radius: int) -> Mapping[int, Sequence[tuple[int, int]]]:
        """By the number of a video: the place in `pdq` and that of its own frame, of all that are near."""
        found: dict[int, list[tuple[int, int]]] = {}
        if not pdq or not self._frames:
            return found
        queries, ids, _ = self._index.search(_array(pdq), radius)
        for query, id_ in zip(queries.tolist(), ids.tolist(), strict=True):
            number, slot = divmod(id_, SLOTS)
            found.setdefault(number, []).append((query, slot))
        return found


def _ids(number: int, count: int) -> NDArray[np.uint64]:
    return np.arange(count, dtype=np.uint64) + np.uint64(number * SLOTS)


def _array(hashes: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), BYTES)
