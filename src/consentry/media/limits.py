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

VIDEO_BYTES: Final = 200 << 20
"""Largest video in bytes, if the size of a request body lets it through."""

VIDEO_PIXELS: Final = 9_000_000
"""Largest frame of a video in pixels: 4096 x 2160. Sixteen of them are held while decoding."""

VIDEO_FRAMES: Final = 128
"""Most frames that stand for a whole video. Each is judged, so each costs what a picture costs."""

VIDEO_SECONDS: Final = 60.0
"""Longest a child may work on one video, on the wall clock."""

VIDEO_DURATION: Final = 600.0
"""Longest video in seconds of play."""

TROUBLES: Final = {
    "too_large": "The file is larger than the limit.",
    "too_many_pixels": "The picture has more pixels than the limit.",
    "too_many_frames": "The animation has more frames than the limit.",
    "too_much_memory": "The picture needs more memory than the limit.",
    "too_many_tracks": "The video has more picture tracks than the limit.",
    "too_long": "The video is longer than the limit.",
    "unsupported": "The file is not a JPEG, PNG, WebP, GIF or AVIF picture, nor a video that is taken here.",
    "corrupt": "The file is damaged.",
    "timeout": "The picture took too long to read.",
    "crashed": "The picture made its reader fail.",
    "overloaded": "Too many pictures are waiting.",
    "closed": "The decoder was closed.",
}
"""Why there are no frames: the word in `Picture.trouble`, and a sentence for people."""

PROFILE_IGNORED: Final = "profile_ignored"
TRANSPARENT: Final = "transparent"
SAMPLED: Final = "sampled"

NOTES: Final = {
    PROFILE_IGNORED: "The colour profile was broken or did not fit; the colours were taken as sRGB.",
    TRANSPARENT: "Parts are see-through: each frame is followed by how it looks on black.",
    SAMPLED: "A video: some frames stand for all of them, made smaller.",
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
    max_duration: float = 0.0
    """Longest video, in seconds of play; 0: no videos."""


VIDEO_LIMITS: Final = Limits(
    max_bytes=VIDEO_BYTES,
    max_pixels=VIDEO_PIXELS,
    max_frames=VIDEO_FRAMES,
    max_total_pixels=MAX_TOTAL_PIXELS + (10 << 20),
    seconds=VIDEO_SECONDS,
    max_duration=VIDEO_DURATION,
)
"""What is accepted of videos."""


def refusal(word: str) -> BadInput:
    """The error for one of `TROUBLES`, with the word as its code."""
    return BadInput(TROUBLES[word], code=word, next_step="Send a smaller or an undamaged picture.")
