"""The log in the database: every line, and the tree that vouches for it, in the same transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from consentry.core import merkle
from consentry.core.entry import Entry, Kind, Line, canonical, seal
from consentry.store.rows import micros, moment
from consentry.store.tables import HEAD, log_head, log_leaf, log_node
from consentry.store.words import absent, require_size

# Statements are built once: building them anew for every line cost more than the database did.
_TURN = sa.select(log_head.c.id).where(log_head.c.id == HEAD).with_for_update()
_SIZE = sa.select(log_head.c.size).where(log_head.c.id == HEAD)
_NEXT = {
    one.name: sa.update(log_head).where(log_head.c.id == HEAD).values({one: one + 1}).returning(one)
    for one in (log_head.c.size, log_head.c.changes, log_head.c.checked)
}
_NODE = sa.select(log_node.c.hash).where(
    log_node.c.level == sa.bindparam("level"), log_node.c.idx == sa.bindparam("place")
)
_ADD_LINE = sa.insert(log_leaf)
_ADD_NODES = sa.insert(log_node)


def lock(connection: sa.Connection) -> None:
    """Take the turn to write, and keep it until the transaction ends.

    Every transaction starts with this lock, so they run one after another: lines and changes
    get their numbers in the order of commits, and no two transactions wait for each other.
    SQLite has the lock already, from BEGIN IMMEDIATE.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


def append(
    connection: sa.Connection, kind: Kind, at: datetime, record: Mapping[str, object], salt: bytes
) -> int:
    """Write `record` under `salt` as the next line, with the part of the tree that it completes."""
    data = canonical(record)
    entry = seal(kind, at, data, salt)
    index = count(connection, "size") - 1
    row = {"idx": index, "kind": kind.value, "at": micros(at), "seal": entry.commitment}
    connection.execute(_ADD_LINE, row | {"record": data, "salt": salt})
    grown = merkle.appended(index, merkle.leaf_hash(entry.leaf()), node_of(connection))
    connection.execute(
        _ADD_NODES, [{"level": level, "idx": place, "hash": made} for level, place, made in grown]
    )
    return index


def count(connection: sa.Connection, column: str) -> int:
    """One more in `column` of the head (`size`, `changes`, `checked`); the turn to write must be held."""
    return int(connection.execute(_NEXT[column]).scalar_one())


def size(connection: sa.Connection) -> int:
    """How many lines the log has."""
    return int(connection.execute(_SIZE).scalar_one())


def line(connection: sa.Connection, index: int) -> Line:
    """The line at `index`. Raises NotFound."""
    row = connection.execute(sa.select(log_leaf).where(log_leaf.c.idx == index)).mappings().first()
    if row is None:
        raise absent("line")
    return _line(row)


def lines(connection: sa.Connection, first: int, count_: int) -> Sequence[Line]:
    """Up to `count_` lines from `first` on, in order."""
    some = sa.select(log_leaf).where(log_leaf.c.idx >= first).order_by(log_leaf.c.idx).limit(count_)
    return [_line(row) for row in connection.execute(some).mappings()]


def _line(row: sa.RowMapping) -> Line:
    return Line(
        index=row["idx"],
        entry=Entry(Kind(row["kind"]), moment(row["at"]), row["seal"]),
        record=row["record"],
        salt=row["salt"],
    )


def erase(connection: sa.Connection, index: int) -> None:
    """Forget the record and salt of the line at `index`. Raises NotFound."""
    statement = sa.update(log_leaf).where(log_leaf.c.idx == index).values(record=None, salt=None)
    if connection.execute(statement).rowcount != 1:
        raise absent("line")


def root(connection: sa.Connection, size_: int) -> bytes:
    """The tree hash over the first `size_` lines. Raises NotFound if there are fewer."""
    require_size(size(connection), size_)
    return merkle.root(size_, node_of(connection))


def inclusion(connection: sa.Connection, index: int, size_: int) -> Sequence[bytes]:
    """The audit path of line `index`. Raises NotFound or BadInput if there is no such line or size."""
    require_size(size(connection), size_)
    return merkle.inclusion(index, size_, node_of(connection))


def inclusions(connection: sa.Connection, indexes: Sequence[int], size_: int) -> Sequence[Sequence[bytes]]:
    """The audit paths of many lines; nodes that they share are read once. Raises as `inclusion`."""
    require_size(size(connection), size_)
    node = functools.cache(node_of(connection))
    return [merkle.inclusion(index, size_, node) for index in indexes]


def consistency(connection: sa.Connection, old: int, new: int) -> Sequence[bytes]:
    """The proof that the log only grew from `old` to `new`. Raises NotFound or BadInput as above."""
    require_size(size(connection), new)
    return merkle.consistency(old, new, node_of(connection))


def node_of(connection: sa.Connection) -> Callable[[int, int], bytes]:
    """Looks up the stored nodes of the tree."""

    def node(level: int, place: int) -> bytes:
        return bytes(connection.execute(_NODE, {"level": level, "place": place}).scalar_one())

    return node
