"""What banks need of a store, and what a search through them gives; part of `core.ports`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus, SignalKind


class Near(NamedTuple):
    """An entry of a bank that a hash turned out to match."""

    entry: BankEntry
    """The entry, as it is stored now."""
    distance: int
    """Bits that differ; 0 for a digest of bytes."""
    bank: Bank
    """Its bank, as it is stored now."""
    view: str = ""
    """Which view of the picture matched, if not the picture as it stands."""
    query_percent: int = 100
    """How many of the frames that were looked for match it, in percent; 100 of a picture."""
    known_percent: int = 100
    """How many of its own frames are matched, in percent; 100 of a picture."""
    step_percent: int = 0
    """Of two videos, through how much of the shorter one both run in step, in percent."""


class Listed(NamedTuple):
    """What an index needs of a bank's entry that changed; millions of them are read at a start."""

    change: int
    """The number of the change."""
    id: int
    """The entry's number."""
    bank: int
    """The number of its bank."""
    signal: SignalKind
    """What kind of hash it is."""
    value: bytes
    """The hash."""
    active: bool
    """Whether its source lists it now."""


class BankSnapshot(Protocol):
    """Banks as they were at one moment; part of `Snapshot`."""

    def changes(self) -> int:
        """The number of the last change to any key or anything known or listed; the same, nothing changed."""

    def bank(self, name: str) -> Bank:
        """The bank named `name`. Raises NotFound."""

    def banks(self) -> Sequence[Bank]:
        """Every bank, in the order made."""

    def entry(self, entry_id: int) -> BankEntry:
        """The entry with this number. Raises NotFound."""

    def entries(self, ids: Sequence[int]) -> Sequence[BankEntry]:
        """Those of the entries with these numbers that there are, in the order of their numbers."""

    def entries_of(self, bank: str, after: int, limit: int) -> Sequence[BankEntry]:
        """Up to `limit` entries of a bank with numbers above `after`, in order. Raises NotFound."""

    def entries_with(self, signal: SignalKind, value: str) -> Sequence[BankEntry]:
        """Every bank's entry with exactly this hash, whatever its status."""

    def entries_about(self, bank: str, item: int) -> Sequence[BankEntry]:
        """Every entry of a bank about one picture. Raises NotFound if there is no such bank."""

    def count_entries(self, bank: str) -> Mapping[tuple[SignalKind, EntryStatus], int]:
        """How many entries a bank has, by kind and status. Raises NotFound."""

    def count_listed(self, signal: SignalKind) -> int:
        """How many entries of a kind there are in all banks, those taken back among them."""

    def listed_since(self, change: int, limit: int) -> Sequence[Listed]:
        """Entries of any bank that changed after `change`, in the order of their changes."""


class BankTransaction(BankSnapshot, Protocol):
    """Changes to banks; part of `Transaction`."""

    def add_bank(self, bank: Bank) -> Bank:
        """Store a new bank; returns it with its number. Raises Conflict if its name is taken."""

    def save_bank(self, bank: Bank) -> None:
        """Replace the bank with its number, perhaps renaming it. Raises NotFound, or Conflict."""

    def drop_bank(self, name: str) -> int:
        """Remove a bank and its entries, which match nothing from now on; how many. Raises NotFound."""

    def put_entries(self, entries: Sequence[BankEntry]) -> None:
        """Take in what a source says, by hundred thousands if need be; they match from the next look.

        An entry takes the place of the one with its bank, signal and value, unless it is older; the
        number, the item, our feedback and our pause stay. Raises NotFound for an unknown bank.
        """

    def put_hashes(self, hashes: BankHashes) -> None:
        """As `put_entries` with `hashes.entries()`, and several times as fast. Raises NotFound likewise."""

    def save_entry(self, entry: BankEntry) -> None:
        """Replace everything about the entry with its number but bank and hash. Raises NotFound."""

    def end_record(self, bank: str, source_ref: str, status: EntryStatus, changed: datetime) -> int:
        """Give every entry of a source's record `status`, unless changed later; how many. Raises NotFound."""
