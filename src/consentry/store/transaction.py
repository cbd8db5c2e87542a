"""Changing what is stored: everything in one transaction of the database, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus
from consentry.core.candidate import Candidate, Kept
from consentry.core.consent import Consent
from consentry.core.entry import Kind
from consentry.core.exchange import Progress, Record
from consentry.core.making import Making, MakingState
from consentry.core.message import Message
from consentry.core.ports import ApiKey, Ids, Job, Known
from consentry.store import banks, exchanges, jobs, ledger, log, parts, rows, tables
from consentry.store.cases import CaseWrites
from consentry.store.filings import FilingWrites
from consentry.store.fleeting import FleetingWrites
from consentry.store.queue import QueueWrites
from consentry.store.reviews import ReviewWrites
from consentry.store.routes import RouteWrites
from consentry.store.snapshot import SqlSnapshot
from consentry.store.staff import StaffWrites


class SqlTransaction(
    CaseWrites, RouteWrites, FleetingWrites, FilingWrites, QueueWrites, StaffWrites, ReviewWrites, SqlSnapshot
):
    """One transaction that holds the turn to write."""

    def __init__(
        self, connection: sa.Connection, clock: Callable[[sa.Connection], datetime], ids: Ids
    ) -> None:
        """Write through `connection`, which must hold the lock; salts come from `ids`."""
        super().__init__(connection, clock)
        self._ids = ids

    def append(self, kind: Kind, record: Mapping[str, object]) -> int:
        """Write `record` into the log and return its index."""
        return log.append(self._connection, kind, self.now(), record, rows.salt_from(self._ids))

    def add_known(self, known: Known) -> None:
        """Store a known picture, or replace the one with its id. Raises BadInput for a misshapen hash."""
        row = rows.known_row(known)
        row["change"] = log.count(self._connection, "changes")
        tables.put(self._connection, tables.known, row, by="id")

    def add_bank(self, bank: Bank) -> Bank:
        """Store a new bank; returns it with its number. Raises Conflict if its name is taken."""
        return banks.make(self._connection, bank)

    def save_bank(self, bank: Bank) -> None:
        """Replace the bank with its number. Raises NotFound, or Conflict if its new name is taken."""
        banks.save(self._connection, bank)

    def drop_bank(self, name: str) -> int:
        """Remove a bank and its entries; how many entries. Raises NotFound."""
        exchanges.forget(self._connection, banks.one(self._connection, name).number)
        return banks.drop(self._connection, name)

    def put_entries(self, entries: Sequence[BankEntry]) -> None:
        """Take in what a source says. Raises NotFound for an unknown bank."""
        banks.put(self._connection, entries)

    def put_hashes(self, hashes: BankHashes) -> None:
        """As `put_entries` with each of them. Raises NotFound for an unknown bank."""
        banks.put_hashes(self._connection, hashes)

    def save_entry(self, entry: BankEntry) -> None:
        """Replace everything about the entry with its number but bank and hash. Raises NotFound."""
        banks.save_entry(self._connection, entry)

    def end_record(self, bank: str, source_ref: str, status: EntryStatus, changed: datetime) -> int:
        """Give every entry of a record `status`, unless changed later; how many. Raises NotFound."""
        return banks.end_record(self._connection, bank, source_ref, status, changed)

    def end_older(self, bank: str, before: datetime, status: EntryStatus) -> int:
        """Give every active entry that changed before `before` this status; how many. Raises NotFound."""
        return exchanges.end_older(self._connection, bank, before, status)

    def save_records(self, bank: str, records: Sequence[Record]) -> None:
        """Remember what a source's records list. Raises NotFound."""
        exchanges.save_records(self._connection, bank, records)

    def save_progress(self, progress: Progress) -> Progress:
        """Replace the version that was read; returns it with its new one. Raises Conflict, NotFound."""
        return exchanges.save_progress(self._connection, progress)

    def keep_features(self, kept: Kept) -> None:
        """Remember where features are, or that they are no longer kept."""
        parts.keep(self._connection, kept)

    def add_candidate(self, candidate: Candidate) -> bool:
        """Store a candidate; False if there is one for the same upload and known picture already."""
        return parts.add_candidate(self._connection, candidate)

    def save_candidate(self, candidate: Candidate) -> None:
        """Replace a candidate. Raises NotFound."""
        parts.save_candidate(self._connection, candidate)

    def enqueue(self, job: Job) -> bool:
        """Store a job; False if one with its dedup key was ever stored."""
        return jobs.enqueue(self._connection, job)

    def finish(self, job: Job) -> None:
        """Mark a claimed job done. Raises LostLease if another worker holds it now."""
        jobs.finish(self._connection, job)

    def add_key(self, key: ApiKey) -> None:
        """Store an API key, or replace the one with its id."""
        log.count(self._connection, "changes")
        tables.put(self._connection, tables.api_key, rows.key_row(key), by="id")

    def put_secret(self, name: str, digest: str) -> None:
        """Keep the digest of a passphrase under `name`."""
        tables.put(self._connection, tables.secret, {"name": name, "digest": digest}, by="name")

    def add_message(self, message: Message) -> None:
        """Store a message. Raises NotFound if there is no such case."""
        self.case(message.case)
        self._connection.execute(sa.insert(tables.message).values(**rows.message_row(message)))

    def add_consent(self, consent: Consent) -> None:
        """Store a consent, or replace the one with its id."""
        ledger.put_consent(self._connection, consent)

    def add_making(self, making: Making) -> None:
        """Store an image that was made. Raises Conflict if its id is taken."""
        ledger.add_making(self._connection, making)

    def mark_making(self, making_id: str, state: MakingState) -> None:
        """Write down what became of an image. Raises NotFound."""
        ledger.mark_making(self._connection, making_id, state)
