"""Every table, once, for SQLite and PostgreSQL alike.

Rules of this file: a moment is a whole number of microseconds since 1970 (UTC); JSON holds only
what is never searched; what must not happen twice has a unique key.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number the database gives out; SQLite counts only in its own kind of integer."""

HEAD = 1
"""The one row of `log_head`."""

DUE = "state IN ('ready', 'leased')"
"""Jobs that may still be due; spelled out, so that the planner sees it is the index's own condition."""

NAMED = "source_ref <> ''"
"""Entries whose source has a name for their record; spelled out, as above."""

SHARED = "item <> 0"
"""Entries about the same picture as another; spelled out, as above."""

log_head = sa.Table(
    "log_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False, comment="lines in the log"),
    sa.Column("changes", sa.BigInteger, nullable=False, comment="the last change to a known picture"),
    sa.Column("checked", sa.BigInteger, nullable=False, comment="how often it was proved writable"),
)
"""One row whose lock every transaction holds: it orders the log, the changes, and all writers."""

log_leaf = sa.Table(
    "log_leaf",
    metadata,
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("record", sa.LargeBinary),
    sa.Column("salt", sa.LargeBinary),
)

log_node = sa.Table(
    "log_node",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

case = sa.Table(
    "case_",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("received", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False, index=True),
    sa.Column("deadlines", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("stopped", sa.BigInteger),
    sa.Column("ground", sa.Text),
    sa.Column("papers", sa.Text, nullable=False),
    sa.Column("caution", sa.Text, nullable=False, server_default="", comment="why a person looks first"),
    sa.Column("line", sa.BigInteger, comment="where the log says that the report arrived"),
)

copy = sa.Table(
    "copy",
    metadata,
    sa.Column("seq", SERIAL, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey(case.c.id), nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("distance", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("hidden", sa.BigInteger),
    sa.Column("gone", sa.BigInteger),
    sa.UniqueConstraint("case_id", "platform", "item"),
)

copy_at = sa.Index("ix_copy_platform_item", copy.c.platform, copy.c.item)

known = sa.Table(
    "known",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("change", sa.BigInteger, nullable=False, unique=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("pdq", sa.LargeBinary, nullable=False, comment="hashes of 32 bytes, one after another"),
    sa.Column("quality", sa.Integer, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("frames", sa.LargeBinary, comment="of a video: hash, quality, number and moment of each"),
)

message = sa.Table(
    "message",
    metadata,
    sa.Column("seq", SERIAL, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey(case.c.id), nullable=False, index=True),
    sa.Column("side", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("words", sa.Text, nullable=False, comment="where they are, encrypted; empty once erased"),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("dedup", sa.Text, nullable=False, unique=True),
    sa.Column("run_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lease_until", sa.BigInteger),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("trouble", sa.Text, nullable=False, comment="the class of the last error, never its words"),
    sa.Column(
        "patient", sa.Boolean, nullable=False, server_default=sa.false(), comment="lets others go first"
    ),
)

job_due = sa.Index(
    "ix_job_due",
    job.c.patient,
    job.c.run_at,
    job.c.id,
    sqlite_where=sa.text(DUE),
    postgresql_where=sa.text(DUE),
)

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("seq", SERIAL, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.Boolean, nullable=False),
)

secret = sa.Table(
    "secret",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
)

consent = sa.Table(
    "consent",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("use", sa.Text, nullable=False),
    sa.Column("adult", sa.Boolean, nullable=False),
    sa.Column("given", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.BigInteger),
    sa.Column("routes", sa.JSON, nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False, comment="the pictures it is for, by hash"),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("recorder", sa.Text, nullable=False),
)

making = sa.Table(
    "making",
    metadata,
    sa.Column("seq", SERIAL, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("decision", sa.Text, nullable=False, index=True),
    sa.Column("request", sa.Text, nullable=False, index=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False, index=True),
    sa.Column("judged", sa.Text, nullable=False, index=True),
    sa.Column("prompt", sa.Text, nullable=False, index=True),
    sa.Column("consent", sa.Text, nullable=False, index=True),
    sa.Column("inputs", sa.JSON, nullable=False, comment="digests of what it was made from"),
)
"""The ledger. Its hashes are in `known`, under the sources `made` and `seed`."""

blob_key = sa.Table(
    "blob_key",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the ciphertext, its name in the store"),
    sa.Column("wrapped", sa.LargeBinary, nullable=False, comment="its key, wrapped; without it, noise"),
)

bank = sa.Table(
    "bank",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("enabled_ratio", sa.Double, nullable=False),
    sa.Column("radius", sa.Integer, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # a bank's number is never given to another, so that followers can tell
)

bank_entry = sa.Table(
    "bank_entry",
    metadata,
    sa.Column("id", SERIAL, primary_key=True),
    sa.Column("change", sa.BigInteger, nullable=False, index=True),
    sa.Column("bank_id", sa.BigInteger, sa.ForeignKey(bank.c.id), nullable=False),
    sa.Column("signal", sa.Text, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False, comment="the hash"),
    sa.Column("item", sa.BigInteger, nullable=False, comment="the first entry about the same picture, or 0"),
    sa.Column("source_ref", sa.Text, nullable=False),
    sa.Column("case_refs", sa.Text, nullable=False, comment="one a line"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False, comment="when the source last changed it"),
    sa.Column("feedback", sa.Text, nullable=False),
    sa.Column("paused_until", sa.BigInteger),
    sa.Column("frames", sa.LargeBinary, comment="of a video: hash, quality, number and moment of each"),
    sa.UniqueConstraint("bank_id", "signal", "value"),
)

entry_record = sa.Index(
    "ix_bank_entry_record",
    bank_entry.c.bank_id,
    bank_entry.c.source_ref,
    sqlite_where=sa.text(NAMED),
    postgresql_where=sa.text(NAMED),
)

entry_item = sa.Index(
    "ix_bank_entry_item", bank_entry.c.item, sqlite_where=sa.text(SHARED), postgresql_where=sa.text(SHARED)
)

bank_sync = sa.Table(
    "bank_sync",
    metadata,
    sa.Column("bank_id", sa.BigInteger, sa.ForeignKey(bank.c.id), primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("complete", sa.BigInteger),
    sa.Column("taken", sa.BigInteger, nullable=False),
    sa.Column("passed_over", sa.BigInteger, nullable=False),
    sa.Column("troubles", sa.BigInteger, nullable=False),
    sa.Column("trouble", sa.Text, nullable=False),
    sa.Column("under_way", sa.Boolean, nullable=False),
)

bank_record = sa.Table(
    "bank_record",
    metadata,
    sa.Column("bank_id", sa.BigInteger, sa.ForeignKey(bank.c.id), primary_key=True),
    sa.Column("ref", sa.Text, primary_key=True),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("hashes", sa.Text, nullable=False, comment="kind:value, one a line; empty once it ended"),
)

features = sa.Table(
    "features",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True, comment="the known picture they are of"),
    sa.Column("change", sa.BigInteger, nullable=False, unique=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("blob", sa.Text, nullable=False, comment="where they are, encrypted; empty once forgotten"),
)

candidate = sa.Table(
    "candidate",
    metadata,
    sa.Column("seq", SERIAL, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("picture", sa.Text, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("view", sa.Text, nullable=False),
    sa.Column("distance", sa.Integer, nullable=False),
    sa.Column("region", sa.JSON, nullable=False, comment="left, top, right, bottom as shares; or nothing"),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.UniqueConstraint("picture", "entry"),
)

route = sa.Table(
    "route",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("probe", sa.Text, nullable=False, comment="the address that a canary tries; empty: ours"),
    sa.Column("stopped", sa.BigInteger),
    sa.Column("tried", sa.Text, nullable=False),
    sa.Column("checked", sa.BigInteger),
    sa.Column("decision", sa.Text, nullable=False),
)

tally = sa.Table(
    "tally",
    metadata,
    sa.Column("ability", sa.Text, primary_key=True),
    sa.Column("minute", sa.BigInteger, primary_key=True, autoincrement=False, comment="its beginning"),
    sa.Column("asked", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
)

breaker = sa.Table(
    "breaker",
    metadata,
    sa.Column("ability", sa.Text, primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("opened", sa.BigInteger),
    sa.Column("until", sa.BigInteger),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("mitigated", sa.BigInteger),
    sa.Column("tested", sa.BigInteger),
    sa.Column("words", sa.Text, nullable=False, comment="a blob, encrypted; empty once erased"),
    sa.Column("picture", sa.Text, nullable=False),
)

fleeting = sa.Table(
    "fleeting",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("ends", sa.BigInteger, nullable=False, index=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("blob", sa.Text, nullable=False, comment="where its bytes are, encrypted, if it has any"),
)

Insert = postgresql.Insert | sqlite.Insert
"""An INSERT that knows what to do when the row is there already."""


def insert(connection: sa.Connection, table: sa.Table) -> Insert:
    """An INSERT into `table` in the dialect of `connection`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def put(connection: sa.Connection, table: sa.Table, row: dict[str, object], by: str) -> None:
    """Store `row`, or replace the one with the same value in the column `by`."""
    connection.execute(
        insert(connection, table)
        .values(**row)
        .on_conflict_do_update(index_elements=[by], set_={name: row[name] for name in row if name != by})
    )


def add(connection: sa.Connection, table: sa.Table, row: dict[str, object], by: tuple[str, ...]) -> bool:
    """Store `row` unless one is there with the same values in the columns `by`; whether it was stored."""
    statement = insert(connection, table).values(**row).on_conflict_do_nothing(index_elements=by)
    return connection.execute(statement.returning(table.c[by[0]])).first() is not None
