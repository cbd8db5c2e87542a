"""Keeping banks of known pictures, and asking them.

1. Whoever curates makes a bank, fills it with hashes or pictures, changes it, removes it. Every
   change is written into the log with it, in one transaction; no hash and no picture is.
2. A list is taken in piece by piece, so that nobody waits long; each piece counts at once.
3. A lookup says what was found and also which kinds of hash could not be looked for, and why.
   What it finds is a candidate for a person: nothing is hidden because of it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus, SignalKind
from consentry.core.bankports import Near
from consentry.core.candidate import Candidate, CandidateState
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, NotFound
from consentry.core.exchange import telling
from consentry.core.match import MIN_QUALITY, FrameHash, Hashes
from consentry.core.match import telling as telling_frames
from consentry.core.ports import Clock, Decoder, Hasher, Job, ListedFinder, Store, Transaction

PIECE = 20_000
"""Entries, or frames of videos, taken in by one transaction: others wait less than a second for it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which banks a lookup asks."""

    banks: frozenset[str] = frozenset()
    """Their names; none: every bank."""
    seed: str = ""
    """What decides whether a bank that counts in a share of lookups counts; empty: the hash itself."""
    all: bool = False
    """Whether banks count that are switched off, or on for a share only."""

    def takes(self, near: Near, seed: str) -> bool:
        """Whether the bank of `near` is asked."""
        named = not self.banks or near.bank.name in self.banks
        return named and (self.all or near.bank.counts(self.seed or seed))


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hashes of something, and which there are none of."""

    values: Mapping[SignalKind, str]
    """Hashes by kind, in lower-case hexadecimal."""
    hashes: Hashes
    """The same, and those of the picture's other views."""
    blind: Mapping[SignalKind, str] = field(default_factory=dict)
    """Kinds of hash that cannot be had of it, each with why."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a lookup of a picture found."""

    found: Mapping[SignalKind, Sequence[Near]]
    """By kind of hash, for those that could look; nearest first."""
    blind: Mapping[SignalKind, str]
    """Kinds of hash that could not look, each with why."""


@dataclass(frozen=True, slots=True)
class Status:
    """A bank and how much is in it."""

    bank: Bank
    """The bank."""
    counts: Mapping[tuple[SignalKind, EntryStatus], int]
    """Entries by kind and status."""


@dataclass(frozen=True, slots=True)
class Banking:
    """Where banks are kept and asked. `by` is always who did it: the id of a key, or `cli`."""

    store: Store
    """Where banks and the log are."""
    decoder: Decoder
    """Bytes to pixels."""
    hasher: Hasher
    """Pixels to hashes."""
    finder: ListedFinder
    """What searches."""
    clock: Clock
    """What time it is."""

    def create(self, bank: Bank, by: str) -> Bank:
        """Make a bank. Raises Conflict if its name is taken."""
        with self.store.begin() as tx:
            made = tx.add_bank(bank)
            _log(tx, bank.name, "created", by, ratio=bank.enabled_ratio, radius=bank.radius)
        return made

    def change(self, name: str, by: str, /, **changes: object) -> Bank:
        """Give a bank another name, share, radius or description. Raises NotFound, Conflict, BadInput."""
        with self.store.begin() as tx:
            bank = replace(tx.bank(name), **changes)  # type: ignore[arg-type]  # callers name fields of Bank
            tx.save_bank(bank)
            said = {"ratio": bank.enabled_ratio, "radius": bank.radius}
            _log(tx, name, "changed", by, name=bank.name, **said)
        return bank

    def remove(self, name: str, by: str) -> int:
        """Remove a bank with all its entries; how many. They match nothing from now on. Raises NotFound."""
        with self.store.begin() as tx:
            many = tx.drop_bank(name)
            _log(tx, name, "removed", by, entries=many)
        return many

    def banks(self) -> Sequence[Bank]:
        """Every bank."""
        with self.store.read() as view:
            return view.banks()

    def bank(self, name: str) -> Bank:
        """The bank of that name. Raises NotFound."""
        with self.store.read() as view:
            return view.bank(name)

    def status(self, name: str) -> Status:
        """A bank and how much is in it. Raises NotFound."""
        with self.store.read() as view:
            return Status(view.bank(name), view.count_entries(name))

    def entries(self, name: str) -> Iterator[BankEntry]:
        """Every entry of a bank. Raises NotFound."""
        last = 0
        while True:
            with self.store.read() as view:
                page = view.entries_of(name, last, PIECE)
            if not page:
                return
            yield from page
            last = page[-1].id

    def candidates(self, state: CandidateState) -> Sequence[Candidate]:
        """Uploads that seem to show a known picture, or a part of it, in the order found."""
        with self.store.read() as view:
            return view.candidates(state)

    def take(
        self,
        name: str,
        entries: Iterable[BankEntry | BankHashes],
        by: str,
        told: Callable[[int], object] = bool,
    ) -> int:
        """Take in a list, in pieces; how many entries. `told` hears how many were in each piece.

        If it breaks off, what was taken in stays; taking in the same list again does no harm.
        """
        total = 0
        for piece in _pieces(entries):
            many = sum(len(one) if isinstance(one, BankHashes) else 1 for one in piece)
            with self.store.begin() as tx:
                _put(tx, piece)
                _log(tx, name, "taken in", by, entries=many)
            total += many
            told(many)
        return total

    def withdraw_older(self, name: str, before: datetime, by: str) -> int:
        """Withdraw active entries last changed before `before`: those a whole new list left out."""
        old = (e for e in self.entries(name) if e.changed < before and e.status is EntryStatus.ACTIVE)
        gone = (replace(entry, status=EntryStatus.WITHDRAWN, changed=before) for entry in old)
        return self.take(name, gone, by)

    def add(self, name: str, values: Mapping[SignalKind, str], about: str, by: str) -> int:
        """Put the hashes of one picture into a bank; the picture's number. Raises NotFound, BadInput.

        A hash that is there already is listed again under the number it has, whatever was said of it.
        """
        if not values:
            raise BadInput("There is no hash to add.", code="no_hash")
        now, item = self.clock.now(), 0
        with self.store.begin() as tx:
            tx.bank(name)
            for signal, value in values.items():
                made = BankEntry(name, signal, value, max(now, _newest(tx, name, signal, value, now)))
                tx.put_entries([replace(made, item=item)])
                (kept,) = _of(tx, name, signal, value)
                tx.save_entry(replace(kept, about=about, paused_until=None))
                item = item or kept.content
            _log(tx, name, "entry added", by, item=item, signals=sorted(values))
        return item

    def item(self, name: str, number: int) -> Sequence[BankEntry]:
        """The entries of a bank about one picture. Raises NotFound."""
        with self.store.read() as view:
            return _present(view.entries_about(name, number))

    def change_item(self, name: str, number: int, by: str, /, **changes: object) -> Sequence[BankEntry]:
        """Change what is said of a picture: `about`, `paused_until`, `feedback`. Raises NotFound."""
        with self.store.begin() as tx:
            for entry in _present(tx.entries_about(name, number)):
                tx.save_entry(replace(entry, **changes))  # type: ignore[arg-type]  # callers name fields
                if "feedback" in changes and tx.bank(name).source:
                    tx.enqueue(Job(*telling(entry, tx.now())))
            _log(tx, name, "entry changed", by, item=number, fields=sorted(changes))
            return tx.entries_about(name, number)

    def delete_item(self, name: str, number: int, by: str) -> bool:
        """Let a picture match nothing from now on; whether it was there. Raises NotFound for the bank."""
        with self.store.begin() as tx:
            try:
                mine = _present(tx.entries_about(name, number))
            except NotFound:
                tx.bank(name)
                return False
            for entry in mine:
                later = max(self.clock.now(), entry.changed)
                tx.save_entry(replace(entry, status=EntryStatus.DELETED, changed=later))
            _log(tx, name, "entry deleted", by, item=number)
        return True

    def hashed(self, data: bytes, *, still: bool = True) -> Hashed:
        """The hashes of a picture's bytes, or of a video's if it is not a `still`. Never raises."""
        digests = self.hasher.digests(data)
        values = {SignalKind.MD5: digests.md5, SignalKind.SHA256: digests.sha256}
        if not still:
            return Hashed(values, digests, {SignalKind.PDQ: "not for videos"})
        picture = self.decoder.decode(data)
        if picture.moves or not picture.frames:
            why = "not for videos" if picture.moves else picture.trouble or "undecodable"
            return Hashed(values, digests, {SignalKind.PDQ: why})
        try:
            hashes = self.hasher.hashes(picture)
        except BadInput as trouble:
            return Hashed(values, digests, {SignalKind.PDQ: trouble.code})
        if not hashes.good:
            return Hashed(values, hashes, {SignalKind.PDQ: "too little in the picture"})
        return Hashed({SignalKind.PDQ: hashes.pdq[0].hex(), **values}, hashes)

    def by_hash(self, signal: SignalKind, value: str, choice: Choice) -> Sequence[Near]:
        """Every entry that matches one hash, nearest first."""
        return [near for near in self.finder.near(signal, value) if choice.takes(near, value)]

    def by_frames(self, frames: Sequence[FrameHash], seed: str, choice: Choice) -> Sequence[Near]:
        """Every listed video that shares enough with one of these frames, nearest first."""
        told = telling_frames(frames)
        pdq, places = tuple(frame.pdq for frame in told), tuple(range(len(told)))
        hashes = Hashes("", pdq, MIN_QUALITY, frames=tuple(frames), of=places)
        near = [one for one in self.finder.like(hashes) if one.entry.signal is SignalKind.VPDQ]
        return [one for one in near if choice.takes(one, seed)]

    def by_picture(self, data: bytes, choice: Choice, *, still: bool = True) -> Looked:
        """Every entry that matches a picture, by each kind of hash that could look."""
        hashed = self.hashed(data, still=still)
        seed = hashed.hashes.sha256
        near = [one for one in self.finder.like(hashed.hashes) if choice.takes(one, seed)]
        found = {kind: [one for one in near if one.entry.signal is kind] for kind in hashed.values}
        return Looked(found, hashed.blind)


def _put(tx: Transaction, piece: Sequence[BankEntry | BankHashes]) -> None:
    """Take in a piece in its order, for what is listed twice counts as it is listed last."""
    entries: list[BankEntry] = []
    for one in piece:
        if isinstance(one, BankEntry):
            entries.append(one)
            continue
        tx.put_entries(entries)
        tx.put_hashes(one)
        entries = []
    tx.put_entries(entries)


def _pieces(entries: Iterable[BankEntry | BankHashes]) -> Iterator[list[BankEntry | BankHashes]]:
    """`entries` in pieces for one transaction each; a video weighs what its frames do."""
    piece: list[BankEntry | BankHashes] = []
    weight = 0
    for entry in entries:
        piece.append(entry)
        weight += len(entry) if isinstance(entry, BankHashes) else len(entry.frames) or 1
        if weight >= PIECE:
            yield piece
            piece, weight = [], 0
    if piece:
        yield piece


def _log(tx: Transaction, bank: str, event: str, by: str, **more: object) -> None:
    tx.append(Kind.BANK, {"bank": bank, "event": event, "by": by, **more})


def _of(tx: Transaction, name: str, signal: SignalKind, value: str) -> list[BankEntry]:
    return [entry for entry in tx.entries_with(signal, value) if entry.bank == name]


def _newest(tx: Transaction, name: str, signal: SignalKind, value: str, now: datetime) -> datetime:
    """When the entry that is there was last changed, lest a source with a fast clock outdates us."""
    return max((entry.changed for entry in _of(tx, name, signal, value)), default=now)


def _present(entries: Sequence[BankEntry]) -> Sequence[BankEntry]:
    """`entries` without those deleted. Raises NotFound if none is left."""
    left = [entry for entry in entries if entry.status is not EntryStatus.DELETED]
    if not left:
        raise NotFound("There is no such content in this bank.", code="no_such_content")
    return left
