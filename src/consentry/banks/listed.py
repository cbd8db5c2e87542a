"""Everything that banks list, ready to be searched.

The index only proposes: which entries may be near. The store decides, entry by entry, at the
moment of the search, so that a withdrawn, deleted, paused or switched-off entry matches nothing
from the moment its change was written, and the distance is that of the hash as it is stored.
Before each search the index catches up with the store, which is one small query when nothing
changed. Digests of bytes are looked up in the store itself. A listed video is found by its frames: a
video that shares enough with it, or a picture that is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from consentry.core.bank import Bank, BankEntry, SignalKind
from consentry.core.bankports import Listed, Near
from consentry.core.match import MIN_QUALITY, PDQ_BITS, Hashes, Match, Method, distance, telling
from consentry.core.ports import Snapshot, Store
from consentry.matching.frame_index import FrameIndex
from consentry.matching.index import Index
from consentry.matching.video import moments, shared

BATCH = 50_000
"""Changes read at a time: a few MiB."""

BYTES = PDQ_BITS // 8
"""Bytes in a PDQ hash."""

LOOKS = frozenset({SignalKind.PDQ, SignalKind.VPDQ})
"""Hashes of what something looks like."""

VIDEOS = 500
"""Videos whose frames are read at a time."""


class ListedPictures:
    """Finds entries of banks. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        """Follow `store`."""
        self._store = store
        self._lock = Lock()
        self._change = -1
        self._present = np.zeros(0, np.bool_)
        self._index = Index()
        self._known: dict[str, Bank] = {}
        self._ids: dict[int, list[NDArray[np.uint64]]] = {}
        self._frames = FrameIndex()
        self._videos: dict[int, set[int]] = {}

    def __len__(self) -> int:
        """How many PDQ hashes it is ready to propose."""
        with self._store.read() as view:
            self._follow(view)
            return len(self._index)

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        """Every listed entry with the same bytes, or within `radius` bits and its bank's own radius.

        Nearest first. A bank that is switched on for a share of lookups counts for a picture always
        or never. A picture with too little in it is found by its bytes only. Raises what the store
        raises if it cannot be read.
        """
        best: dict[int, Match] = {}
        for near in self.like(hashes):
            if near.distance <= radius and near.bank.counts(hashes.sha256):
                match = _match(near)
                best[near.entry.id] = min(best.get(near.entry.id, match), match, key=_rank)
        return sorted(best.values(), key=_rank)

    def like(self, hashes: Hashes) -> Sequence[Near]:
        """Every entry that matches a picture by its looks or its bytes, whether or not its bank counts."""
        with self._store.read() as view:
            banks = self._follow(view)
            pairs = ((SignalKind.SHA256, hashes.sha256), (SignalKind.MD5, hashes.md5))
            exact = [_equal(view, banks, signal, value) for signal, value in pairs if value and banks]
            near = self._near(view, banks, hashes), self._near_videos(view, banks, hashes)
            return sorted(chain(*near, *exact), key=_nearest)

    def near(self, signal: SignalKind, value: str) -> Sequence[Near]:
        """Every entry that matches one hash: within its bank's radius, or equal. Nearest first.

        Whether a bank is switched on is the caller's question. Raises what the store raises.
        """
        if signal is SignalKind.PDQ:
            return self._near_one(Hashes("", (bytes.fromhex(value),), MIN_QUALITY))
        with self._store.read() as view:
            return sorted(_equal(view, self._follow(view), signal, value), key=_nearest)

    def _near_one(self, hashes: Hashes) -> Sequence[Near]:
        """Every entry within its bank's radius of the one hash in `hashes`, nearest first."""
        change, ids = self._proposed_now(hashes.pdq)
        if change is not None and not ids:
            return []  # which is how nearly every lookup ends
        with self._store.read() as view:
            banks = self._follow(view)
            with self._lock:
                same = change == self._change
            found = self._near(view, banks, hashes, ids if same else None)
        return sorted(found, key=_nearest)

    def _near(
        self, view: Snapshot, banks: Mapping[str, Bank], hashes: Hashes, ids: Sequence[int] | None = None
    ) -> list[Near]:
        """Entries within their bank's radius of one of `hashes` that match now, with their true distance.

        `ids` are those that the index proposes, if it was asked since its last change.
        """
        if ids is None:
            ids = self._proposed(banks, hashes.pdq if hashes.good else ())
        if not ids:
            return []
        proposed = _matching(view, view.entries(ids))
        measured = [_measured(entry, banks[entry.bank], hashes) for entry in proposed if entry.bank in banks]
        return [near for near in measured if near.distance <= near.bank.radius]

    def _near_videos(self, view: Snapshot, banks: Mapping[str, Bank], hashes: Hashes) -> list[Near]:
        """Listed videos that match now and share enough with `hashes`, or have it as a frame."""
        if not banks or not hashes.good:
            return []
        found = self._frames.near(hashes.pdq, max(bank.radius for bank in banks.values()))
        proposed = _matching(view, view.entries(list(found))) if found else []
        videos = (_shared(entry, banks.get(entry.bank), found[entry.id], hashes) for entry in proposed)
        return [near for near in videos if near is not None]

    def _proposed_now(self, pdq: Sequence[bytes]) -> tuple[int | None, Sequence[int]]:
        """What the index proposes without a snapshot, and as of which change; None if that is not the last.

        The number of changes is read first, so that whatever was listed before is in the index.
        """
        now = self._store.changes()
        with self._lock:
            banks = self._known if now == self._change else None
        return (None, ()) if banks is None else (now, self._proposed(banks, pdq))

    def _proposed(self, banks: Mapping[str, Bank], pdq: Sequence[bytes]) -> Sequence[int]:
        """Numbers of entries that may be near one of `pdq`."""
        if not pdq or not banks:
            return ()
        _, ids, _ = self._index.search(_array(pdq), max(bank.radius for bank in banks.values()))
        return np.unique(ids).tolist() if len(ids) else ()

    def _follow(self, view: Snapshot) -> Mapping[str, Bank]:
        """Catch up with the store as `view` shows it; every bank by its name."""
        with self._lock:
            last = view.changes()
            if last > self._change:
                self._known = {bank.name: bank for bank in view.banks()}
                self._forget({bank.number for bank in self._known.values()})
                fresh = list(_since(view, max(self._change, 0)))
                self._apply([one for one in fresh if one.signal is SignalKind.PDQ])
                self._apply_videos(view, [one for one in fresh if one.signal is SignalKind.VPDQ])
                self._change = last
            return self._known

    def _forget(self, banks: set[int]) -> None:
        """Let go of the entries of banks that are no longer there."""
        for number in set(self._ids) - banks:
            self._drop(np.concatenate(self._ids.pop(number)))
        for number in set(self._videos) - banks:
            self._frames.remove(self._videos.pop(number))

    def _drop(self, ids: NDArray[np.uint64]) -> None:
        self._index.remove(ids)
        self._present[ids] = False

    def _apply(self, pdq: Sequence[Listed]) -> None:
        """Put in what is listed now, take out what no longer is, and leave alone what is there already.

        An entry that is listed before and after is in the index all the time: a search that runs
        meanwhile must not miss it.
        """
        if not pdq:
            return
        ids = np.array([one.id for one in pdq], np.uint64)
        self._make_room(int(ids.max()) + 1)
        active, present = np.array([one.active for one in pdq]), self._present[ids]
        self._drop(ids[~active & present])
        new = active & ~present
        if new.any():
            self._index.add(ids[new], _array([one.value for one in pdq])[new])
            self._present[ids[new]] = True
            self._remember(ids[new], np.array([one.bank for one in pdq])[new])

    def _apply_videos(self, view: Snapshot, fresh: Sequence[Listed]) -> None:
        """The same for videos, whose frames never change."""
        self._frames.remove(one.id for one in fresh if not one.active)
        new = {one.id: one.bank for one in fresh if one.active and one.id not in self._frames}
        ids = list(new)
        for start in range(0, len(ids), VIDEOS):
            for entry in view.entries(ids[start : start + VIDEOS]):
                self._frames.add(entry.id, entry.frames)
                self._videos.setdefault(new[entry.id], set()).add(entry.id)

    def _make_room(self, size: int) -> None:
        if size > len(self._present):
            more = np.zeros(max(size, 2 * len(self._present)) - len(self._present), np.bool_)
            self._present = np.concatenate([self._present, more])

    def _remember(self, ids: NDArray[np.uint64], banks: NDArray[np.int64]) -> None:
        for number in np.unique(banks):
            self._ids.setdefault(int(number), []).append(ids[banks == number])


def _since(view: Snapshot, change: int) -> Iterable[Listed]:
    """Every change after `change`."""
    while fresh := view.listed_since(change, BATCH):
        yield from fresh
        change = fresh[-1].change


def _equal(view: Snapshot, banks: Mapping[str, Bank], signal: SignalKind, value: str) -> list[Near]:
    found = _matching(view, view.entries_with(signal, value))
    return [Near(entry, 0, banks[entry.bank]) for entry in found if entry.bank in banks]


def _matching(view: Snapshot, entries: Sequence[BankEntry]) -> list[BankEntry]:
    """Those of `entries` that match now."""
    now = view.now() if entries else None
    return [entry for entry in entries if now is not None and entry.matches(now)]


def _measured(entry: BankEntry, bank: Bank, hashes: Hashes) -> Near:
    value = bytes.fromhex(entry.value)
    apart = [distance(value, one) for one in hashes.pdq]
    least = min(apart)
    return Near(entry, least, bank, hashes.view(apart.index(least)))


def _shared(
    entry: BankEntry, bank: Bank | None, rows: Sequence[tuple[int, int]], hashes: Hashes
) -> Near | None:
    """How much the video in `entry` shares with `hashes`, at the true distance; None if that is too little.

    `rows` are the places in `hashes` and in the entry's telling frames that the index holds to be near.
    """
    frames = telling(entry.frames)
    if bank is None:
        return None
    measured = [
        (distance(frames[slot].pdq, hashes.pdq[place]), place, slot)
        for place, slot in rows
        if slot < len(frames)
    ]
    near = sorted(row for row in measured if row[0] <= bank.radius)
    if not near:
        return None
    pairs = ((hashes.of[place] if hashes.frames else 0, slot) for _, place, slot in near)
    found = shared(pairs, moments(telling(hashes.frames)), moments(frames))
    if hashes.frames and not found.same:
        return None
    least, place, _ = near[0]
    view = hashes.view(place)
    return Near(entry, least, bank, view, found.query_percent, found.known_percent, found.step_percent)


def _nearest(near: Near) -> tuple[int, int]:
    return near.distance, near.entry.id


def _match(near: Near) -> Match:
    method = Method.NEAR if near.entry.signal in LOOKS else Method.EXACT
    return Match(
        str(near.entry.id),
        near.entry.bank,
        method,
        near.distance,
        view=near.view,
        query_percent=near.query_percent,
        known_percent=near.known_percent,
        step_percent=near.step_percent,
    )


def _rank(match: Match) -> tuple[int, Method, str]:
    return match.distance, match.method, match.entry


def _array(hashes: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), BYTES)
