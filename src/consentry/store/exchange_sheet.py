"""Exchanges in memory, for tests and trials: as strict as the database's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from consentry.core.bank import BankEntry, EntryStatus
from consentry.core.exchange import HashKey, Progress, Record
from consentry.store.bank_sheet import BankReader, BankWriter
from consentry.store.words import outdated


class ExchangeReader(BankReader):
    """Reads what is remembered of exchanges, and banks."""

    def entries_at(self, bank: str, keys: Collection[HashKey]) -> Mapping[HashKey, BankEntry]:
        """A bank's entries for these hashes, those there are. Raises NotFound."""
        number = self.bank(bank).number
        ids = {key: self._tables.listed.get((number, *key), 0) for key in keys}
        return {(entry.signal, entry.value): entry for entry in self.entries(list(ids.values()))}

    def records(self, bank: str, refs: Collection[str]) -> Mapping[str, Record]:
        """What a bank remembers of its source's records with these names. Raises NotFound."""
        number = self.bank(bank).number
        found = {ref: self._tables.records.get((number, ref)) for ref in refs}
        return {ref: record for ref, record in found.items() if record is not None}

    def progress(self, bank: str) -> Progress:
        """How far the sync of a bank has come. Raises NotFound."""
        found = self._tables.progress.get(self.bank(bank).number)
        return Progress(bank) if found is None else replace(found, bank=bank)


class ExchangeWriter(BankWriter, ExchangeReader):
    """Writes what is remembered of exchanges, and banks."""

    def drop_bank(self, name: str) -> int:
        """Remove a bank and its entries; how many entries. Raises NotFound."""
        number = self.bank(name).number
        mine = [place for place in list(self._tables.records) if place[0] == number]
        self._tables.records.update(dict.fromkeys(mine))
        self._tables.progress[number] = None
        return super().drop_bank(name)

    def end_older(self, bank: str, before: datetime, status: EntryStatus) -> int:
        """Give every active entry that changed before `before` this status; how many. Raises NotFound."""
        self.bank(bank)
        mine = [entry for entry in self._every() if entry.bank == bank]
        older = [e for e in mine if e.status is EntryStatus.ACTIVE and e.changed < before]
        for entry in older:
            self.save_entry(replace(entry, status=status, changed=before))
        return len(older)

    def save_records(self, bank: str, records: Sequence[Record]) -> None:
        """Remember what a source's records list. Raises NotFound."""
        number = self.bank(bank).number
        for record in records:
            status = EntryStatus.ACTIVE if record.listed else EntryStatus.DELETED
            kept = Record(record.listed, record.changed, status, record.ref)
            self._tables.records[number, record.ref] = kept

    def save_progress(self, progress: Progress) -> Progress:
        """Replace the version that was read; returns it with its new one. Raises Conflict, NotFound."""
        if self.progress(progress.bank).version != progress.version:
            raise outdated()
        saved = replace(progress, version=progress.version + 1)
        self._tables.progress[self.bank(progress.bank).number] = saved
        return saved
