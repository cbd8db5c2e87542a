"""When somebody is told that a case still runs: at fixed moments before its deadline, louder each time.

At half of the time, six hours and one hour before the deadline, and at the deadline itself. An hour
before it what is still public is hidden whatever held that back, because from then on a person who
looks tomorrow looks too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consentry.core.case import Case

WATCH = "watch"
"""The kind of job that looks at a case at one of these moments."""

SIX_HOURS = timedelta(hours=6)
"""From when on a case is pressing: what is left of a shift."""

ONE_HOUR = timedelta(hours=1)
"""From when on nothing may hold back the order to hide."""

Work = tuple[str, dict[str, str], str, datetime]
"""What a `Job` is made of, to be enqueued as `Job(*work)`."""


class Mark(StrEnum):
    """A moment at which a case that still runs is looked at."""

    HALF = "half_time"
    """Half of the time is gone."""
    SIX_HOURS = "six_hours"
    """Six hours are left."""
    LAST_HOUR = "last_hour"
    """One hour is left: what is public is hidden now, whatever held it back."""
    OVERDUE = "overdue"
    """The deadline is over."""

    @property
    def hides(self) -> bool:
        """Whether what is still public is hidden at this moment, whatever held it back."""
        return self in {Mark.LAST_HOUR, Mark.OVERDUE}


@dataclass(frozen=True, slots=True)
class Pressing:
    """How cases stand against their clocks. Somebody must look if any but `running` is above zero."""

    running: int = 0
    """Cases whose clock runs."""
    soon: int = 0
    """Those due within six hours, and not overdue."""
    overdue: int = 0
    """Those whose deadline is over."""
    unverified: int = 0
    """Those of which every copy is hidden, by the platforms' word, and not yet proved to be gone."""
    complaints: int = 0
    """Complaints about refusals that nobody has answered."""
    complaints_overdue: int = 0
    """Those of them that should have been answered by now."""


def marks(received: datetime, due: datetime) -> tuple[tuple[Mark, datetime], ...]:
    """Every moment at which a case is looked at, soonest first.

    Of a clock too short for it a mark is left out; the last hour and the deadline never are.
    """
    last = max(received, due - ONE_HOUR)
    early = ((Mark.HALF, received + (due - received) / 2), (Mark.SIX_HOURS, due - SIX_HOURS))
    fitting = sorted((at, mark) for mark, at in early if received < at < last)
    return (*((mark, at) for at, mark in fitting), (Mark.LAST_HOUR, last), (Mark.OVERDUE, due))


def watching(case: Case) -> tuple[Work, ...]:
    """To be enqueued with a case that begins to run, or runs again."""
    return tuple(
        (WATCH, {"case": case.id, "mark": mark.value}, f"{WATCH}:{case.id}:{mark.value}:{case.version}", at)
        for mark, at in marks(case.received, case.due)
    )
