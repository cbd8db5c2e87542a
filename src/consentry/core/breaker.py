"""When so much of one kind is asked for, or refused, that it must stop until somebody has looked.

In January 2026 about 6,700 pictures an hour were made before anybody acted. A breaker counts what is
asked and refused for each capability over a window; over a limit, that capability is paused for
everybody, for a time or until a person closes the breaker again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consentry.core.content import Request


class Ability(StrEnum):
    """What a generator can do, as far as it can be paused by itself."""

    GENERATE = "generate"
    """An image from words alone."""
    EDIT = "edit"
    """An image from a picture, which counts as one of a person until shown otherwise."""


def ability(request: Request) -> Ability:
    """What is asked for."""
    return Ability.EDIT if request.pictures else Ability.GENERATE


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was asked for in a window."""

    asked: int = 0
    """Requests."""
    refused: int = 0
    """Those of them that were refused or held."""
    made: int = 0
    """Those for which the generator was called."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is too much."""

    asked: int = 0
    """Most requests in a window; 0 sets no limit."""
    share: float = 1.0
    """Largest share of refusals among them; 1 sets no limit."""
    least: int = 20
    """Fewest requests from which a share says anything."""
    window: timedelta = timedelta(minutes=10)
    """How far back it is counted."""
    pause: timedelta = timedelta(minutes=30)
    """How long a breaker stays open by itself."""

    def exceeded(self, tally: Tally) -> str:
        """`requests` or `refusals`, whichever is too many; empty if neither is."""
        if self.asked and tally.asked > self.asked:
            return "requests"
        if tally.asked >= self.least and tally.refused > self.share * tally.asked:
            return "refusals"
        return ""


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether a capability is paused."""

    ability: Ability
    """Which."""
    why: str = ""
    """What was too many when it last opened; empty if it never did."""
    opened: datetime | None = None
    """When it last opened (UTC)."""
    until: datetime | None = None
    """When it closes or closed again (UTC)."""

    def paused(self, now: datetime) -> bool:
        """Whether it is open `now`."""
        return self.until is not None and now < self.until

    def counted_since(self, now: datetime, limits: Limits) -> datetime:
        """From when on minutes are counted: those of the window that began after it last closed."""
        start = now - limits.window
        return start if self.until is None else max(start, self.until + timedelta.resolution)

    def opening(self, now: datetime, why: str, limits: Limits) -> Breaker:
        """This breaker, opened `now`."""
        return Breaker(self.ability, why, now, now + limits.pause)

    def closing(self, now: datetime) -> Breaker:
        """This breaker, closed `now` by a person."""
        return Breaker(self.ability, self.why, self.opened, now)
