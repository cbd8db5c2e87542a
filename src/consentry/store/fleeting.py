"""What is kept for a while, in the database and in memory: given back whole, and dropped for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from consentry.core.fleeting import Fleeting
from consentry.store import tables
from consentry.store.rows import micros, moment
from consentry.store.sheet import Tables
from consentry.store.words import absent


class FleetingReads:
    """What a snapshot of the database says of it."""

    _connection: sa.Connection

    def fleeting(self, name: str) -> Fleeting:
        """What is kept under `name`, also if it has ended. Raises NotFound."""
        found = self._fleeting(tables.fleeting.c.name == name)
        if not found:
            raise absent("token or conversation")
        return found[0]

    def fleeting_of(self, account: str) -> Sequence[Fleeting]:
        """Everything that is kept for an account, what ends first first."""
        return self._fleeting(tables.fleeting.c.account == account)

    def fleeting_ended(self, now: datetime, limit: int) -> Sequence[Fleeting]:
        """Up to `limit` of what ends at or before `now`, what ends first first."""
        return self._fleeting(tables.fleeting.c.ends <= micros(now), limit)

    def _fleeting(self, where: sa.ColumnElement[bool], limit: int | None = None) -> Sequence[Fleeting]:
        order = tables.fleeting.c.ends, tables.fleeting.c.name
        rows = self._connection.execute(sa.select(tables.fleeting).where(where).order_by(*order).limit(limit))
        return [Fleeting(**{**row, "ends": moment(row["ends"])}) for row in rows.mappings()]


class FleetingWrites(FleetingReads):
    """What a transaction of the database does to it."""

    def put_fleeting(self, one: Fleeting) -> None:
        """Keep something, or replace what has its name."""
        row: dict[str, object] = {
            "name": one.name,
            "account": one.account,
            "ends": micros(one.ends),
            "digest": one.digest,
            "blob": one.blob,
        }
        tables.put(self._connection, tables.fleeting, row, by="name")

    def drop_fleeting(self, name: str) -> None:
        """Forget what is kept under `name`. Does nothing if it is not there."""
        self._connection.execute(sa.delete(tables.fleeting).where(tables.fleeting.c.name == name))


class FleetingReader:
    """What a snapshot in memory says of it."""

    _tables: Tables

    def fleeting(self, name: str) -> Fleeting:
        """What is kept under `name`, also if it has ended. Raises NotFound."""
        found = self._tables.fleeting.get(name)
        if found is None:
            raise absent("token or conversation")
        return found

    def fleeting_of(self, account: str) -> Sequence[Fleeting]:
        """Everything that is kept for an account, what ends first first."""
        return [one for one in self._in_order() if one.account == account]

    def fleeting_ended(self, now: datetime, limit: int) -> Sequence[Fleeting]:
        """Up to `limit` of what ends at or before `now`, what ends first first."""
        return [one for one in self._in_order() if one.ends <= now][:limit]

    def _in_order(self) -> Sequence[Fleeting]:
        kept = (one for one in self._tables.fleeting.values() if one is not None)
        return sorted(kept, key=lambda one: (one.ends, one.name))


class FleetingWriter(FleetingReader):
    """What a transaction in memory does to it."""

    def put_fleeting(self, one: Fleeting) -> None:
        """Keep something, or replace what has its name."""
        self._tables.fleeting[one.name] = one

    def drop_fleeting(self, name: str) -> None:
        """Forget what is kept under `name`. Does nothing if it is not there."""
        self._tables.fleeting[name] = None
