"""The connection to a database: how it is opened, what is promised of it, and what its errors become."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)

from consentry.core.errors import BadInput, Conflict, SafetyUnavailable, SetupTrouble, Trouble

WAIT_SECONDS = 10
"""Longest wait for a lock or a connection: then we say that we cannot, and nothing is released."""

STATEMENT_SECONDS = 30
"""Longest run of one statement on PostgreSQL; ours take milliseconds."""

IDLE_SECONDS = 60
"""Longest that PostgreSQL lets a transaction stand still, so that a hung process stops nobody else."""

POOL = 10
"""Connections kept open by a process; twice as many may be open for a moment."""

WAL_TRIES, WAL_PAUSE = 100, 0.05
"""How often write-ahead logging is asked for, and seconds between: SQLite does not wait for that lock."""

PRAGMAS = (
    f"busy_timeout={WAIT_SECONDS * 1000}",
    "synchronous=FULL",  # a commit is on the disk before anything is released
    "foreign_keys=ON",
    "secure_delete=ON",  # what is erased is overwritten
    "trusted_schema=OFF",
    "journal_size_limit=67108864",  # bytes
)
"""Settings of every SQLite connection (https://www.sqlite.org/pragma.html)."""

POSTGRES = (
    f"-c lock_timeout={WAIT_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c timezone=UTC"
)
"""Settings of every PostgreSQL connection."""

DRIVERS = (sqlite3.Error, psycopg.Error)
"""Errors of the databases' own drivers."""

Raw = PoolProxiedConnection
"""A connection of the database's own driver."""

READING = "consentry_reading"
"""The option of a connection that only reads."""


def connect(url: str) -> sa.Engine:
    """An engine for `url`, `sqlite:///file` or `postgresql://…`. Raises SetupTrouble for any other."""
    try:
        address = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise SetupTrouble("The database setting is no SQLAlchemy URL.") from None
    if address.get_backend_name() == "postgresql":
        return _postgres(address)
    if address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}:
        return _sqlite(address)
    raise SetupTrouble(
        "The database setting names neither a SQLite file nor a PostgreSQL server.",
        next_step="Use sqlite:///path/to/file.db or postgresql://user@host/name.",
    )


def reader(engine: sa.Engine) -> sa.Engine:
    """The same engine for reading only: one consistent view, and no lock that a writer waits for."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**{READING: True})


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the database leave this block as ours, without SQL, values or the server's words."""
    try:
        yield
    except (SQLAlchemyError, *DRIVERS) as error:
        trouble = _ours(error)
        _forget(error)
        raise trouble from None


def direct(connection: Raw, statement: str, values: Sequence[object] = ()) -> Sequence[Any]:
    """The rows that the database's own driver gives for a statement in its own words.

    SQLAlchemy takes ten times as long as SQLite over a question of one row, so what is asked at each
    lookup is asked here.
    """
    cursor = connection.cursor()
    try:
        cursor.execute(statement, values)
        return cursor.fetchall()
    finally:
        cursor.close()


def _ours(error: Exception) -> Trouble:
    if isinstance(error, IntegrityError):
        return Conflict("Something with that identifier is there already, or what it belongs to is not.")
    if isinstance(error, DataError):
        return BadInput("A value cannot be kept by the database.")
    return SafetyUnavailable(f"The database did not answer ({_kind(error)}).")


def _forget(error: Exception) -> None:
    """Empty `error`, which hangs on ours as its context: some servers quote values in their words."""
    error.args = (type(error).__name__,)
    error.__cause__ = error.__context__ = None
    if isinstance(error, StatementError):
        error.statement = error.params = error.orig = None


def _kind(error: Exception) -> str:
    """What kind of error it is, in the database's own code: enough to look it up, and no more."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None)
    return str(code or type(error).__name__)


def _postgres(address: sa.URL) -> sa.Engine:
    return sa.create_engine(
        address.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=WAIT_SECONDS,
        connect_args={"connect_timeout": WAIT_SECONDS, "options": POSTGRES},
    )


def _sqlite(address: sa.URL) -> sa.Engine:
    _private(Path(str(address.database)))
    engine = sa.create_engine(
        address.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=POOL,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS},
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _private(path: Path) -> None:
    """Make the file if it is not there, for its owner's eyes only; SQLite's other files follow it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        raise SetupTrouble(f"The database file {path.name} cannot be opened for writing.") from None


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on, also while others open the same new file."""
    for left in range(WAL_TRIES, 0, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if left == 1:
                raise
            time.sleep(WAL_PAUSE)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(READING):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # a reader's begins with its connection
