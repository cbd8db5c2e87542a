"""The queue as an operator sees it: what waits, what is dead, and how a dead job is sent off again.

A job is dead when it was tried for days in vain. Nobody tries it again by itself, and nobody
forgets it: it is listed with the class of its last trouble until a person has it tried again.
Jobs that are done are forgotten after a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class JobState(StrEnum):
    """How far a job has come."""

    READY = "ready"
    """Waiting for its moment or for a worker."""
    LEASED = "leased"
    """With a worker, until its lease ends."""
    DONE = "done"
    """Finished, together with what it changed."""
    DEAD = "dead"
    """Tried too often; a person must look."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A job and where it stands."""

    number: int
    """Its row."""
    kind: str
    """What is to be done."""
    payload: Mapping[str, str]
    """To what: identifiers, never personal data."""
    run_at: datetime
    """Not before this moment (UTC)."""
    attempts: int
    """How often it was tried."""
    state: JobState
    """How far it has come."""
    trouble: str
    """The class of what went wrong last, never its words; empty if nothing did."""


class QueueSnapshot(Protocol):
    """What can be asked about jobs."""

    def jobs(self, state: JobState, kind: str = "", *, after: int = 0, limit: int = 100) -> Sequence[Listed]:
        """Up to `limit` jobs in a state, of one kind or of any, in the order stored, after that number."""

    def dead_by_kind(self) -> Mapping[str, int]:
        """How many jobs are dead, by kind."""


class QueueTransaction(QueueSnapshot, Protocol):
    """What can be done to them."""

    def revive(self, number: int, at: datetime) -> bool:
        """Have a dead job tried again from `at` on, as often as a new one; False if it is not dead."""

    def forget_done(self, before: datetime, limit: int) -> int:
        """Forget up to `limit` jobs that are done and were due before that moment; returns how many.

        From then on their dedup keys are free.
        """
