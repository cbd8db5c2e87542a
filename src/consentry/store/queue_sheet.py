"""The queue as an operator sees it, in memory: as strict as the database's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from consentry.core.queue import JobState, Listed
from consentry.store.sheet import Held, Tables


class QueueReader:
    """What a snapshot in memory says of jobs."""

    _tables: Tables

    def jobs(self, state: JobState, kind: str = "", *, after: int = 0, limit: int = 100) -> Sequence[Listed]:
        """Up to `limit` jobs in a state, of one kind or of any, in the order stored, after that number."""
        every = sorted(self._tables.jobs.items())
        found = (
            _listed(held)
            for number, held in every
            if held and held.state is state and number > after and (not kind or held.job.kind == kind)
        )
        return list(islice(found, limit))

    def dead_by_kind(self) -> Mapping[str, int]:
        """How many jobs are dead, by kind."""
        return Counter(
            held.job.kind for held in self._tables.jobs.values() if held and held.state is JobState.DEAD
        )


class QueueWriter(QueueReader):
    """What a transaction in memory does to them."""

    def revive(self, number: int, at: datetime) -> bool:
        """Have a dead job tried again from `at` on; False if it is not dead."""
        held = self._tables.jobs.get(number)
        if held is None or held.state is not JobState.DEAD:
            return False
        fresh = replace(held.job, attempts=0, run_at=at)
        self._tables.jobs[number] = Held(fresh, JobState.READY, trouble=held.trouble)
        return True

    def forget_done(self, before: datetime, limit: int) -> int:
        """Forget up to `limit` jobs that are done and were due before that moment; returns how many."""
        old = [
            (number, held.job.dedup)
            for number, held in self._tables.jobs.items()
            if held and held.state is JobState.DONE and held.job.run_at < before
        ]
        for number, dedup in old[:limit]:
            self._tables.jobs[number] = None
            self._tables.dedup[dedup] = 0
        return len(old[:limit])


def _listed(held: Held) -> Listed:
    job = held.job
    return Listed(job.id, job.kind, job.payload, job.run_at, job.attempts, held.state, held.trouble)
