"""What it means that a picture is the same as one already known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

PDQ_BITS = 256
"""Bits in a PDQ hash (Meta, "PDQ and TMK", 2019)."""

NEAR = 31
"""Largest PDQ distance at which two pictures count as the same (Meta's recommended threshold)."""

CANDIDATE = 60
"""Largest PDQ distance worth a closer look by a person or a second stage. It never hides anything."""

MIN_QUALITY = 50
"""Below this PDQ quality a hash says too little: 1.7 % of unrelated flat pictures match at 31."""


ANOTHER_VIEW = "another view"
"""What is said of a view that has no name."""

VIDEO_SHARE = 50
"""Percent of the frames of one video that must be in another before the two count as the same: of either,
because what was cut out of a longer video, and a longer one around it, are copies, too. Or percent of the
shorter's duration through which both run in step: a long video is kept in few frames."""

STEP = 1500
"""Milliseconds by which frames that run in step may be off: those kept of a scene are seldom the same."""

MIN_STEPS = 3
"""Frames of each of two videos that must run in step, at the least."""


class Method(StrEnum):
    """How a match was found."""

    LOCATED = "located"
    """Somebody gave its address."""
    EXACT = "exact"
    """The same bytes (SHA-256; MD5 for a bank that knows nothing else)."""
    NEAR = "near"
    """The same picture after resizing, recompression, mirroring or a small crop (PDQ)."""
    PARTIAL = "partial"
    """A part of the picture, or all of it with much changed: a person has to look (local features)."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, as fractions of its width and height. Raises ValueError for any other."""

    left: float
    """Where it begins, from the left."""
    top: float
    """Where it begins, from the top."""
    right: float
    """Where it ends, from the left."""
    bottom: float
    """Where it ends, from the top."""

    def __post_init__(self) -> None:
        if not (0.0 <= self.left <= self.right <= 1.0 and 0.0 <= self.top <= self.bottom <= 1.0):
            raise ValueError("a region has fractions from 0 to 1, each side's beginning before its end")

    @property
    def area(self) -> float:
        """The share of the picture that it is."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class FrameHash:
    """What is kept of one frame of a video."""

    pdq: bytes
    """Its PDQ hash as it stands, 32 bytes."""
    quality: int
    """PDQ quality, 0 to 100."""
    number: int = 0
    """Which frame of the video it is, from 0."""
    milliseconds: int = 0
    """When it is shown, counted from the first frame."""


def telling(frames: Iterable[FrameHash]) -> tuple[FrameHash, ...]:
    """Those of `frames` with enough in them, each hash once: what videos are compared by."""
    seen: dict[bytes, FrameHash] = {}
    for frame in frames:
        if frame.quality >= MIN_QUALITY:
            seen.setdefault(frame.pdq, frame)
    return tuple(seen.values())


def percent(part: int, whole: int) -> int:
    """`part` of `whole` in percent, rounded down; 0 of nothing."""
    return part * 100 // whole if whole else 0


def in_step(pairs: Iterable[tuple[int, int]], shorter: int) -> int:
    """Through how much of `shorter` milliseconds two videos run in step, in percent.

    `pairs` are the moments at which frames of both are near each other, in milliseconds: those of a copy
    all lie the same while apart.
    """
    lags: dict[int, list[tuple[int, int]]] = {}
    for pair in pairs:
        lags.setdefault((pair[1] - pair[0]) // (STEP // 2), []).append(pair)
    runs = (_run([*found, *lags.get(lag + 1, ())]) for lag, found in lags.items())
    return min(100, percent(max(runs, default=0), shorter))


def _run(pairs: Collection[tuple[int, int]]) -> int:
    """How long `pairs`, which lie the same while apart, last in both videos; 0 for a few of them."""
    ones, others = ({pair[side] for pair in pairs} for side in (0, 1))
    if min(len(ones), len(others)) < MIN_STEPS:
        return 0
    return min(max(ones) - min(ones), max(others) - min(others))


def same_video(query_percent: int, known_percent: int, in_step_percent: int = 0) -> bool:
    """Whether so many of the frames of two videos, found in the other, make them the same."""
    return max(query_percent, known_percent, in_step_percent) >= VIDEO_SHARE


@dataclass(frozen=True, slots=True)
class Hashes:
    """What is kept of a picture so that its copies can be found: never the picture itself."""

    sha256: str
    """Lower-case hexadecimal SHA-256 of the bytes."""
    pdq: tuple[bytes, ...]
    """PDQ hashes of 32 bytes each; the first is of the picture as it stands, the rest of its views."""
    quality: int
    """PDQ quality, 0 to 100, of the picture as it stands."""
    md5: str = ""
    """Lower-case hexadecimal MD5 of the bytes: banks exchange it, and it is good for nothing else."""
    views: tuple[str, ...] = ()
    """What each of `pdq` is a hash of, such as `panel, mirrored`; empty where nobody says. Never kept."""
    frames: tuple[FrameHash, ...] = ()
    """Of a video, its frames; none of a picture."""
    of: tuple[int, ...] = ()
    """Of a video, which of its telling frames each of `pdq` is of. Never kept."""

    def kept(self) -> Hashes:
        """What is stored: of a video only each frame as it stands, because whoever looks brings its views."""
        return replace(self, pdq=(), views=(), of=()) if self.frames else self

    @property
    def good(self) -> bool:
        """Whether the picture has enough in it for PDQ to tell it from others."""
        return self.quality >= MIN_QUALITY

    def view(self, place: int) -> str:
        """What the hash at `place` is of; empty for the picture as it stands."""
        return self.views[place] if self.views else ANOTHER_VIEW * bool(place)


@dataclass(frozen=True, slots=True)
class Match:
    """A known picture that another one turned out to be."""

    entry: str
    """The identifier of what was found: a bank entry or an upload."""
    source: str
    """Where it is known from: the name of a bank, or of a platform."""
    method: Method
    """How it was found."""
    distance: int
    """Bits that differ; 0 for the same bytes."""
    case: str = ""
    """The case it belongs to, if any."""
    view: str = ""
    """Which view of the picture matched, such as `panel, mirrored`; empty for the picture as it stands."""
    region: Region | None = None
    """The part of the known picture that was found, where a stage can tell; None where none can."""
    """Which view of the picture matched, such as `mirrored`; of a video, which frame."""
    query_percent: int = 100
    """How many of the frames that were looked for match it, in percent; 100 of a picture."""
    known_percent: int = 100
    """How many of its own frames are matched, in percent; 100 of a picture."""
    step_percent: int = 0
    """Of two videos, through how much of the shorter one both run in step, in percent."""


def distance(one: bytes, other: bytes) -> int:
    """Bits in which two hashes of equal length differ (Hamming distance)."""
    if len(one) != len(other):
        raise ValueError("hashes of unequal length cannot be compared")
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def alike(one: Hashes, other: Hashes) -> bool:
    """Whether two pictures are the same: the same bytes, or near in some view if both say enough."""
    if one.sha256 and one.sha256 == other.sha256:
        return True
    if not (one.good and other.good):
        return False
    return any(distance(mine, theirs) <= NEAR for mine in one.pdq for theirs in other.pdq)
