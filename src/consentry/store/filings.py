"""What is filed, in the database and in memory: given back whole, found by what it is about."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from consentry.core.filing import Filing, FilingKind
from consentry.store import tables
from consentry.store.rows import micros, moment
from consentry.store.sheet import Tables
from consentry.store.words import absent

table = sa.Table(
    "filing",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False, comment="of the log"),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Index(None, "kind", "about"),
)


class FilingReads:
    """What a snapshot of the database says of it."""

    _connection: sa.Connection

    def filing(self, filing_id: str) -> Filing:
        """The filing with this id. Raises NotFound."""
        found = self._filings(table.c.id == filing_id)
        if not found:
            raise absent("filing")
        return found[0]

    def filings(self, kind: FilingKind, about: str = "") -> Sequence[Filing]:
        """Those of a kind, or those of them about one thing, in the order of their lines."""
        mine = table.c.kind == kind.value
        return self._filings(sa.and_(mine, table.c.about == about) if about else mine)

    def _filings(self, where: sa.ColumnElement[bool]) -> Sequence[Filing]:
        rows = self._connection.execute(sa.select(table).where(where).order_by(table.c.line))
        return [
            Filing(**{**row, "at": moment(row["at"]), "kind": FilingKind(row["kind"])})
            for row in rows.mappings()
        ]


class FilingWrites(FilingReads):
    """What a transaction of the database does to it."""

    def save_filing(self, filing: Filing) -> None:
        """Store a filing, or replace the one with its id."""
        row: dict[str, object] = {
            "id": filing.id,
            "kind": filing.kind.value,
            "about": filing.about,
            "at": micros(filing.at),
            "line": filing.line,
            "record": dict(filing.record),
        }
        tables.put(self._connection, table, row, by="id")


class FilingReader:
    """What a snapshot in memory says of it."""

    _tables: Tables

    def filing(self, filing_id: str) -> Filing:
        """The filing with this id. Raises NotFound."""
        found = self._tables.filings.get(filing_id)
        if found is None:
            raise absent("filing")
        return found

    def filings(self, kind: FilingKind, about: str = "") -> Sequence[Filing]:
        """Those of a kind, or those of them about one thing, in the order of their lines."""
        mine = [one for one in self._tables.filings.values() if one.kind is kind and about in {"", one.about}]
        return sorted(mine, key=lambda one: one.line)


class FilingWriter(FilingReader):
    """What a transaction in memory does to it."""

    def save_filing(self, filing: Filing) -> None:
        """Store a filing, or replace the one with its id."""
        self._tables.filings[filing.id] = filing
