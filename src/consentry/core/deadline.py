"""When something must be done at the latest: several legal clocks at once, and the shortest wins.

Rules of this file: a clock starts at receipt and is never restarted; hours are hours, by
day and night, on weekends too; an unknown place gets the strictest clock; a clock that
rests on weak sources is shown but never shortens a deadline by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consentry.core.law import Confidence, LegalClock, Trigger


@dataclass(frozen=True, slots=True)
class Deadline:
    """One legal clock, counted from the moment that started it."""

    clock: str
    """The clock's name."""
    cite: str
    """The provision that sets it."""
    jurisdiction: str
    """The place it belongs to."""
    due: datetime
    """The last moment (UTC)."""
    advisory: bool = False
    """True if it rests on weak sources: shown, and never binding by itself."""


def deadlines(
    clocks: Iterable[LegalClock], trigger: Trigger, places: frozenset[str], received: datetime
) -> tuple[Deadline, ...]:
    """Every clock that `trigger` starts at `received` in `places`, soonest first.

    Empty `places` means that nobody knows where: every clock counts. Only provisions in
    force on the day of receipt (UTC) count. Raises ValueError if `received` has no zone.
    """
    if received.tzinfo is None:
        raise ValueError("a time without a zone cannot start a clock")
    start = received.astimezone(UTC)  # in a zone with summer time, adding hours could add one too many
    running = [
        clock
        for clock in clocks
        if clock.trigger is trigger
        and clock.provision.in_force(start.date())
        and (not places or clock.provision.jurisdiction in places)
    ]
    found = [_count(clock, start) for clock in running]
    return tuple(sorted(found, key=lambda deadline: (deadline.due, deadline.clock)))


def binding(found: Iterable[Deadline], fallback: datetime) -> datetime:
    """The soonest deadline that binds; `fallback` if there is none."""
    return min((deadline.due for deadline in found if not deadline.advisory), default=fallback)


def _count(clock: LegalClock, start: datetime) -> Deadline:
    return Deadline(
        clock=clock.id,
        cite=clock.provision.cite,
        jurisdiction=clock.provision.jurisdiction,
        due=start + timedelta(hours=clock.hours),
        advisory=clock.provision.confidence is Confidence.LOW,
    )
