"""Known pictures by their features: finds those of which another picture shows a part.

Features are kept encrypted and held open only in this process's memory, never in a file. What is
kept or forgotten is followed by the numbers of its changes, and whether a picture still counts is
asked of the store when one was found: a report that was taken back finds nothing from that moment.
Damaged features count for their own picture only: it is left out, named, and tried again once a
minute at the most, because a backup may bring it back.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from consentry.core.candidate import Kept
from consentry.core.content import Picture
from consentry.core.errors import BadInput, NotFound, SafetyUnavailable
from consentry.core.match import Match, Method
from consentry.core.partports import Seen
from consentry.core.ports import Blobs, Known, Store
from consentry.matching.align import CELLS, fit
from consentry.matching.feature_index import AS_IT_IS, FeatureIndex, Part
from consentry.matching.features import Features, features, framed, unpacked
from consentry.matching.hasher import Pixels, pixels_of

FEATURES = "features"
"""The purpose under which features are kept encrypted."""

UPLOADS = "upload"
"""The source of accepted pictures: parts of reported ones are looked for in them, not the other way."""

DAMAGED = "blob_damaged"
"""What blobs say of bytes that are not what was written. Any other trouble is everybody's."""

AGAIN = 60.0
"""Seconds after which damaged features are tried again: nobody's look waits for each of them each time."""

BATCH = 1000
"""Changes read at a time."""

STILLS = 8
"""Most stills of an animation that are looked at, evenly spread: each takes 25 ms."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Known pictures with the very same features: one picture that was found in many places."""

    number: int
    """Its number in the index."""
    features: list[Features]
    """What it looks like."""
    owners: set[str] = field(default_factory=set)
    """The identifiers under which it is known."""


class KnownParts:
    """Finds parts of known pictures whose features are kept. Safe to share between threads."""

    def __init__(self, store: Store, blobs: Blobs, tick: Callable[[], float] = time.monotonic) -> None:
        """Follow what `store` says is kept in `blobs`; `tick` gives seconds that only grow."""
        self._store = store
        self._blobs = blobs
        self._lock = Lock()
        self._change = 0
        self._index = FeatureIndex()
        self._digests: dict[str, str] = {}
        self._alike: dict[str, Alike] = {}
        self._numbered: list[Alike] = []
        self._unread: dict[str, Kept] = {}
        self._tick = tick
        self._due = 0.0

    def describe(self, picture: Picture, *, mirrored: bool = False) -> bytes:
        """Features of a picture, and of the same `mirrored` if wished; empty if it has none to speak of."""
        stills = _stills(picture)
        turned = [*stills, *(np.ascontiguousarray(still[:, ::-1]) for still in stills if mirrored)]
        found = [features(framed(still)) for still in turned]
        return b"".join(one.packed() for one in found if len(one) >= CELLS)

    def find(self, picture: Picture) -> Seen:
        """Every active known picture that `picture` shows, and those it could not be compared with.

        Raises what the store or the blobs raise: what cannot be read might have been found.
        """
        unread = self._follow()
        matches = self._matches(picture) if len(self._index) else []
        with self._store.read() as view:
            return Seen(matches, [owner for owner in unread if _active(view.known, owner)])

    def _matches(self, picture: Picture) -> list[Match]:
        parts = [part for still in _stills(picture) for part in self._index.look(still)]
        best: dict[int, Part] = {}
        for part in sorted(parts, key=lambda part: part.aligned.distance):
            best.setdefault(part.number, part)
        owners = [(owner, part) for number, part in best.items() for owner in self._owners(number)]
        with self._store.read() as view:
            known = [(_active(view.known, owner), part) for owner, part in owners]
        return [_match(one, part) for one, part in known if one is not None]

    def likely(self, kept: bytes, entry: str) -> bool:
        """Whether a picture with the features `kept` may show the known picture `entry`: worth a look.

        Raises BadInput if the features of either cannot be read.
        """
        if entry in self._follow():
            raise BadInput("The features of this known picture are damaged.", code="features_damaged")
        with self._lock:
            alike = self._alike.get(self._digests.get(entry, ""))
        mine = alike.features if alike else []
        return any(fit(query, known) is not None for query in unpacked(kept) for known in mine)

    def _owners(self, number: int) -> list[str]:
        with self._lock:
            return sorted(self._numbered[number].owners)

    def _follow(self) -> Sequence[str]:
        """Read every change since the last one read; returns whose features are damaged."""
        with self._lock:
            while True:
                with self._store.read() as view:
                    changes = view.features_since(self._change, BATCH)
                self._apply([kept for _, kept in changes if kept.source != UPLOADS])
                self._change = changes[-1][0] if changes else self._change
                if len(changes) < BATCH:
                    if self._unread and self._tick() >= self._due:
                        self._apply(list(self._unread.values()))
                        self._due = self._tick() + AGAIN
                    return sorted(self._unread)

    def _apply(self, changed: Sequence[Kept]) -> None:
        """Let go of what was forgotten or replaced, then learn what is new. All is read before any counts."""
        new: list[Alike] = []
        for kept, (data, found) in [(kept, self._opened(kept)) for kept in changed]:
            self._let_go(kept.owner)
            if found is None:
                self._due = self._due if self._unread else self._tick() + AGAIN
                self._unread[kept.owner] = kept
            if found:
                digest = self._digests[kept.owner] = hashlib.sha256(data).hexdigest()
                if digest not in self._alike:
                    self._alike[digest] = Alike(len(self._numbered), found)
                    self._numbered.append(self._alike[digest])
                    new.append(self._alike[digest])
                self._alike[digest].owners.add(kept.owner)
        self._index.add((one.number, one.features) for one in new if one.owners)

    def _let_go(self, owner: str) -> None:
        self._unread.pop(owner, None)
        digest = self._digests.pop(owner, "")
        if not digest:
            return
        alike = self._alike[digest]
        alike.owners.discard(owner)
        if not alike.owners:
            self._index.remove([alike.number])
            del self._alike[digest]
            self._numbered[alike.number] = Alike(alike.number, [])

    def _opened(self, kept: Kept) -> tuple[bytes, list[Features] | None]:
        """The features; empty if they were forgotten; None if they are damaged or not there."""
        try:
            data = self._blobs.get(kept.blob, FEATURES) if kept.blob else b""
            return data, unpacked(data)
        except (NotFound, BadInput):
            return b"", None
        except SafetyUnavailable as trouble:
            if trouble.code != DAMAGED:
                raise
            return b"", None


def _stills(picture: Picture) -> list[Pixels]:
    frames = list(dict.fromkeys(picture.frames))
    places = np.unique(np.linspace(0, len(frames) - 1, min(STILLS, len(frames))).round().astype(int))
    return [pixels_of(frames[place]) for place in places.tolist()] if frames else []


def _active(known: Callable[[str], Known], owner: str) -> Known | None:
    try:
        found = known(owner)
    except NotFound:
        return None
    return found if found.active else None


def _match(known: Known, part: Part) -> Match:
    view = "" if part.view == AS_IT_IS else part.view
    aligned = part.aligned
    return Match(known.id, known.source, Method.PARTIAL, aligned.distance, known.case, view, aligned.region)
