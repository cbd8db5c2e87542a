"""Everything that banks list, ready to be searched.

The index only proposes: which entries may be near. The store decides, entry by entry, at the
moment of the search, so that a withdrawn, deleted, paused or switched-off entry matches nothing
from the moment its change was written, and the distance is that of the hash as it is stored.
Before each search the index catches up with the store, which is one small query when nothing
changed. Digests of bytes are looked up in the store itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from consentry.core.bank import MAX_RADIUS, BankEntry, SignalKind
from consentry.core.match import PDQ_BITS, Hashes, Match, Method, distance
from consentry.core.ports import Listed, Near, Snapshot, Store
from consentry.matching.index import Index

BATCH = 50_000
"""Changes read at a time: a few MiB."""

BYTES = PDQ_BITS // 8
"""Bytes in a PDQ hash."""


class ListedPictures:
    """Finds entries of banks. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        """Follow `store`."""
        self._store = store
        self._lock = Lock()
        self._change = -1
        self._top = 0
        self._index = Index()
        self._banks: dict[int, list[NDArray[np.uint64]]] = {}

    def __len__(self) -> int:
        """How many PDQ hashes it is ready to propose."""
        with self._lock:
            return len(self._index)

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        """Every listed entry with the same bytes, or within `radius` bits and its bank's own radius.

        Nearest first. A bank that is switched on for a share of lookups counts for a picture always
        or never. A picture with too little in it is found by its bytes only. Raises what the store
        raises if it cannot be read.
        """
        pdq = hashes.pdq if hashes.good else ()
        with self._store.read() as view:
            self._follow(view)
            banks = {bank.name: bank for bank in view.banks()}
            found = [*self._near(view, pdq, radius), *_same_bytes(view, hashes)] if banks else []
        best: dict[int, Match] = {}
        for near in found:
            bank = banks[near.entry.bank]
            if near.distance <= bank.radius and bank.counts(hashes.sha256):
                match = _match(near)
                best[near.entry.id] = min(best.get(near.entry.id, match), match, key=_rank)
        return sorted(best.values(), key=_rank)

    def near(self, signal: SignalKind, value: str) -> Sequence[Near]:
        """Every entry that matches one hash: within its bank's radius, or equal. Nearest first.

        Whether a bank is switched on is the caller's question. Raises what the store raises.
        """
        with self._store.read() as view:
            self._follow(view)
            if signal is not SignalKind.PDQ:
                found = _equal(view, signal, value)
            else:
                reach = {bank.name: bank.radius for bank in view.banks()}
                proposed = self._near(view, (bytes.fromhex(value),), max(reach.values(), default=0))
                found = [near for near in proposed if near.distance <= reach[near.entry.bank]]
        return sorted(found, key=lambda near: (near.distance, near.entry.id))

    def _near(self, view: Snapshot, pdq: Sequence[bytes], radius: int) -> list[Near]:
        """Entries within `radius` of one of `pdq` that match now, with their true distance."""
        if not pdq:
            return []
        _, ids, _ = self._index.search(_array(pdq), min(radius, MAX_RADIUS))
        if not len(ids):
            return []
        proposed = _matching(view, view.entries([int(id_) for id_ in np.unique(ids)]))
        measured = (_measured(entry, pdq) for entry in proposed)
        return [near for near in measured if near.distance <= radius]

    def _follow(self, view: Snapshot) -> None:
        """Catch up with the store as `view` shows it."""
        with self._lock:
            last = view.changes()
            if last <= self._change:
                return
            self._forget({bank.number for bank in view.banks()})
            fresh = list(_since(view, max(self._change, 0)))
            self._apply(fresh)
            self._change = last

    def _forget(self, present: set[int]) -> None:
        """Let go of the entries of banks that are no longer there."""
        for number in set(self._banks) - present:
            self._index.remove(np.concatenate(self._banks.pop(number)))

    def _apply(self, fresh: Sequence[Listed]) -> None:
        """Take the old state of every changed entry out of the index, then put in those listed now."""
        pdq = {one.id: one for one in fresh if one.signal is SignalKind.PDQ}
        old = [id_ for id_ in pdq if id_ <= self._top]
        if old:
            self._index.remove(np.array(old, np.uint64))
        new = [one for one in pdq.values() if one.active]
        if new:
            ids = np.array([one.id for one in new], np.uint64)
            self._index.add(ids, _array([one.value for one in new]))
            self._remember(ids, np.array([one.bank for one in new]))
        self._top = max(self._top, max(pdq, default=0))

    def _remember(self, ids: NDArray[np.uint64], banks: NDArray[np.int64]) -> None:
        for number in np.unique(banks):
            self._banks.setdefault(int(number), []).append(ids[banks == number])


def _since(view: Snapshot, change: int) -> Iterable[Listed]:
    """Every change after `change`."""
    while fresh := view.listed_since(change, BATCH):
        yield from fresh
        change = fresh[-1].change


def _same_bytes(view: Snapshot, hashes: Hashes) -> list[Near]:
    pairs = ((SignalKind.SHA256, hashes.sha256), (SignalKind.MD5, hashes.md5))
    return [near for signal, value in pairs if value for near in _equal(view, signal, value)]


def _equal(view: Snapshot, signal: SignalKind, value: str) -> list[Near]:
    return [Near(entry, 0) for entry in _matching(view, view.entries_with(signal, value))]


def _matching(view: Snapshot, entries: Sequence[BankEntry]) -> list[BankEntry]:
    """Those of `entries` that match now."""
    now = view.now() if entries else None
    return [entry for entry in entries if now is not None and entry.matches(now)]


def _measured(entry: BankEntry, pdq: Sequence[bytes]) -> Near:
    value = bytes.fromhex(entry.value)
    apart = [distance(value, one) for one in pdq]
    least = min(apart)
    return Near(entry, least, "" if apart[0] == least else "another view")


def _match(near: Near) -> Match:
    method = Method.NEAR if near.entry.signal is SignalKind.PDQ else Method.EXACT
    return Match(str(near.entry.id), near.entry.bank, method, near.distance, "", near.view)


def _rank(match: Match) -> tuple[int, Method, str]:
    return match.distance, match.method, match.entry


def _array(hashes: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), BYTES)
