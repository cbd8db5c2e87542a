"""Whose image is this: what the ledger says to somebody who investigates.

1. The question is written down first: the file's digest, and whose key asked.
2. The file is looked for by its bytes, by the decision that it names, and by how it looks: whole,
   turned or mirrored, without a border, in the frame of a screenshot, in a panel of a collage.
3. Every image found is named with the method and the distance. It is evidence for a person to weigh,
   and accuses nobody by itself: a file can name any decision it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from consentry.core.content import Picture
from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.making import Handle, Sighted
from consentry.core.match import NEAR, Match, Method
from consentry.core.ports import Decoder, Finder, Hasher, Snapshot, Store
from consentry.flows.judge import must_be_readable

MOST = 100
"""Most images that one question is answered with."""

METHODS = ("exact", "credential", "near", "part")
"""How an image is found, the surest first."""

PARTS = ("border", "frame", "panel")
"""Words in the name of a view that is only a part of the picture."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger says about a file."""

    question: str
    """The digest of the file."""
    sighted: tuple[Sighted, ...]
    """Images it may be, the surest first."""
    place: int
    """The line of the log that holds the question."""


@dataclass(frozen=True, slots=True)
class WhoMade:
    """Answers who made an image."""

    store: Store
    """Where the ledger is."""
    decoder: Decoder
    """Reads the file."""
    hasher: Hasher
    """Hashes it."""
    made: Finder
    """Finds images in the ledger."""
    claimed: Callable[[bytes], Sequence[str]]
    """Decisions that a file says it left under."""

    def ask(self, data: bytes, asker: str) -> Answer:
        """Images that `data` may be. Raises BadInput for what is no picture."""
        picture = self.decoder.decode(data)
        must_be_readable(picture, "Send a JPEG, PNG, WebP, GIF or AVIF within the stated limits.")
        with self.store.begin() as tx:
            place = tx.append(Kind.SYSTEM, {"event": "who_made", "by": asker, "question": picture.sha256})
        return Answer(picture.sha256, self._sighted(picture), place)

    def _sighted(self, picture: Picture) -> tuple[Sighted, ...]:
        matches = self.made.find(self.hasher.looks(picture), NEAR)
        surest: dict[str, Sighted] = {}
        with self.store.read() as snapshot:
            every = (
                *_same_bytes(snapshot, picture.sha256),
                *_named(snapshot, self.claimed(picture.data)),
                *_alike(snapshot, matches),
            )
        for sighted in sorted(every, key=_doubt):
            surest.setdefault(sighted.making.id, sighted)
        return tuple(surest.values())[:MOST]


def _same_bytes(snapshot: Snapshot, sha256: str) -> Iterator[Sighted]:
    for handle in (Handle.BYTES, Handle.JUDGED):
        for _, making in snapshot.makings(handle, sha256, 0, MOST):
            yield Sighted(making, "exact", 0)


def _named(snapshot: Snapshot, decisions: Sequence[str]) -> Iterator[Sighted]:
    for decision in decisions[:MOST]:
        for _, making in snapshot.makings(Handle.DECISION, decision, 0, MOST):
            yield Sighted(making, "credential", 0, "names the decision; the bytes are others")


def _alike(snapshot: Snapshot, matches: Sequence[Match]) -> Iterator[Sighted]:
    for match in matches[:MOST]:
        try:
            making = snapshot.making(match.entry)
        except NotFound:
            continue
        part = any(word in match.view for word in PARTS)
        near = "part" if part else "near"
        yield Sighted(making, "exact" if match.method is Method.EXACT else near, match.distance, match.view)


def _doubt(sighted: Sighted) -> tuple[int, int]:
    """How little sure a sighting is: smaller is surer."""
    return METHODS.index(sighted.method), sighted.distance
