"""Banks: lists of hashes of pictures that somebody else, or we ourselves, hold to be harmful.

Three rules hold for every bank, whoever fills it:

1. A record replaces an older one about the same hash; the two are never merged. What *we* said
   about an entry (our feedback, our pause) is ours and outlives the source's next record.
2. A withdrawn or deleted entry stops matching at once. It stays as a row, so that an older
   record that arrives late cannot bring it back.
3. A match finds a candidate for a person to look at. It never removes anything by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from consentry.core.errors import BadInput
from consentry.core.match import NEAR, FrameHash

MAX_NAME = 255
"""Longest name of a bank, in characters (as Hasher-Matcher-Actioner's)."""

MAX_REF = 500
"""Longest name that a source may have for one of its records, in characters."""

MAX_RADIUS = 40
"""Largest PDQ distance that the index searches exactly, in bits."""

FOREVER = datetime.max.replace(tzinfo=UTC)
"""The end of a pause that ends only when somebody ends it."""

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


class SignalKind(StrEnum):
    """What kind of hash an entry is."""

    PDQ = "pdq"
    """A perceptual hash of 256 bits: finds the picture after small changes."""
    MD5 = "md5"
    """A digest of the bytes. Sources exchange it; it is never used to protect anything."""
    SHA256 = "sha256"
    """A digest of the bytes."""
    VPDQ = "vpdq"
    """A video, known by the PDQ hashes of its frames; the entry's hash is their digest."""


DIGITS = {SignalKind.PDQ: 64, SignalKind.MD5: 32, SignalKind.SHA256: 64, SignalKind.VPDQ: 64}
"""Hexadecimal digits of each kind of hash."""

_HEX = {kind: re.compile(f"[0-9a-f]{{{digits}}}") for kind, digits in DIGITS.items()}


class EntryStatus(StrEnum):
    """What the source says of an entry now."""

    ACTIVE = "active"
    """It is listed."""
    WITHDRAWN = "withdrawn"
    """Whoever listed it took it back."""
    DELETED = "deleted"
    """The source removed it."""


class Feedback(StrEnum):
    """What we think of an entry; sources that take feedback are told."""

    NONE = "none"
    """Nobody has looked."""
    AGREE = "agree"
    """A person looked and agrees."""
    DISAGREE = "disagree"
    """A person looked, and it does not belong there."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A named list of hashes. Raises BadInput for an unusable name, share or radius."""

    name: str
    """Capital letters, digits and underscores, such as `STOP_NCII`; no digit first."""
    enabled_ratio: float = 1.0
    """The share of lookups in which it counts, 0 to 1: 0 switches it off, a little tries it out."""
    radius: int = NEAR
    """Largest PDQ distance at which its entries match, in bits, 0 to 40."""
    source: str = ""
    """Who fills it: `stopncii`, `ncmec`, `listfile`; empty for our own."""
    about: str = ""
    """What an operator should know about it."""
    number: int = 0
    """The store's number for it, which outlives a change of name; 0 until stored."""

    def __post_init__(self) -> None:
        checked_name(self.name)
        if not 0.0 <= self.enabled_ratio <= 1.0:
            raise BadInput("The share of lookups must be between 0 and 1.", param="enabled_ratio")
        if not 0 <= self.radius <= MAX_RADIUS:
            raise BadInput(f"The radius must be between 0 and {MAX_RADIUS} bits.", param="radius")

    def counts(self, seed: str) -> bool:
        """Whether it counts in the lookup named `seed`: the same seed, the same answer."""
        drawn = hashlib.sha256(f"{self.name}\0{seed}".encode()).digest()[:8]
        return int.from_bytes(drawn) < self.enabled_ratio * 2**64


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One hash in a bank. Raises BadInput for a malformed hash, a moment without a zone, or frames amiss."""

    bank: str
    """The name of its bank."""
    signal: SignalKind
    """What kind of hash it is."""
    value: str
    """The hash in lower-case hexadecimal."""
    changed: datetime
    """When the source last changed it (UTC), or when we took it in."""
    source_ref: str = ""
    """The source's own name for the record it came from; a record may have several hashes."""
    case_refs: tuple[str, ...] = ()
    """The source's cases, or ours, that it belongs to."""
    status: EntryStatus = EntryStatus.ACTIVE
    """What the source says of it now."""
    about: str = ""
    """What whoever listed it wrote about it: text or JSON, never shown to the public."""
    feedback: Feedback = Feedback.NONE
    """What we think of it."""
    paused_until: datetime | None = None
    """If set, it matches nothing before this moment (UTC), because we said so."""
    item: int = 0
    """The number of the picture that several entries of a bank are about; 0: its own."""
    id: int = 0
    """Its number, given by the store; 0 until stored. It stays when the entry is replaced."""
    frames: tuple[FrameHash, ...] = ()
    """Of a video, its frames, which `value` is the digest of; nothing else has any."""

    def __post_init__(self) -> None:
        if not _HEX[self.signal].fullmatch(self.value):
            raise _malformed(self.signal)
        if (self.signal is SignalKind.VPDQ) != bool(self.frames):
            raise BadInput("A video has frames, and nothing else has.", param="frames")
        if self.changed.tzinfo is None or (self.paused_until and self.paused_until.tzinfo is None):
            raise BadInput("A moment needs a zone.", param="changed")
        if len(self.source_ref) > MAX_REF:
            raise BadInput(f"A record's name may have {MAX_REF} characters.", param="source_ref")

    @property
    def content(self) -> int:
        """The number of the picture it is about."""
        return self.item or self.id

    def matches(self, now: datetime) -> bool:
        """Whether it may match anything at `now`."""
        return self.status is EntryStatus.ACTIVE and (self.paused_until is None or self.paused_until <= now)

    def replaces(self, old: BankEntry) -> bool:
        """Whether this record takes the place of `old`: the same hash in the same bank, and not older."""
        same = (self.bank, self.signal, self.value) == (old.bank, old.signal, old.value)
        return same and self.changed >= old.changed


@dataclass(frozen=True, slots=True)
class BankHashes:
    """Many active hashes of one kind that were listed at one moment, with nothing more said of them.

    They are what as many entries would be, at a tenth of the cost. Raises BadInput for a kind that needs
    frames, a piece of a hash, or a moment without a zone.
    """

    bank: str
    """The name of their bank."""
    signal: SignalKind
    """What kind of hash they are."""
    packed: bytes
    """One after another, without anything in between."""
    changed: datetime
    """When they were listed (UTC)."""

    def __post_init__(self) -> None:
        if self.signal is SignalKind.VPDQ or len(self.packed) % self._size:
            raise _malformed(self.signal)
        if self.changed.tzinfo is None:
            raise BadInput("A moment needs a zone.", param="changed")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.packed) // self._size

    @property
    def _size(self) -> int:
        """Bytes of one."""
        return DIGITS[self.signal] // 2

    def values(self) -> Iterator[bytes]:
        """Each of them."""
        size = self._size
        return (self.packed[place : place + size] for place in range(0, len(self.packed), size))

    def entries(self) -> Iterator[BankEntry]:
        """The same as entries."""
        return (BankEntry(self.bank, self.signal, value.hex(), self.changed) for value in self.values())


def frames_digest(frames: Sequence[FrameHash]) -> str:
    """What a list of frames is called: the same hashes, qualities and moments, the same name."""
    said = (one.pdq + bytes([one.quality]) + one.milliseconds.to_bytes(4) for one in frames)
    return hashlib.sha256(b"".join(said)).hexdigest()


def checked_name(name: str) -> str:
    """`name` if a bank can have it. Raises BadInput."""
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise BadInput("Bank names must be UPPER_WITH_UNDERSCORE", code="bad_bank_name", param="name")
    return name


def checked_value(signal: SignalKind, text: str) -> str:
    """The hash in `text`, in lower case and without spaces around it. Raises BadInput."""
    value = text.strip().lower()
    if not _HEX[signal].fullmatch(value):
        raise _malformed(signal)
    return value


def _malformed(signal: SignalKind) -> BadInput:
    return BadInput(
        f"A {signal.value} hash has {DIGITS[signal]} hexadecimal digits.", code="bad_hash", param=signal.value
    )
