"""What it means that a picture is the same as one already known."""

from __future__ import annotations

from dataclasses import dataclass
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
