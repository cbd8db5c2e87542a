"""Exchanges in the database: how far each sync has come, and which hashes a source's record lists."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from consentry.core.bank import BankEntry, EntryStatus, SignalKind
from consentry.core.exchange import HashKey, Progress, Record
from consentry.store import banks
from consentry.store.rows import micros, moment
from consentry.store.tables import add, bank_entry, bank_record, bank_sync, insert
from consentry.store.words import outdated

AT_ONCE = 500
"""Most values in one question; SQLite takes 32,766, and short statements are kept prepared."""


def entries_at(
    connection: sa.Connection, name: str, keys: Collection[HashKey]
) -> Mapping[HashKey, BankEntry]:
    """A bank's entries for these hashes, those there are. Raises NotFound."""
    number = banks.one(connection, name).number
    found: dict[HashKey, BankEntry] = {}
    for kind, group in groupby(sorted(keys), key=lambda key: key[0]):
        for values in _chunks([value for _, value in group]):
            same = sa.and_(
                bank_entry.c.bank_id == number,
                bank_entry.c.signal == kind.value,
                bank_entry.c.value.in_([bytes.fromhex(value) for value in values]),
            )
            ids = connection.execute(sa.select(bank_entry.c.id).where(same)).scalars().all()
            entries = banks.entries(connection, ids)
            found |= {(entry.signal, entry.value): entry for entry in entries}
    return found


def records(connection: sa.Connection, name: str, refs: Collection[str]) -> Mapping[str, Record]:
    """What a bank remembers of these records. Raises NotFound."""
    mine = sa.select(bank_record).where(bank_record.c.bank_id == banks.one(connection, name).number)
    found: dict[str, Record] = {}
    for chunk in _chunks(sorted(refs)):
        for row in connection.execute(mine.where(bank_record.c.ref.in_(chunk))).mappings():
            found[row["ref"]] = _record_from(row)
    return found


def save_records(connection: sa.Connection, name: str, kept: Sequence[Record]) -> None:
    """Remember the name, the moment and the listed hashes of these records. Raises NotFound."""
    number = banks.one(connection, name).number
    if not kept:
        return
    statement = insert(connection, bank_record)
    fresh = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["bank_id", "ref"], set_={"changed": fresh.changed, "hashes": fresh.hashes}
        ),
        [_record_row(record, number) for record in sorted(kept, key=lambda record: record.ref)],
    )


def end_older(connection: sa.Connection, name: str, before: datetime, status: EntryStatus) -> int:
    """Give every active entry that changed before `before` this status; how many. Raises NotFound."""
    old = sa.and_(
        bank_entry.c.bank_id == banks.one(connection, name).number,
        bank_entry.c.status == EntryStatus.ACTIVE.value,
        bank_entry.c.changed < micros(before),
    )
    ids = list(connection.execute(sa.select(bank_entry.c.id).where(old)).scalars())
    banks.end(connection, ids, status, before)
    return len(ids)


def progress(connection: sa.Connection, name: str) -> Progress:
    """How far the sync of a bank has come. Raises NotFound if there is no such bank."""
    number = banks.one(connection, name).number
    row = connection.execute(sa.select(bank_sync).where(bank_sync.c.bank_id == number)).mappings().first()
    if row is None:
        return Progress(name)
    return Progress(
        bank=name,
        cursor=row["cursor"],
        version=row["version"],
        complete=None if row["complete"] is None else moment(row["complete"]),
        taken=row["taken"],
        passed_over=row["passed_over"],
        troubles=row["troubles"],
        trouble=row["trouble"],
        under_way=row["under_way"],
    )


def save_progress(connection: sa.Connection, made: Progress) -> Progress:
    """Replace the version that was read; returns it with its new one. Raises Conflict, NotFound."""
    number = banks.one(connection, made.bank).number
    saved = replace(made, version=made.version + 1)
    values = _progress_row(saved)
    if made.version == 0:
        done = add(connection, bank_sync, {"bank_id": number, **values}, by=("bank_id",))
    else:
        same = sa.and_(bank_sync.c.bank_id == number, bank_sync.c.version == made.version)
        done = bool(connection.execute(sa.update(bank_sync).where(same).values(values)).rowcount)
    if not done:
        raise outdated()
    return saved


def forget(connection: sa.Connection, number: int) -> None:
    """Drop what is remembered for the sync of a bank that goes."""
    for table in (bank_record, bank_sync):
        connection.execute(sa.delete(table).where(table.c.bank_id == number))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _progress_row(made: Progress) -> dict[str, object]:
    return {
        "cursor": made.cursor,
        "version": made.version,
        "complete": None if made.complete is None else micros(made.complete),
        "taken": made.taken,
        "passed_over": made.passed_over,
        "troubles": made.troubles,
        "trouble": made.trouble,
        "under_way": made.under_way,
    }


def _record_row(record: Record, number: int) -> dict[str, object]:
    return {
        "bank_id": number,
        "ref": record.ref,
        "changed": micros(record.changed),
        "hashes": "\n".join(f"{kind.value}:{value}" for kind, value in record.listed),
    }


def _record_from(row: sa.RowMapping) -> Record:
    pairs = (line.partition(":") for line in row["hashes"].splitlines())
    hashes = tuple((SignalKind(kind), value) for kind, _, value in pairs)
    status = EntryStatus.ACTIVE if hashes else EntryStatus.DELETED
    return Record(hashes, moment(row["changed"]), status, row["ref"])
