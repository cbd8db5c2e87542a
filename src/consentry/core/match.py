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


class Method(StrEnum):
    """How a match was found."""

    LOCATED = "located"
    """Somebody gave its address."""
    EXACT = "exact"
    """The same bytes (SHA-256; MD5 for a bank that knows nothing else)."""
    NEAR = "near"
    """The same picture after resizing, recompression, mirroring or a small crop (PDQ)."""


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

    @property
    def good(self) -> bool:
        """Whether the picture has enough in it for PDQ to tell it from others."""
        return self.quality >= MIN_QUALITY


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
    """Which view of the picture matched, such as `mirrored`."""


def distance(one: bytes, other: bytes) -> int:
    """Bits in which two hashes of equal length differ (Hamming distance)."""
    if len(one) != len(other):
        raise ValueError("hashes of unequal length cannot be compared")
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()
