"""Known pictures by their features: finds those of which another picture shows a part.

Features are kept encrypted and held open only in this process's memory, never in a file. What is
kept or forgotten is followed by the numbers of its changes, and whether a picture still counts is
asked of the store when one was found: a report that was taken back finds nothing from that moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from consentry.core.candidate import Kept
from consentry.core.content import Picture
from consentry.core.errors import NotFound
from consentry.core.match import Match, Method
from consentry.core.ports import Blobs, Known, Store
from consentry.matching.align import CELLS, fit
from consentry.matching.feature_index import AS_IT_IS, FeatureIndex, Part
from consentry.matching.features import Features, features, framed, unpacked
from consentry.matching.hasher import Pixels, pixels_of

FEATURES = "features"
"""The purpose under which features are kept encrypted."""

UPLOADS = "upload"
"""The source of accepted pictures: parts of reported ones are looked for in them, not the other way."""

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

    def __init__(self, store: Store, blobs: Blobs) -> None:
        """Follow what `store` says is kept in `blobs`."""
        self._store = store
        self._blobs = blobs
        self._lock = Lock()
        self._change = 0
        self._index = FeatureIndex()
        self._digests: dict[str, str] = {}
        self._alike: dict[str, Alike] = {}
        self._numbered: list[Alike] = []

    def describe(self, picture: Picture, *, mirrored: bool = False) -> bytes:
        """Features of a picture, and of the same `mirrored` if wished; empty if it has none to speak of."""
        stills = _stills(picture)
        turned = [*stills, *(np.ascontiguousarray(still[:, ::-1]) for still in stills if mirrored)]
        found = [features(framed(still)) for still in turned]
        return b"".join(one.packed() for one in found if len(one) >= CELLS)

    def find(self, picture: Picture) -> Sequence[Match]:
        """Every active known picture that `picture` shows, wholly or in part; nearest first.

        Raises what the store or the blobs raise: what cannot be read might have been found.
        """
        self._follow()
        if not len(self._index):
            return []
        parts = [part for still in _stills(picture) for part in self._index.look(still)]
        best: dict[int, Part] = {}
        for part in sorted(parts, key=lambda part: part.aligned.distance):
            best.setdefault(part.number, part)
        owners = [(owner, part) for number, part in best.items() for owner in self._owners(number)]
        with self._store.read() as view:
            known = [(_active(view.known, owner), part) for owner, part in owners]
        return [_match(one, part) for one, part in known if one is not None]

    def likely(self, kept: bytes, entry: str) -> bool:
        """Whether a picture with the features `kept` may show the known picture `entry`: worth a look."""
        self._follow()
        with self._lock:
            alike = self._alike.get(self._digests.get(entry, ""))
        mine = alike.features if alike else []
        return any(fit(query, known) is not None for query in unpacked(kept) for known in mine)

    def _owners(self, number: int) -> list[str]:
        with self._lock:
            return sorted(self._numbered[number].owners)

    def _follow(self) -> None:
        """Read every change since the last one read."""
        with self._lock:
            while True:
                with self._store.read() as view:
                    changes = view.features_since(self._change, BATCH)
                self._apply([kept for _, kept in changes if kept.source != UPLOADS])
                self._change = changes[-1][0] if changes else self._change
                if len(changes) < BATCH:
                    return

    def _apply(self, changed: Sequence[Kept]) -> None:
        """Let go of what was forgotten or replaced, then learn what is new."""
        new: list[Alike] = []
        for kept in changed:
            data = self._opened(kept)
            self._let_go(kept.owner)
            if data:
                digest = self._digests[kept.owner] = hashlib.sha256(data).hexdigest()
                if digest not in self._alike:
                    self._alike[digest] = Alike(len(self._numbered), unpacked(data))
                    self._numbered.append(self._alike[digest])
                    new.append(self._alike[digest])
                self._alike[digest].owners.add(kept.owner)
        self._index.add((one.number, one.features) for one in new if one.owners)

    def _let_go(self, owner: str) -> None:
        digest = self._digests.pop(owner, "")
        if not digest:
            return
        alike = self._alike[digest]
        alike.owners.discard(owner)
        if not alike.owners:
            self._index.remove([alike.number])
            del self._alike[digest]
            self._numbered[alike.number] = Alike(alike.number, [])

    def _opened(self, kept: Kept) -> bytes:
        """The features; empty if they were forgotten, perhaps just now."""
        try:
            return self._blobs.get(kept.blob, FEATURES) if kept.blob else b""
        except NotFound:
            return b""


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
