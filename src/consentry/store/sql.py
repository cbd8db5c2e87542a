"""The store on SQLite or PostgreSQL: one way for both to keep cases, jobs, keys and the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from consentry.core.entry import Line
from consentry.core.ports import Clock, Ids, Job
from consentry.store import banks, jobs, log
from consentry.store.engine import WAIT_SECONDS, connect, direct, reader, translated
from consentry.store.envelope import WrappedKey
from consentry.store.rows import MAX_ATTEMPTS
from consentry.store.snapshot import SqlSnapshot
from consentry.store.tables import blob_key
from consentry.store.transaction import SqlTransaction
from consentry.store.turns import Turns
from consentry.store.upgrade import upgrade_engine
from consentry.store.words import absent, require_claim


def open_store(url: str, clock: Clock, ids: Ids, max_attempts: int = MAX_ATTEMPTS) -> SqlStore:
    """The store at `url`, with its tables brought up to date.

    Raises SetupTrouble for an unusable address or a database newer than this version, and
    SafetyUnavailable if it does not answer.
    """
    engine = connect(url)
    try:
        upgrade_engine(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, clock, ids, max_attempts)


class SqlStore:
    """Everything that is kept, in one database. Safe to share between threads, not across a fork."""

    def __init__(self, engine: sa.Engine, clock: Clock, ids: Ids, max_attempts: int = MAX_ATTEMPTS) -> None:
        """Keep things through `engine`, whose tables must be up to date; see `open_store`."""
        self._engine = engine
        self._reader = reader(engine)
        self._sqlite = engine.dialect.name == "sqlite"
        self._clock = clock
        self._ids = ids
        self._max_attempts = max_attempts
        self._turns = Turns(queue=self._sqlite, wait_seconds=WAIT_SECONDS)

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """A transaction: committed at the end of the block, rolled back if it raises."""
        with self._write() as connection:
            log.lock(connection)
            yield SqlTransaction(connection, self._now, self._ids)

    @contextmanager
    def read(self) -> Iterator[SqlSnapshot]:
        """For reading only: one consistent view that waits for no writer."""
        with self._turns.read(), self._look() as connection:
            yield SqlSnapshot(connection, self._now)

    def changes(self) -> int:
        """The number of the last change, as of now: asked before each lookup, so SQLAlchemy is left aside."""
        with translated():
            connection = self._reader.raw_connection()
            try:
                return banks.changes(connection)
            finally:
                connection.close()

    def claim(self, count: int, lease_seconds: float, *, patient: bool = True) -> Sequence[Job]:
        """Up to `count` due jobs, leased under new fencing tokens; `patient` ones last, if at all."""
        require_claim(count, lease_seconds)
        with self._look() as connection:
            if not jobs.any_due(connection, self._now(connection), patient=patient):
                return ()
        with self._write() as connection:
            now = self._now(connection)
            return jobs.claim(connection, now, count, lease_seconds, self._max_attempts, patient=patient)

    def retry(self, job: Job, delay_seconds: float, why: str) -> None:
        """Give a claimed job back, to run again later. Does nothing if the lease was lost."""
        with self._write() as connection:
            run_at = self._now(connection) + timedelta(seconds=delay_seconds)
            jobs.retry(connection, job, run_at, why, self._max_attempts)

    def queue(self) -> Mapping[str, int]:
        """How many jobs are `ready`, `leased`, `done`, `dead`, and `late` or `behind` by a minute."""
        with self._look() as connection:
            return jobs.queue(connection, self._now(connection))

    def size(self) -> int:
        """How many lines the log has."""
        with self._look() as connection:
            return log.size(connection)

    def line(self, index: int) -> Line:
        """The line at `index`. Raises NotFound."""
        with self._look() as connection:
            return log.line(connection, index)

    def lines(self, first: int, count: int) -> Sequence[Line]:
        """Up to `count` lines from `first` on, in order."""
        with self._look() as connection:
            return log.lines(connection, first, count)

    def erase(self, index: int) -> None:
        """Forget the record and salt of a line. Raises NotFound."""
        with self._write() as connection:
            log.erase(connection, index)
        self._overwrite()

    def root(self, size: int) -> bytes:
        """The tree hash over the first `size` lines. Raises NotFound if there are fewer."""
        with self._look() as connection:
            return log.root(connection, size)

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The audit path of line `index` among the first `size`. Raises NotFound or BadInput."""
        with self._look() as connection:
            return log.inclusion(connection, index, size)

    def inclusions(self, indexes: Sequence[int], size: int) -> Sequence[Sequence[bytes]]:
        """The same for many lines at once, each node of the tree read once."""
        with self._look() as connection:
            return log.inclusions(connection, indexes, size)

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The proof that the log only grew from `old` to `new`. Raises NotFound or BadInput."""
        with self._look() as connection:
            return log.consistency(connection, old, new)

    def check(self) -> None:
        """Write a little and commit it. Raises SafetyUnavailable if that is not possible now."""
        with self._write() as connection:
            log.count(connection, "checked")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def new_blob(self) -> str:
        """A fresh identifier for a blob."""
        return self._ids.new("blb")

    def keep_key(self, blob_id: str, key: WrappedKey) -> None:
        """Keep the wrapped key of a new blob."""
        row = {"id": blob_id, "purpose": key.purpose, "digest": key.digest, "wrapped": key.wrapped}
        with self._write() as connection:
            connection.execute(sa.insert(blob_key).values(row))

    def wrapped_key(self, blob_id: str) -> WrappedKey:
        """The wrapped key of a blob. Raises NotFound."""
        with self._look() as connection:
            row = connection.execute(sa.select(blob_key).where(blob_key.c.id == blob_id)).mappings().first()
        if row is None:
            raise absent("blob")
        return WrappedKey(row["purpose"], row["digest"], row["wrapped"])

    def drop_key(self, blob_id: str) -> None:
        """Forget the wrapped key of a blob, and overwrite where it stood (SQLite)."""
        with self._write() as connection:
            connection.execute(sa.delete(blob_key).where(blob_key.c.id == blob_id))
        self._overwrite()

    def _now(self, connection: sa.Connection) -> datetime:
        """The database's time, or the clock's where the database is a file on this machine."""
        if self._sqlite:
            return self._clock.now()
        found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return found.astimezone(UTC)

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._turns.write(), translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _look(self) -> Iterator[sa.Connection]:
        with translated(), self._reader.connect() as connection:
            if self._sqlite:
                direct(connection.connection, "BEGIN")
            yield connection

    def _overwrite(self) -> None:
        """Move what was just written from SQLite's journal over the old bytes, as far as readers let us.

        On PostgreSQL old bytes go with the next VACUUM and with the journal's own end of life.
        """
        if not self._sqlite:
            return
        with translated(), self._reader.connect() as connection:
            raw = connection.connection
            raw.execute("PRAGMA busy_timeout=1000")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
