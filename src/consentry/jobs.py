"""The hands of the clock: due jobs are carried out here, at least once, until they are done.

A worker claims jobs under a lease, carries each out, and gives back those that failed, to be
tried again later and later. A worker that dies loses its leases, and the next one goes on.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consentry.core.errors import LostLease, Trouble
from consentry.core.ports import Job, Store
from consentry.core.webports import Later

BATCH = 20
"""Jobs claimed at a time."""

FEW = 4
"""Jobs claimed at a time where patient ones are taken: each may wait for a platform."""

LEASE_SECONDS = 60.0
"""How long a worker may take for what it claimed before another may take it over."""

IDLE_SECONDS = 0.2
"""How long a worker rests when there is nothing to do."""

FIRST_DELAY = 0.5
"""Seconds before a failed job is tried again; doubled each time."""

LONGEST_DELAY = 600.0
"""Most seconds between two tries."""

JITTER = 0.25
"""By how much of itself a delay may be shorter."""

log = logging.getLogger("consentry.jobs")


@dataclass(frozen=True, slots=True)
class Worker:
    """Carries out due jobs until it is told to stop."""

    store: Store
    """Where the jobs are."""
    run: Callable[[Job], None]
    """Carries out one job and finishes it."""
    lease_seconds: float = LEASE_SECONDS
    """How long a claim lasts."""
    patient: bool = True
    """Whether it takes patient jobs as well, once nothing else is due."""

    def once(self) -> int:
        """Claim what is due and carry it out; returns how many jobs that were."""
        jobs = self.store.claim(FEW if self.patient else BATCH, self.lease_seconds, patient=self.patient)
        for job in jobs:
            self._one(job)
        return len(jobs)

    def until(self, stop: threading.Event) -> None:
        """Work until `stop` is set. Trouble with the store is waited out, never fatal."""
        while not stop.is_set():
            try:
                done = self.once()
            except Trouble as trouble:
                log.warning("jobs wait: %s", trouble.code)
                done = 0
            if not done:
                stop.wait(IDLE_SECONDS)

    def _one(self, job: Job) -> None:
        try:
            self.run(job)
        except LostLease:
            log.info("job %d was taken over", job.id)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the job is tried again
            why = error.code if isinstance(error, Trouble) else type(error).__name__
            log.info("job %d (%s) failed: %s, try %d", job.id, job.kind, why, job.attempts)
            asked = error.seconds if isinstance(error, Later) else 0.0
            self.store.retry(job, max(asked, delay(job.attempts) * _spread()), why)


@contextlib.contextmanager
def working(store: Store, run: Callable[[Job], None], workers: int) -> Iterator[None]:
    """Carry out due jobs in threads while the block runs.

    There are so many `workers` for what cannot wait, and one more for the rest, so that no flood of
    uploads to be looked at closely holds up a takedown.
    """
    stop = threading.Event()
    prompt = Worker(store, run, patient=False)
    hands = [prompt] * workers + [Worker(store, run)] * bool(workers)
    threads = [
        threading.Thread(target=hand.until, args=(stop,), name=f"worker-{number}")
        for number, hand in enumerate(hands)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def every(seconds: float, do: Callable[[], object], stop: threading.Event) -> None:
    """Do something now and then, until `stop` is set. Trouble with the store is waited out."""
    while not stop.is_set():
        try:
            do()
        except Trouble as trouble:
            log.warning("what is done now and then waits: %s", trouble.code)
        stop.wait(seconds)


def _spread() -> float:
    """A little less than 1, so that what failed at one moment is not tried again at one moment."""
    return random.uniform(1.0 - JITTER, 1.0)  # noqa: S311 - nobody gains by guessing it


def delay(attempts: int) -> float:
    """Seconds before the next try, after so many tries: doubling, up to ten minutes."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts - 1, 30))
