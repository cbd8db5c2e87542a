"""How often something may be done in an hour: half at once, the rest spread, never more in any hour.

The generic cell rate algorithm (ITU-T I.371, annex A), which needs one moment for each who is counted: the
one at which they would have used up what they may. Nothing says when they came, or how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
"""What is counted over."""

NO_TIME = timedelta(0)
"""No wait at all."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one try."""

    spent: datetime
    """The moment to keep for the next try; before it, something of the hour is used up."""
    wait: timedelta
    """How long to wait before trying again; none if it was let in."""


@dataclass(frozen=True, slots=True)
class Pace:
    """So often in an hour. Raises ValueError for less than once."""

    hourly: int
    """How often."""

    def __post_init__(self) -> None:
        if self.hourly < 1:
            raise ValueError("a pace is once an hour at the least")

    @property
    def at_once(self) -> int:
        """How often without any wait, after an hour without a try."""
        return (self.hourly + 1) // 2

    @property
    def between(self) -> timedelta:
        """How far apart the others are."""
        return HOUR / max(self.hourly - self.at_once, 1)

    def step(self, spent: datetime | None, now: datetime) -> Step:
        """One try at `now` by somebody of whom `spent` is kept; None for nobody known."""
        begun = now if spent is None else max(spent, now)
        wait = begun - now - (self.at_once - 1) * self.between
        if wait > NO_TIME:
            return Step(begun, wait)
        return Step(begun + self.between, NO_TIME)
