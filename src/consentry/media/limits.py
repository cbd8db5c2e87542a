"""How much of a picture we are willing to look at, and the words for why we would not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from consentry.core.errors import BadInput

MAX_BYTES: Final = 20 << 20
"""Largest file in bytes: 20 MiB, above what the large platforms accept for one picture."""

MAX_PIXELS: Final = 50_000_000
"""Largest still in pixels: a 50-megapixel camera; four bytes each is 200 MB in the child."""

MAX_FRAMES: Final = 64
"""Most stills in one animation. Each is judged, so each costs what a picture costs."""

MAX_TOTAL_PIXELS: Final = 100_000_000
"""Most pixels handed over for one file: 300 MB of 8-bit RGB in the parent."""

SECONDS: Final = 20.0
"""Longest a child may work on one file, on the wall clock; 50 MP of see-through PNG take six."""

MEMORY_MIB: Final = 2048
"""Address space of a child in MiB (RLIMIT_AS); 50 MP of AVIF, the dearest, reserve 1.5 GiB."""

TROUBLES: Final = {
    "too_large": "The file is larger than the limit.",
    "too_many_pixels": "The picture has more pixels than the limit.",
    "too_many_frames": "The animation has more frames than the limit.",
    "too_much_memory": "The picture needs more memory than the limit.",
    "unsupported": "The file is not a JPEG, PNG, WebP, GIF or AVIF picture.",
    "corrupt": "The file is damaged.",
    "timeout": "The picture took too long to read.",
    "crashed": "The picture made its reader fail.",
    "overloaded": "Too many pictures are waiting.",
    "closed": "The decoder was closed.",
}
"""Why there are no frames: the word in `Picture.trouble`, and a sentence for people."""

PROFILE_IGNORED: Final = "profile_ignored"
TRANSPARENT: Final = "transparent"

NOTES: Final = {
    PROFILE_IGNORED: "The colour profile was broken or did not fit; the colours were taken as sRGB.",
    TRANSPARENT: "Parts are see-through: each frame is followed by how it looks on black.",
}
"""What was set aside or added while decoding: the words in `Picture.notes`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a decoder accepts. What is over a limit is refused, never cut down silently."""

    max_bytes: int = MAX_BYTES
    """Largest file, in bytes."""
    max_pixels: int = MAX_PIXELS
    """Largest still, in pixels."""
    max_frames: int = MAX_FRAMES
    """Most stills in one file."""
    max_total_pixels: int = MAX_TOTAL_PIXELS
    """Most pixels handed over for one file, all frames together."""
    seconds: float = SECONDS
    """Longest time for one file, in seconds on the wall clock."""
    memory_mib: int = MEMORY_MIB
    """Address space of a child, in MiB."""


def refusal(word: str) -> BadInput:
    """The error for one of `TROUBLES`, with the word as its code."""
    return BadInput(TROUBLES[word], code=word, next_step="Send a smaller or an undamaged picture.")
