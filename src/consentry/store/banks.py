"""Banks in the database: what sources list, by hundred thousands at a time, and what we say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus, Feedback, SignalKind
from consentry.core.bankports import Listed
from consentry.store.engine import Raw, direct
from consentry.store.rows import Row, micros, moment, packed_frames, unpacked_frames
from consentry.store.tables import HEAD, add, bank, bank_entry, log_head
from consentry.store.words import absent, taken

AT_ONCE = 500
"""Most numbers in one question; SQLite takes 32,766, and short statements are kept prepared."""

VALUES = tuple(name for name in bank_entry.c.keys() if name not in {"id", "change"})  # noqa: SIM118 - names
"""Columns of an entry in their order, without those that number it and its changes."""

_PLACE = itemgetter(*(VALUES.index(name) for name in ("bank_id", "signal", "value")))

SOURCES_WORDS = ("change", "source_ref", "case_refs", "status", "about", "changed")
"""Columns that a source's later record replaces; the others are ours, or never change."""


def changes(connection: Raw) -> int:
    """The number of the last change to any key or anything known or listed."""
    ((number,),) = direct(connection, _CHANGES)
    return int(number)


_CHANGES = f"SELECT changes FROM log_head WHERE id = {HEAD}"  # noqa: S608 - a constant of ours


def one(connection: sa.Connection, name: str) -> Bank:
    """The bank named `name`. Raises NotFound."""
    row = connection.execute(sa.select(bank).where(bank.c.name == name)).mappings().first()
    if row is None:
        raise absent("bank")
    return _bank_from(row)


def every(connection: sa.Connection) -> Sequence[Bank]:
    """Every bank, in the order made."""
    return [_bank_from(row) for row in connection.execute(sa.select(bank).order_by(bank.c.id)).mappings()]


def make(connection: sa.Connection, made: Bank) -> Bank:
    """Store a new bank; returns it with its number. Raises Conflict if its name is taken."""
    _number(connection, 1)
    if not add(connection, bank, _bank_row(made), by=("name",)):
        raise taken()
    return one(connection, made.name)


def save(connection: sa.Connection, changed: Bank) -> None:
    """Replace the bank with its number. Raises NotFound, or Conflict if its new name is taken."""
    _number(connection, 1)
    other = sa.select(bank.c.id).where(bank.c.name == changed.name, bank.c.id != changed.number)
    if connection.execute(other).first() is not None:
        raise taken()
    if not connection.execute(
        sa.update(bank).where(bank.c.id == changed.number).values(_bank_row(changed))
    ).rowcount:
        raise absent("bank")


def drop(connection: sa.Connection, name: str) -> int:
    """Remove a bank and its entries; how many entries. Raises NotFound."""
    number = one(connection, name).number
    _number(connection, 1)
    gone = connection.execute(sa.delete(bank_entry).where(bank_entry.c.bank_id == number)).rowcount
    connection.execute(sa.delete(bank).where(bank.c.id == number))
    return gone


def put(connection: sa.Connection, entries: Sequence[BankEntry]) -> None:
    """Take in what a source says. Raises NotFound for an unknown bank."""
    if not entries:
        return
    numbers = {name: one(connection, name).number for name in {entry.bank for entry in entries}}
    rows = [_entry_values(entry, numbers[entry.bank]) for entry in entries]
    rows.sort(key=_PLACE)  # neighbours in the index are written one after another; equals keep their order
    first = _number(connection, len(rows)) - len(rows) + 1
    numbered = [(change, *row) for change, row in enumerate(rows, first)]
    connection.exec_driver_sql(_upsert(connection.dialect.name), numbered)


def put_hashes(connection: sa.Connection, hashes: BankHashes) -> None:
    """Take in hashes of which nothing more is said. Raises NotFound for an unknown bank."""
    number = one(connection, hashes.bank).number
    values = sorted(hashes.values())
    if not values:
        return
    plain = BankEntry(hashes.bank, hashes.signal, values[0].hex(), hashes.changed)
    row = _entry_values(plain, number)
    before, after = row[: VALUES.index("value")], row[VALUES.index("value") + 1 :]
    first = _number(connection, len(values)) - len(values) + 1
    rows = [(change, *before, value, *after) for change, value in enumerate(values, first)]
    connection.exec_driver_sql(_upsert(connection.dialect.name), rows)


@lru_cache
def _upsert(dialect: str) -> str:
    """The statement that takes in an entry, given as its change and `_entry_values`.

    Spelled out, because SQLAlchemy's own handling of each row takes five times as long as SQLite's.
    """
    wanted: dict[str, Any] = {name: sa.bindparam(name) for name in ("change", *VALUES)}
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(bank_entry).values(wanted)
    fresh = statement.excluded
    whole = statement.on_conflict_do_update(
        index_elements=["bank_id", "signal", "value"],
        set_={name: fresh[name] for name in SOURCES_WORDS},
        where=bank_entry.c.changed <= fresh.changed,
    )
    return str(whole.compile(dialect=_speaks(dialect)))


def save_entry(connection: sa.Connection, entry: BankEntry) -> None:
    """Replace everything about the entry with its number but bank and hash. Raises NotFound."""
    row = dict(zip(VALUES, _entry_values(entry, 0), strict=True)) | {"change": _number(connection, 1)}
    fixed = {"bank_id", "signal", "value", "frames"}
    changed = {name: value for name, value in row.items() if name not in fixed}
    if not connection.execute(
        sa.update(bank_entry).where(bank_entry.c.id == entry.id).values(changed)
    ).rowcount:
        raise absent("entry")


def end_record(
    connection: sa.Connection, name: str, source_ref: str, status: EntryStatus, changed: datetime
) -> int:
    """Give every entry of a source's record `status`, unless changed later; how many. Raises NotFound."""
    same = sa.and_(
        bank_entry.c.bank_id == one(connection, name).number,
        bank_entry.c.source_ref == source_ref,
        sa.text("bank_entry.source_ref <> ''"),
        bank_entry.c.changed <= micros(changed),
    )
    ids = list(connection.execute(sa.select(bank_entry.c.id).where(same)).scalars())
    end(connection, ids, status, changed)
    return len(ids)


def end(connection: sa.Connection, ids: Sequence[int], status: EntryStatus, changed: datetime) -> None:
    """Give the entries with these numbers `status`, as of `changed`."""
    first = _number(connection, len(ids)) - len(ids) + 1
    values = {"status": status.value, "changed": micros(changed)}
    rows = [{"entry": id_, "change": change} for change, id_ in enumerate(ids, first)]
    if rows:
        one = sa.update(bank_entry).where(bank_entry.c.id == sa.bindparam("entry"))
        connection.execute(one.values(values | {"change": sa.bindparam("change")}), rows)


def entry(connection: sa.Connection, entry_id: int) -> BankEntry:
    """The entry with this number. Raises NotFound."""
    for found in entries(connection, [entry_id]):
        return found
    raise absent("entry")


def entries(connection: sa.Connection, ids: Sequence[int]) -> Sequence[BankEntry]:
    """Those of the entries with these numbers that there are, in order."""
    wanted = sorted(set(ids))
    chunks = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
    return [found for chunk in chunks for found in _some(connection, chunk)]


def _some(connection: sa.Connection, ids: Sequence[int]) -> Iterator[BankEntry]:
    statement, columns = _by_number(connection.dialect.name, len(ids))
    for row in direct(connection.connection, statement, tuple(ids)):
        yield _entry_from(dict(zip(columns, row, strict=True)))


@lru_cache
def _by_number(dialect: str, many: int) -> tuple[str, tuple[str, ...]]:
    """The statement that finds entries by so many numbers, spelled out, and its columns."""
    found = _ENTRIES.where(bank_entry.c.id.in_([0] * many))
    return str(found.compile(dialect=_speaks(dialect), compile_kwargs={"render_postcompile": True})), tuple(
        column.name for column in found.selected_columns
    )


def _speaks(dialect: str) -> sa.Dialect:
    """The dialect that statements are spelled out in for the driver itself."""
    if dialect == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    return psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]  # untyped there


def entries_of(connection: sa.Connection, name: str, after: int, limit: int) -> Sequence[BankEntry]:
    """Up to `limit` entries of a bank with numbers above `after`, in order. Raises NotFound."""
    mine = sa.and_(bank_entry.c.bank_id == one(connection, name).number, bank_entry.c.id > after)
    return _found(connection, _ENTRIES.where(mine).limit(limit))


def entries_with(connection: sa.Connection, signal: SignalKind, value: str) -> Sequence[BankEntry]:
    """Every bank's entry with exactly this hash."""
    statement, columns = _by_value(connection.dialect.name)
    rows = direct(connection.connection, statement, (signal.value, bytes.fromhex(value)))
    return [_entry_from(dict(zip(columns, row, strict=True))) for row in rows]


@lru_cache
def _by_value(dialect: str) -> tuple[str, tuple[str, ...]]:
    """The statement that finds entries by their kind and hash, spelled out, and its columns."""
    found = _ENTRIES.where(
        bank_entry.c.bank_id.in_(sa.select(bank.c.id)),  # so that the index on bank, signal, value serves
        bank_entry.c.signal == sa.bindparam("signal"),
        bank_entry.c.value == sa.bindparam("value"),
    )
    columns = tuple(column.name for column in found.selected_columns)
    return str(found.compile(dialect=_speaks(dialect))), columns


def entries_about(connection: sa.Connection, name: str, item: int) -> Sequence[BankEntry]:
    """Every entry of a bank about one picture. Raises NotFound."""
    number = one(connection, name).number
    first = [found for found in entries(connection, [item]) if found.bank == name and not found.item]
    shared = sa.and_(bank_entry.c.item == item, sa.text("bank_entry.item <> 0"))
    rest = _found(connection, _ENTRIES.where(shared, bank_entry.c.bank_id == number))
    return [*first, *rest]


def count_entries(connection: sa.Connection, name: str) -> Mapping[tuple[SignalKind, EntryStatus], int]:
    """How many entries a bank has, by kind and status. Raises NotFound."""
    kind, status = bank_entry.c.signal, bank_entry.c.status
    number = one(connection, name).number
    counted = sa.select(kind, status, sa.func.count()).where(bank_entry.c.bank_id == number)
    found = connection.execute(counted.group_by(kind, status))
    return {(SignalKind(row[0]), EntryStatus(row[1])): row[2] for row in found}


def count_listed(connection: sa.Connection, signal: SignalKind) -> int:
    """How many entries of a kind there are in all banks, those taken back among them."""
    every_bank = bank_entry.c.bank_id.in_(sa.select(bank.c.id))  # so that an index serves
    counted = sa.select(sa.func.count()).where(every_bank, bank_entry.c.signal == signal.value)
    return int(connection.execute(counted).scalar_one())


def listed_since(connection: sa.Connection, change: int, limit: int) -> Sequence[Listed]:
    """Entries of any bank that changed after `change`, in the order of their changes."""
    found = direct(connection.connection, _later(connection.dialect.name), (change, limit))
    kinds, active = {kind.value: kind for kind in SignalKind}, EntryStatus.ACTIVE.value
    return [
        Listed(number, id_, bank_, kinds[kind], value, status == active)
        for number, id_, bank_, kind, value, status in found
    ]


@lru_cache
def _later(dialect: str) -> str:
    """The statement that finds so many entries that changed after another change, spelled out."""
    after, most = sa.bindparam("after", type_=sa.BigInteger), sa.bindparam("most", type_=sa.Integer)
    first = _LISTED.where(bank_entry.c.change > after).limit(most)
    # SQLite would be asked to pass over some as well, by one more number that nobody gives.
    return str(first.offset(sa.literal_column("0")).compile(dialect=_speaks(dialect)))


_ENTRIES = (
    sa.select(bank_entry, bank.c.name.label("bank"))
    .join(bank, bank.c.id == bank_entry.c.bank_id)
    .order_by(bank_entry.c.id)
)

_LISTED = sa.select(
    bank_entry.c.change,
    bank_entry.c.id,
    bank_entry.c.bank_id,
    bank_entry.c.signal,
    bank_entry.c.value,
    bank_entry.c.status,
).order_by(bank_entry.c.change)


def _found(connection: sa.Connection, statement: sa.Select[Any]) -> list[BankEntry]:
    return [_entry_from(dict(row)) for row in connection.execute(statement).mappings()]


def _number(connection: sa.Connection, many: int) -> int:
    """The last of `many` fresh numbers of changes; the turn to write must be held."""
    counted = sa.update(log_head).where(log_head.c.id == HEAD).values(changes=log_head.c.changes + many)
    return int(connection.execute(counted.returning(log_head.c.changes)).scalar_one())


def _bank_row(made: Bank) -> dict[str, object]:
    return {
        "name": made.name,
        "enabled_ratio": made.enabled_ratio,
        "radius": made.radius,
        "source": made.source,
        "about": made.about,
    }


def _bank_from(row: sa.RowMapping) -> Bank:
    return Bank(
        name=row["name"],
        enabled_ratio=row["enabled_ratio"],
        radius=row["radius"],
        source=row["source"],
        about=row["about"],
        number=row["id"],
    )


def _entry_values(entry: BankEntry, bank_id: int) -> tuple[Any, ...]:
    return (
        bank_id,
        _WORD[entry.signal],
        bytes.fromhex(entry.value),
        entry.item,
        entry.source_ref,
        "\n".join(entry.case_refs),
        _WORD[entry.status],
        entry.about,
        micros(entry.changed),
        _WORD[entry.feedback],
        None if entry.paused_until is None else micros(entry.paused_until),
        packed_frames(entry.frames) if entry.frames else None,
    )


_WORD = {word: word.value for words in (SignalKind, EntryStatus, Feedback) for word in words}


def _entry_from(row: Row) -> BankEntry:
    return BankEntry(
        bank=row["bank"],
        signal=SignalKind(row["signal"]),
        value=row["value"].hex(),
        changed=moment(row["changed"]),
        source_ref=row["source_ref"],
        case_refs=tuple(row["case_refs"].splitlines()),
        status=EntryStatus(row["status"]),
        about=row["about"],
        feedback=Feedback(row["feedback"]),
        paused_until=None if row["paused_until"] is None else moment(row["paused_until"]),
        item=row["item"],
        id=row["id"],
        frames=unpacked_frames(row["frames"]),
    )
