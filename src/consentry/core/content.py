"""What is being judged: a request for an image, a draft that was made, a picture that was uploaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The moment at which a policy is asked."""

    ASK = "ask"
    """Somebody asks a generator for an image."""
    ANSWER = "answer"
    """A generator has made a draft."""
    UPLOAD = "upload"
    """Somebody posts a picture."""
    REPORT = "report"
    """A person depicted asks for removal."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One still image: 8-bit sRGB, upright, without transparency."""

    width: int
    """Pixels across."""
    height: int
    """Pixels down."""
    rgb: bytes
    """`height * width * 3` bytes, rows from top to bottom."""
    number: int = 0
    """Which frame of a video it is, from 0."""
    milliseconds: int = 0
    """When a video shows it, counted from its first frame."""


VIDEOS = frozenset({"mp4", "mov", "webm", "mkv"})
"""The kinds of picture that are videos: their frames stand for more than were kept."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes that claim to be a picture, and the frames found in them."""

    data: bytes
    """The bytes as they came."""
    sha256: str
    """Lower-case hexadecimal SHA-256 of `data`."""
    kind: str = ""
    """`jpeg`, `png`, `webp`, `gif`, `avif`, or one of `VIDEOS`; empty if nobody could tell."""
    frames: tuple[Frame, ...] = ()
    """Every frame, normalised; of a video those that stand for all; empty if nobody could or did decode."""
    trouble: str = ""
    """Why there are no frames; empty if there are some, or if nobody has tried yet."""
    notes: tuple[str, ...] = ()
    """What was set aside or added while decoding, one short word each, such as `profile_ignored`."""

    @property
    def moves(self) -> bool:
        """Whether it is a video."""
        return self.kind in VIDEOS


def unopened(data: bytes) -> Picture:
    """`data` as a picture that nobody has tried to decode yet."""
    return Picture(data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks. It is recorded and never weighed: no rule can read it."""

    id: str
    """A stable, pseudonymous identifier."""
    tier: str = ""
    """What the account pays for, if the platform says so. Never a reason for anything."""
    probe: bool = False
    """Whether it is our own canary, which is counted apart and judged like everybody."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks for an image. The route is recorded and never trusted."""

    route: str
    """The registered entry point, such as `images.edits`."""
    account: Account
    """Who asks."""
    prompt: str
    """What they ask for, in their words."""
    inputs: tuple[Picture, ...] = ()
    """The pictures they attach; each counts as a person until shown otherwise."""
    mask: Picture | None = None
    """The part that may change, if they marked one."""
    markup: Picture | None = None
    """What they drew over the first picture, if they did; it can hold words or another picture."""
    earlier: tuple[str, ...] = ()
    """What they asked for before in the same conversation, oldest first; each word still counts."""
    made: tuple[Picture, ...] = ()
    """What was made for them before in the same conversation, oldest first; no measure of what came in."""
    count: int = 1
    """How many images they want."""
    size: str = "auto"
    """The size they want, in the generator's own words."""
    place: str = ""
    """The jurisdiction they are in, if known; it can only tighten."""
    consent: str = ""
    """A reference to a recorded consent of the person depicted, if they claim one."""
    options: tuple[tuple[str, str], ...] = ()
    """Further wishes for the generator, from a closed list of names; none of them weakens anything."""
    decision: str = ""
    """The decision that let it pass to the generator; empty until it was judged."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture that comes with it: inputs, what was made before, then markup and mask."""
        marks = (one for one in (self.markup, self.mask) if one is not None)
        return (*self.inputs, *self.made, *marks)

    @property
    def sources(self) -> tuple[Picture, ...]:
        """What is to be changed: the newest image of the conversation, then the inputs."""
        return (*self.made[-1:], *self.inputs)

    @property
    def befores(self) -> tuple[Picture, ...]:
        """What an output is compared with: the inputs, or else the first image of the conversation."""
        return self.inputs or self.made[:1]


@dataclass(frozen=True, slots=True)
class Draft:
    """An image that a generator has made and nobody has judged. Nobody may send it."""

    request: Request
    """What was asked for."""
    picture: Picture
    """What came back."""
    caption: str = ""
    """The prompt as the generator rewrote it, if it did."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that somebody posts on a platform."""

    account: Account
    """Who posts it."""
    picture: Picture
    """What they post."""
    platform: str
    """The platform it is posted on."""
    item: str
    """The platform's own name for the post."""
    place: str = ""
    """The jurisdiction it is posted in, if known."""


@dataclass(frozen=True, slots=True)
class Post:
    """Words and links that somebody posts or advertises with, without a picture."""

    account: Account
    """Who posts them."""
    text: str
    """The words; empty if there are only links."""
    links: tuple[str, ...]
    """Where its links lead."""
    platform: str
    """The platform it is posted on."""
    item: str
    """The platform's own name for the post."""
    place: str = ""
    """The jurisdiction it is posted in, if known."""


Subject = Request | Draft | Upload | Post
"""What a signal may be asked to look at."""
