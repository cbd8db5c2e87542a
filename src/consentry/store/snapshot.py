"""Reading what is stored: cases, copies, known pictures, keys, consents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consentry.core.bank import Bank, BankEntry, EntryStatus, SignalKind
from consentry.core.bankports import Listed
from consentry.core.candidate import Candidate, CandidateState, Kept
from consentry.core.consent import Consent
from consentry.core.exchange import HashKey, Progress, Record
from consentry.core.making import Handle, Making, MakingState
from consentry.core.message import Message
from consentry.core.ports import ApiKey, Known
from consentry.store import banks, exchanges, ledger, parts, rows, tables
from consentry.store.cases import CaseReads
from consentry.store.filings import FilingReads
from consentry.store.fleeting import FleetingReads
from consentry.store.queue import QueueReads
from consentry.store.reviews import ReviewReads
from consentry.store.routes import RouteReads
from consentry.store.rows import Row
from consentry.store.staff import StaffReads
from consentry.store.words import absent


class SqlSnapshot(CaseReads, RouteReads, FleetingReads, FilingReads, QueueReads, StaffReads, ReviewReads):
    """What is stored, as one transaction of the database sees it."""

    def __init__(self, connection: sa.Connection, clock: Callable[[sa.Connection], datetime]) -> None:
        """Read through `connection`; `clock` tells the time of it."""
        self._connection = connection
        self._clock = clock

    def now(self) -> datetime:
        """The present moment (UTC)."""
        return self._clock(self._connection)

    def known(self, known_id: str) -> Known:
        """The known picture with `known_id`. Raises NotFound."""
        return rows.known_from(self._one(tables.known, tables.known.c.id == known_id, "known picture"))

    def known_of(self, case_id: str) -> Sequence[Known]:
        """Every picture known from a case, the one changed longest ago first."""
        found = (
            sa.select(tables.known).where(tables.known.c.case_id == case_id).order_by(tables.known.c.change)
        )
        return [rows.known_from(row) for row in self._all(found)]

    def known_since(self, change: int, limit: int) -> Sequence[tuple[int, Known]]:
        """Known pictures that changed after `change`, with the number of their change, in order."""
        number = tables.known.c.change
        found = sa.select(tables.known).where(number > change).order_by(number).limit(limit)
        return [(row["change"], rows.known_from(row)) for row in self._all(found)]

    def changes(self) -> int:
        """The number of the last change to any key or anything known or listed."""
        return banks.changes(self._connection.connection)

    def bank(self, name: str) -> Bank:
        """The bank named `name`. Raises NotFound."""
        return banks.one(self._connection, name)

    def banks(self) -> Sequence[Bank]:
        """Every bank, in the order made."""
        return banks.every(self._connection)

    def entry(self, entry_id: int) -> BankEntry:
        """The entry with this number. Raises NotFound."""
        return banks.entry(self._connection, entry_id)

    def entries(self, ids: Sequence[int]) -> Sequence[BankEntry]:
        """Those of the entries with these numbers that there are, in the order of their numbers."""
        return banks.entries(self._connection, ids)

    def entries_of(self, bank: str, after: int, limit: int) -> Sequence[BankEntry]:
        """Up to `limit` entries of a bank with numbers above `after`, in order. Raises NotFound."""
        return banks.entries_of(self._connection, bank, after, limit)

    def entries_with(self, signal: SignalKind, value: str) -> Sequence[BankEntry]:
        """Every bank's entry with exactly this hash, whatever its status."""
        return banks.entries_with(self._connection, signal, value)

    def entries_about(self, bank: str, item: int) -> Sequence[BankEntry]:
        """Every entry of a bank about one picture. Raises NotFound if there is no such bank."""
        return banks.entries_about(self._connection, bank, item)

    def count_entries(self, bank: str) -> Mapping[tuple[SignalKind, EntryStatus], int]:
        """How many entries a bank has, by kind and status. Raises NotFound."""
        return banks.count_entries(self._connection, bank)

    def count_listed(self, signal: SignalKind) -> int:
        """How many entries of a kind there are in all banks, those taken back among them."""
        return banks.count_listed(self._connection, signal)

    def listed_since(self, change: int, limit: int) -> Sequence[Listed]:
        """Entries of any bank that changed after `change`, in the order of their changes."""
        return banks.listed_since(self._connection, change, limit)

    def entries_at(self, bank: str, keys: Collection[HashKey]) -> Mapping[HashKey, BankEntry]:
        """A bank's entries for these hashes, those there are. Raises NotFound."""
        return exchanges.entries_at(self._connection, bank, keys)

    def records(self, bank: str, refs: Collection[str]) -> Mapping[str, Record]:
        """What a bank remembers of its source's records with these names. Raises NotFound."""
        return exchanges.records(self._connection, bank, refs)

    def progress(self, bank: str) -> Progress:
        """How far the sync of a bank has come. Raises NotFound."""
        return exchanges.progress(self._connection, bank)

    def features(self, owner: str) -> Kept:
        """Where the features of a known picture are. Raises NotFound."""
        return parts.features(self._connection, owner)

    def features_since(self, change: int, limit: int) -> Sequence[tuple[int, Kept]]:
        """What was kept or forgotten after `change`, with the number of that change, in order."""
        return parts.features_since(self._connection, change, limit)

    def features_of(self, source: str, after: str, limit: int) -> Sequence[Kept]:
        """Features still kept of pictures from `source` that come after `after`, in order."""
        return parts.features_of(self._connection, source, after, limit)

    def candidate(self, candidate_id: str) -> Candidate:
        """The candidate with `candidate_id`. Raises NotFound."""
        return parts.candidate(self._connection, candidate_id)

    def candidates(self, state: CandidateState) -> Sequence[Candidate]:
        """Candidates in one state, in the order found."""
        return parts.candidates(self._connection, tables.candidate.c.state == state.value)

    def candidates_of(self, case_id: str) -> Sequence[Candidate]:
        """Candidates of a case, in the order found."""
        return parts.candidates(self._connection, tables.candidate.c.case_id == case_id)

    def key(self, key_id: str) -> ApiKey:
        """The key with `key_id`. Raises NotFound."""
        return rows.key_from(self._one(tables.api_key, tables.api_key.c.id == key_id, "key"))

    def keys(self) -> Sequence[ApiKey]:
        """Every key, in the order made."""
        return [
            rows.key_from(row) for row in self._all(sa.select(tables.api_key).order_by(tables.api_key.c.seq))
        ]

    def messages(self, case_id: str) -> Sequence[Message]:
        """Every message of a case, in the order written."""
        table = tables.message
        found = sa.select(table).where(table.c.case_id == case_id).order_by(table.c.seq)
        return [rows.message_from(row) for row in self._all(found)]

    def secret(self, name: str) -> str:
        """The digest under `name`. Raises NotFound."""
        return str(self._one(tables.secret, tables.secret.c.name == name, "secret")["digest"])

    def consent(self, consent_id: str) -> Consent:
        """The consent with `consent_id`. Raises NotFound."""
        return ledger.consent(self._connection, consent_id)

    def consents(self) -> Sequence[Consent]:
        """Every consent, in the order recorded."""
        return ledger.consents(self._connection)

    def making(self, making_id: str) -> Making:
        """The image with `making_id`. Raises NotFound."""
        return ledger.making(self._connection, making_id)

    def makings(self, handle: Handle, value: str, after: int, limit: int) -> Sequence[tuple[int, Making]]:
        """Up to `limit` images found by a handle, each with its number, those after a number, in order."""
        return ledger.makings(self._connection, handle, value, after, limit)

    def count_makings(self, handle: Handle, value: str) -> Mapping[MakingState, int]:
        """How many images are found by a handle, by what became of them."""
        return ledger.count_makings(self._connection, handle, value)

    def _one(self, table: sa.Table, where: sa.ColumnElement[bool], what: str) -> Row:
        row = self._connection.execute(sa.select(table).where(where)).mappings().first()
        if row is None:
            raise absent(what)
        return _plain(row)

    def _all(self, statement: sa.Select[Any]) -> list[Row]:
        return [_plain(row) for row in self._connection.execute(statement).mappings()]


def _plain(row: sa.RowMapping) -> Row:
    """A row by the names of its columns."""
    return {str(name): value for name, value in row.items()}
