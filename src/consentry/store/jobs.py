"""The queue is a table: jobs are leased, fenced by a token, and done together with what they change.

A worker that dies loses its leases when they end, and the next one goes on. A worker that was
only slow finds its token outdated: what it did is rolled back with its transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from consentry.core.ports import Job
from consentry.core.queue import JobState
from consentry.store.rows import LATE, error_class, job_from, micros, turn
from consentry.store.tables import DUE, add, job
from consentry.store.words import lost

PROMPT, ALL = (False,), (False, True)
"""Whether jobs are patient, in the order in which they are claimed."""

# Statements are built once: building them anew for every claim cost more than the database did.
_DUE = sa.and_(
    sa.text(DUE),
    job.c.patient.in_(sa.bindparam("patient", expanding=True)),
    job.c.run_at <= sa.bindparam("now"),
    sa.or_(job.c.lease_until.is_(None), job.c.lease_until <= sa.bindparam("now")),
)
_ANY = sa.select(job.c.id).where(_DUE).limit(1)
_COUNT_DUE = sa.select(sa.func.count()).select_from(job).where(_DUE)
_CHOOSE = (
    sa.select(job.c.id, job.c.attempts)
    .where(_DUE)
    .order_by(job.c.run_at, job.c.id)
    .limit(sa.bindparam("count", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    sa.update(job)
    .where(job.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=JobState.LEASED.value,
        lease_until=sa.bindparam("until"),
        token=job.c.token + 1,
        attempts=job.c.attempts + 1,
    )
    .returning(*job.c)
)


def enqueue(connection: sa.Connection, wanted: Job) -> bool:
    """Store `wanted`; False if one with its dedup key was ever stored."""
    row: dict[str, object] = {
        "kind": wanted.kind,
        "payload": dict(wanted.payload),
        "dedup": wanted.dedup,
        "run_at": micros(wanted.run_at),
        "state": JobState.READY.value,
        "token": 0,
        "attempts": 0,
        "trouble": "",
        "patient": wanted.patient,
    }
    return add(connection, job, row, by=("dedup",))


def finish(connection: sa.Connection, claimed: Job) -> None:
    """Mark a claimed job done. Raises LostLease if another worker holds it now, or finished it."""
    if not _end(connection, claimed, {"state": JobState.DONE.value, "lease_until": None, "trouble": ""}):
        raise lost()


def any_due(connection: sa.Connection, now: datetime, *, patient: bool = True) -> bool:
    """Whether anything is due: asked before a lock is taken, so that idle workers disturb nobody."""
    wanted = {"now": micros(now), "patient": ALL if patient else PROMPT}
    return connection.execute(_ANY, wanted).first() is not None


def claim(
    connection: sa.Connection,
    now: datetime,
    count: int,
    lease_seconds: float,
    most: int,
    *,
    patient: bool = True,
) -> Sequence[Job]:
    """Up to `count` jobs due at `now`, leased under new tokens; `patient` ones last, and only if wanted.

    Those that were tried `most` times are dead instead: their workers died each time, and nobody
    was left to say so.
    """
    chosen: list[sa.Row[Any, Any]] = []
    for which in ALL if patient else PROMPT:  # one by one, so that either is a single walk along the index
        wanted = {"now": micros(now), "count": count - len(chosen), "patient": (which,)}
        chosen += connection.execute(_CHOOSE, wanted).all() if wanted["count"] else ()
    worn = [row.id for row in chosen if row.attempts >= most]
    if worn:
        dead = {"state": JobState.DEAD.value, "lease_until": None}
        connection.execute(sa.update(job).where(job.c.id.in_(worn)).values(dead))
    fresh = [row.id for row in chosen if row.attempts < most]
    if not fresh:
        return ()
    until = micros(now + timedelta(seconds=lease_seconds))
    rows = connection.execute(_LEASE, {"ids": fresh, "until": until}).mappings().all()
    return sorted((job_from(dict(row)) for row in rows), key=turn)


def retry(connection: sa.Connection, claimed: Job, run_at: datetime, why: str, most: int) -> None:
    """Give `claimed` back until `run_at`; it is dead if that was its last try. Nothing if it was lost."""
    state = JobState.DEAD if claimed.attempts >= most else JobState.READY
    changes: dict[str, object] = {
        "state": state.value,
        "lease_until": None,
        "run_at": micros(run_at),
        "trouble": error_class(why),
    }
    _end(connection, claimed, changes)


def queue(connection: sa.Connection, now: datetime) -> Mapping[str, int]:
    """How many jobs are in each state, and how many are late."""
    found = connection.execute(sa.select(job.c.state, sa.func.count()).group_by(job.c.state)).all()
    counts = {state.value: 0 for state in JobState} | {state: int(number) for state, number in found}
    late, behind = (
        int(connection.execute(_COUNT_DUE, {"now": micros(now - LATE), "patient": (patient,)}).scalar_one())
        for patient in ALL
    )
    return counts | {"late": late, "behind": behind}


def _end(connection: sa.Connection, claimed: Job, changes: dict[str, object]) -> bool:
    """Change the job if its lease is still ours; whether it was."""
    ours = sa.and_(job.c.id == claimed.id, job.c.token == claimed.token, job.c.state == JobState.LEASED.value)
    return connection.execute(sa.update(job).where(ours).values(changes)).rowcount == 1
