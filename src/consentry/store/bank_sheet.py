"""Banks in memory, for tests and trials: as strict as the database's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from operator import itemgetter

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus, SignalKind
from consentry.core.bankports import Listed
from consentry.store.sheet import Tables
from consentry.store.words import absent, taken


class BankReader:
    """Reads banks and entries from `tables`."""

    def __init__(self, tables: Tables) -> None:
        """Read from `tables`."""
        self._tables = tables

    def changes(self) -> int:
        """The number of the last change to any key or anything known or listed."""
        return self._tables.counts.get("changes", 0) + self._tables.counts.get("listings", 0)

    def bank(self, name: str) -> Bank:
        """The bank named `name`. Raises NotFound."""
        for bank in self.banks():
            if bank.name == name:
                return bank
        raise absent("bank")

    def banks(self) -> Sequence[Bank]:
        """Every bank, in the order made."""
        return [bank for _, bank in sorted(self._tables.banks.items()) if bank is not None]

    def entry(self, entry_id: int) -> BankEntry:
        """The entry with this number. Raises NotFound."""
        for found in self.entries([entry_id]):
            return found
        raise absent("entry")

    def entries(self, ids: Sequence[int]) -> Sequence[BankEntry]:
        """Those of the entries with these numbers that there are, in the order of their numbers."""
        held = [self._tables.entries.get(id_) for id_ in sorted(set(ids))]
        return [self._named(row[1], row[2]) for row in held if row is not None]

    def entries_of(self, bank: str, after: int, limit: int) -> Sequence[BankEntry]:
        """Up to `limit` entries of a bank with numbers above `after`, in order. Raises NotFound."""
        self.bank(bank)
        later = (entry for entry in self._every() if entry.bank == bank and entry.id > after)
        return list(islice(later, limit))

    def entries_with(self, signal: SignalKind, value: str) -> Sequence[BankEntry]:
        """Every bank's entry with exactly this hash, whatever its status."""
        return [entry for entry in self._every() if (entry.signal, entry.value) == (signal, value)]

    def entries_about(self, bank: str, item: int) -> Sequence[BankEntry]:
        """Every entry of a bank about one picture. Raises NotFound if there is no such bank."""
        self.bank(bank)
        return [entry for entry in self._every() if entry.bank == bank and entry.content == item]

    def count_entries(self, bank: str) -> Mapping[tuple[SignalKind, EntryStatus], int]:
        """How many entries a bank has, by kind and status. Raises NotFound."""
        self.bank(bank)
        return Counter((entry.signal, entry.status) for entry in self._every() if entry.bank == bank)

    def count_listed(self, signal: SignalKind) -> int:
        """How many entries of a kind there are in all banks, those taken back among them."""
        return sum(entry.signal is signal for entry in self._every())

    def listed_since(self, change: int, limit: int) -> Sequence[Listed]:
        """Entries of any bank that changed after `change`, in the order of their changes."""
        rows = [row for row in self._tables.entries.values() if row is not None and row[0] > change]
        return [
            Listed(
                at,
                entry.id,
                number,
                entry.signal,
                bytes.fromhex(entry.value),
                entry.status is EntryStatus.ACTIVE,
            )
            for at, number, entry in sorted(rows, key=itemgetter(0))[:limit]
        ]

    def _every(self) -> Sequence[BankEntry]:
        return self.entries(list(self._tables.entries))

    def _named(self, number: int, entry: BankEntry) -> BankEntry:
        """`entry` under the present name of its bank."""
        bank = self._tables.banks[number]
        return replace(entry, bank=bank.name) if bank is not None else entry


class BankWriter(BankReader):
    """Writes banks and entries onto `tables`, an overlay."""

    def add_bank(self, bank: Bank) -> Bank:
        """Store a new bank; returns it with its number. Raises Conflict if its name is taken."""
        self._free(bank)
        self._change()
        made = replace(bank, number=self._tables.count("banks"))
        self._tables.banks[made.number] = made
        return made

    def save_bank(self, bank: Bank) -> None:
        """Replace the bank with its number. Raises NotFound, or Conflict if its new name is taken."""
        self._free(bank)
        if self._tables.banks.get(bank.number) is None:
            raise absent("bank")
        self._change()
        self._tables.banks[bank.number] = bank

    def drop_bank(self, name: str) -> int:
        """Remove a bank and its entries; how many entries. Raises NotFound."""
        number = self.bank(name).number
        self._change()
        held = list(self._tables.entries.items())
        mine = [id_ for id_, row in held if row is not None and row[1] == number]
        self._tables.entries.update(dict.fromkeys(mine))
        self._tables.banks[number] = None
        return len(mine)

    def put_entries(self, entries: Sequence[BankEntry]) -> None:
        """Take in what a source says. Raises NotFound for an unknown bank."""
        numbers = {name: self.bank(name).number for name in {entry.bank for entry in entries}}
        for entry in entries:
            self._put(numbers[entry.bank], entry)

    def put_hashes(self, hashes: BankHashes) -> None:
        """As `put_entries` with each of them. Raises NotFound for an unknown bank."""
        self.bank(hashes.bank)
        self.put_entries(list(hashes.entries()))

    def _put(self, number: int, entry: BankEntry) -> None:
        place = (number, entry.signal, entry.value)
        old = self._tables.entries.get(self._tables.listed.get(place, 0))
        if old is None:
            made = replace(entry, id=self._tables.count("entries"))
        elif entry.changed < old[2].changed:
            return
        else:
            ours = old[2]
            made = replace(
                entry,
                id=ours.id,
                item=ours.item,
                feedback=ours.feedback,
                paused_until=ours.paused_until,
            )
        self._tables.listed[place] = made.id
        self._tables.entries[made.id] = (self._change(), number, made)

    def save_entry(self, entry: BankEntry) -> None:
        """Replace everything about the entry with its number but bank and hash. Raises NotFound."""
        row = self._tables.entries.get(entry.id)
        if row is None:
            raise absent("entry")
        _, number, old = row
        kept = replace(entry, bank=old.bank, signal=old.signal, value=old.value, frames=old.frames)
        self._tables.entries[entry.id] = (self._change(), number, kept)

    def end_record(self, bank: str, source_ref: str, status: EntryStatus, changed: datetime) -> int:
        """Give every entry of a record `status`, unless changed later; how many. Raises NotFound."""
        self.bank(bank)
        mine = [entry for entry in self._every() if entry.bank == bank and entry.source_ref == source_ref]
        older = [entry for entry in mine if source_ref and entry.changed <= changed]
        for entry in older:
            self.save_entry(replace(entry, status=status, changed=changed))
        return len(older)

    def _free(self, bank: Bank) -> None:
        """Raise Conflict if another bank has the name of `bank`."""
        if any(other.name == bank.name and other.number != bank.number for other in self.banks()):
            raise taken()

    def _change(self) -> int:
        return self._tables.count("listings")
