"""What an operator does with jobs: look what waits or is dead, send off again, forget what is long done.

1. A job that fails is tried again, ever later, for days.
2. Then it is dead: it is counted at /metrics by its kind, and listed until somebody has it tried again.
3. What is done is forgotten after `jobs_days`, so that the table does not grow for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from consentry.core.errors import NotFound
from consentry.core.ports import Store
from consentry.core.queue import JobState, Listed

PORTION: Final = 1000
"""Jobs that are listed, revived or forgotten at a time, so that nobody waits long for the turn to write."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The jobs of one store."""

    store: Store
    """Where they are."""
    keep: timedelta
    """How long those that are done are kept; no time: for ever."""

    def jobs(self, state: JobState, kind: str = "", limit: int = PORTION) -> Sequence[Listed]:
        """Jobs in a state, the oldest first."""
        with self.store.read() as snapshot:
            return snapshot.jobs(state, kind, limit=limit)

    def retry(self, number: int) -> None:
        """Have a dead job tried again from now on. Raises NotFound if it is not dead."""
        with self.store.begin() as tx:
            if not tx.revive(number, tx.now()):
                raise NotFound(
                    f"No dead job has the number {number}.", next_step="`consentry jobs dead` lists them."
                )

    def retry_all(self, kind: str = "") -> int:
        """Have every dead job, or those of one kind, tried again; returns how many."""
        return sum(self._portion(numbers) for numbers in self._dead(kind))

    def _dead(self, kind: str) -> Iterator[list[int]]:
        """The numbers of dead jobs, in portions; what dies meanwhile comes with the next command."""
        last = 0
        while True:
            with self.store.read() as snapshot:
                found = [one.number for one in snapshot.jobs(JobState.DEAD, kind, after=last, limit=PORTION)]
            if not found:
                return
            yield found
            last = found[-1]

    def _portion(self, numbers: Sequence[int]) -> int:
        with self.store.begin() as tx:
            return sum(tx.revive(number, tx.now()) for number in numbers)

    def tidy(self) -> int:
        """Forget what has been done for long enough; returns how many jobs that were."""
        if not self.keep:
            return 0
        forgotten = 0
        while True:
            with self.store.begin() as tx:
                count = tx.forget_done(tx.now() - self.keep, PORTION)
            forgotten += count
            if count < PORTION:
                return forgotten
