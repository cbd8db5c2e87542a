"""The queue as an operator sees it, in the database: listed, revived, and in time forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consentry.core.queue import JobState, Listed
from consentry.store.rows import micros, moment
from consentry.store.tables import job


class QueueReads:
    """What a snapshot of the database says of jobs."""

    _connection: sa.Connection

    def jobs(self, state: JobState, kind: str = "", *, after: int = 0, limit: int = 100) -> Sequence[Listed]:
        """Up to `limit` jobs in a state, of one kind or of any, in the order stored, after that number."""
        wanted = sa.select(job).where(job.c.state == state.value, job.c.id > after)
        wanted = wanted.where(job.c.kind == kind) if kind else wanted
        found = self._connection.execute(wanted.order_by(job.c.id).limit(limit)).mappings()
        return [_listed(dict(row)) for row in found]

    def dead_by_kind(self) -> Mapping[str, int]:
        """How many jobs are dead, by kind."""
        dead = sa.select(job.c.kind, sa.func.count()).where(job.c.state == JobState.DEAD.value)
        return {kind: int(number) for kind, number in self._connection.execute(dead.group_by(job.c.kind))}


class QueueWrites(QueueReads):
    """What a transaction of the database does to them."""

    def revive(self, number: int, at: datetime) -> bool:
        """Have a dead job tried again from `at` on; False if it is not dead."""
        fresh = {"state": JobState.READY.value, "attempts": 0, "run_at": micros(at)}
        dead = sa.and_(job.c.id == number, job.c.state == JobState.DEAD.value)
        return self._connection.execute(sa.update(job).where(dead).values(fresh)).rowcount == 1

    def forget_done(self, before: datetime, limit: int) -> int:
        """Forget up to `limit` jobs that are done and were due before that moment; returns how many."""
        old = sa.select(job.c.id).where(job.c.state == JobState.DONE.value, job.c.run_at < micros(before))
        ids = self._connection.scalars(old.limit(limit)).all()
        if ids:
            self._connection.execute(sa.delete(job).where(job.c.id.in_(ids)))
        return len(ids)


def _listed(row: dict[str, Any]) -> Listed:
    return Listed(
        number=row["id"],
        kind=row["kind"],
        payload=row["payload"],
        run_at=moment(row["run_at"]),
        attempts=row["attempts"],
        state=JobState(row["state"]),
        trouble=row["trouble"],
    )
