"""Videos as lists of hashes of their frames, written and compared as vPDQ does.

vPDQ (Meta, 2021) writes a video as a JSON list of strings `hash,quality,timestamp`, with the
timestamp in seconds. Two older forms are read, too: an object with the number of each frame as its
name, and a list of objects. What is compared are frames with enough in them, each hash once; the
answer is how many of either video's have a near one in the other, in percent.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.core.match import NEAR, PDQ_BITS, FrameHash, in_step, percent, same_video, telling
from consentry.matching.index import Index

BYTES: Final = PDQ_BITS // 8
"""Bytes in a PDQ hash."""

MAX_QUALITY: Final = 100
"""The highest quality."""

MAX_FRAMES: Final = 100_000
"""Most frames in one list: 27 hours at one a second."""

WHOLE: Final = 100
"""Percent of a picture that is found when it is."""

LONGEST: Final = 2**32 / 1000
"""Seconds; a frame cannot be shown later than that."""


@dataclass(frozen=True, slots=True)
class Shared:
    """How much of two videos is in each other."""

    query_percent: int
    """Percent of the frames looked for that have a near one in the other video."""
    known_percent: int
    """Percent of the other video's frames that have a near one among those looked for."""
    step_percent: int = 0
    """Percent of the shorter video's duration through which both run in step."""

    @property
    def same(self) -> bool:
        """Whether that makes them the same."""
        return same_video(self.query_percent, self.known_percent, self.step_percent)


def to_vpdq(frames: Sequence[FrameHash]) -> str:
    """`frames` in vPDQ's JSON, which does not say their numbers."""
    return json.dumps([f"{one.pdq.hex()},{one.quality},{one.milliseconds / 1000:.3f}" for one in frames])


def from_vpdq(text: str) -> tuple[FrameHash, ...]:
    """The frames in vPDQ's JSON, in any of its forms. Raises BadInput if that makes no sense."""
    try:
        found = json.loads(text)
        frames = tuple(_frame(*row) for row in _rows(found))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _malformed() from None
    if not 0 < len(frames) <= MAX_FRAMES:
        raise _malformed()
    return frames


def compare_videos(
    query: Sequence[FrameHash], known: Sequence[FrameHash], radius: int = NEAR
) -> Shared | None:
    """How much of `query` is in `known` and the other way round; None if either has no telling frame."""
    one, other = telling(query), telling(known)
    if not one or not other:
        return None
    with Index() as index:
        index.add(np.arange(len(other), dtype=np.uint64), _array(other))
        places, ids, _ = index.search(_array(one), radius)
    return shared(zip(places.tolist(), ids.tolist(), strict=True), moments(one), moments(other))


def moments(frames: Iterable[FrameHash]) -> tuple[int, ...]:
    """When each of `frames` is shown, in milliseconds."""
    return tuple(frame.milliseconds for frame in frames)


def shared(pairs: Iterable[tuple[int, int]], query: Sequence[int], known: Sequence[int]) -> Shared:
    """How much two videos share whose telling frames at the places in `pairs` are near each other.

    `query` and `known` say when each of theirs is shown; nothing of a picture, all of which is found.
    """
    near = set(pairs)
    mine, theirs = ({pair[side] for pair in near} for side in (0, 1))
    steps = 0
    if query and known:
        steps = in_step({(query[one], known[other]) for one, other in near}, min(max(query), max(known)))
    return Shared(
        percent(len(mine), len(query)) if query else WHOLE,
        percent(len(theirs), len(known)) if known else WHOLE,
        steps,
    )


def _rows(found: object) -> Iterator[tuple[object, object, object, object]]:
    """Hash, quality, seconds and number of each frame, as they are written."""
    if isinstance(found, Mapping):
        for number, said in found.items():
            yield said["hash"], said["quality"], said["timestamp"], int(number)
        return
    if not isinstance(found, list):
        raise TypeError
    for place, said in enumerate(found):
        if isinstance(said, str):
            hash_, quality, seconds = said.split(",")
            yield hash_, int(quality), float(seconds), place
        else:
            yield said["hash"], said["quality"], said["timestamp"], said.get("frame_number", place)


def _frame(hash_: object, quality: object, seconds: object, number: object) -> FrameHash:
    """One frame. Raises ValueError or TypeError for anything that cannot be meant."""
    if not isinstance(hash_, str) or not isinstance(quality, int) or not isinstance(number, int):
        raise TypeError
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise TypeError
    bits = bytes.fromhex(hash_)
    if len(bits) != BYTES or not 0 <= quality <= MAX_QUALITY or not 0 <= seconds < LONGEST or number < 0:
        raise ValueError
    return FrameHash(bits, quality, number, round(seconds * 1000))


def _array(frames: Sequence[FrameHash]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(one.pdq for one in frames), np.uint8).reshape(len(frames), BYTES)


def _malformed() -> BadInput:
    return BadInput(
        "This is not a list of frames as vPDQ writes it.",
        code="bad_vpdq",
        next_step="Send a JSON list of strings such as `hash,quality,seconds`.",
    )
