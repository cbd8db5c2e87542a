"""Everything the store knows, ready to be searched: reported pictures, banks' lists, uploads.

It follows the store by the numbers of its changes: before each search it reads what changed
since the last one, which is one small query when nothing did. A withdrawn picture matches
nothing from the next search on, in every process. If the store does not answer, the search
fails, because an old answer might miss the picture somebody reported a minute ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from consentry.core.match import (
    ANOTHER_VIEW,
    PDQ_BITS,
    Hashes,
    Match,
    Method,
    telling,
)
from consentry.core.ports import Known, Store
from consentry.matching.index import Index
from consentry.matching.video import moments, shared

UPLOADS = "upload"
"""The source of pictures that platforms accepted earlier."""

BATCH = 1000
"""Changes read at a time."""

SLOTS = 1 << 16
"""Room for the hashes of one entry; 128 stills with 40 views each need 5,120."""

BYTES = PDQ_BITS // 8
"""Bytes in a PDQ hash."""


Row = tuple[int, int, int]
"""Bits that differ, the place of the hash found within its entry, and that of the hash looked for."""


def everything(_source: str) -> bool:
    """Every source."""
    return True


LEDGER = frozenset({"made", "seed"})
"""The sources of pictures that the ledger knows: no harm by themselves."""


def uploaded(source: str) -> bool:
    """Pictures accepted earlier: where copies of a reported picture are looked for."""
    return source == UPLOADS


def reported(source: str) -> bool:
    """Pictures of cases, of banks, and of people who opted out: what must not come in or out again."""
    return source != UPLOADS and source not in LEDGER


@dataclass(frozen=True, slots=True)
class Entry:
    """What is remembered of a known picture; its PDQ hashes are in the index."""

    id: str
    """Its identifier in the store."""
    source: str
    """Where it is known from."""
    case: str
    """The case it was reported in, if any."""
    sha256: str
    """The digest of its bytes; empty if nobody told us."""
    slots: int
    """How many of its hashes are in the index."""
    at: tuple[int, ...] = ()
    """Of a video, when each of its hashes is shown, in milliseconds; none of a picture."""


class KnownPictures:
    """Finds known pictures of the sources it was made for. Safe to share between threads."""

    def __init__(self, store: Store, wanted: Callable[[str], bool] = everything) -> None:
        """Follow `store`; keep only entries whose source is `wanted`."""
        self._store = store
        self._wanted = wanted
        self._lock = Lock()
        self._change = 0
        self._next = 0
        self._index = Index()
        self._entries: dict[int, Entry] = {}
        self._numbers: dict[str, int] = {}
        self._by_bytes: dict[str, frozenset[int]] = {}

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        """Every active known picture with the same bytes, or within `radius` bits; nearest first.

        A picture with too little in it (`hashes.good`) is found by its bytes only. Raises what
        the store raises if it cannot be read.
        """
        with self._lock:
            self._follow()
            exact = [self._entries[number] for number in self._by_bytes.get(hashes.sha256, ())]
        found = {entry.id: _match(entry, Method.EXACT, 0, "") for entry in exact}
        for match in self._near(hashes, radius):
            found.setdefault(match.entry, match)
        return sorted(found.values(), key=lambda match: (match.distance, match.method, match.entry))

    def _near(self, hashes: Hashes, radius: int) -> Iterable[Match]:
        """Near matches, nearest first, each entry once; of two videos only if they share enough.

        Of equally near rows of an entry that with its first hash counts.
        """
        if not hashes.good or not hashes.pdq:
            return []
        queries, ids, bits = self._index.search(_array(hashes.pdq), radius)
        found: dict[int, list[Row]] = {}
        for distance, id_, query in sorted(zip(bits.tolist(), ids.tolist(), queries.tolist(), strict=True)):
            number, slot = divmod(id_, SLOTS)
            found.setdefault(number, []).append((distance, slot, query))
        matches = [
            _near_match(entry, rows, hashes)
            for number, rows in found.items()
            if (entry := self._entries.get(number)) is not None
        ]
        return [match for match in matches if match is not None]

    def _follow(self) -> None:
        """Read every change since the last one read."""
        while True:
            with self._store.read() as tx:
                changes = tx.known_since(self._change, BATCH)
            if not changes:
                return
            self._apply({known.id: known for _, known in changes})
            self._change = changes[-1][0]
            if len(changes) < BATCH:
                return

    def _apply(self, changed: Mapping[str, Known]) -> None:
        """Forget the old state of every changed entry, then learn the new one of those still active."""
        old = [self._numbers[id_] for id_ in changed if id_ in self._numbers]
        self._index.remove(_ids((number, self._entries[number].slots) for number in old))
        for number in old:
            self._forget(number)
        new = [known for known in changed.values() if known.active and self._wanted(known.source)]
        added = [(self._learn(known), _searchable(known)) for known in new]
        pdq = [hash_ for _, hashes in added for hash_ in hashes]
        if pdq:
            self._index.add(_ids((number, len(hashes)) for number, hashes in added), _array(pdq))

    def _learn(self, known: Known) -> int:
        number, self._next = self._next, self._next + 1
        digest = known.hashes.sha256
        at = moments(telling(known.hashes.frames))
        self._entries[number] = Entry(known.id, known.source, known.case, digest, len(_searchable(known)), at)
        self._numbers[known.id] = number
        if digest:
            self._by_bytes[digest] = self._by_bytes.get(digest, frozenset()) | {number}
        return number

    def _forget(self, number: int) -> None:
        entry = self._entries.pop(number)
        del self._numbers[entry.id]
        rest = self._by_bytes.pop(entry.sha256, frozenset()) - {number}
        if rest:
            self._by_bytes[entry.sha256] = rest


def _searchable(known: Known) -> tuple[bytes, ...]:
    """The hashes that may be searched for: none of a picture with too little in it."""
    if known.hashes.frames:
        return tuple(frame.pdq for frame in telling(known.hashes.frames))
    return known.hashes.pdq[:SLOTS] if known.hashes.good else ()


def _ids(counted: Iterable[tuple[int, int]]) -> NDArray[np.uint64]:
    """Index ids of entries: the entry's number, then the place of the hash within it."""
    runs = [np.arange(slots, dtype=np.uint64) + np.uint64(number * SLOTS) for number, slots in counted]
    return np.concatenate([np.empty(0, np.uint64), *runs])


def _array(hashes: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), BYTES)


def _near_match(entry: Entry, rows: Sequence[Row], hashes: Hashes) -> Match | None:
    """The nearest of `rows`, and how much of each side they are about; None if videos share too little."""
    distance, slot, query = rows[0]
    near = _match(entry, Method.NEAR, distance, hashes.view(query) or ANOTHER_VIEW * bool(slot))
    pairs = ((hashes.of[query] if hashes.frames else 0, slot) for _, slot, query in rows)
    found = shared(pairs, moments(telling(hashes.frames)), entry.at)
    if entry.at and hashes.frames and not found.same:
        return None
    return replace(
        near,
        query_percent=found.query_percent,
        known_percent=found.known_percent,
        step_percent=found.step_percent,
    )


def _match(entry: Entry, method: Method, distance: int, view: str) -> Match:
    return Match(entry.id, entry.source, method, distance, entry.case, view)
