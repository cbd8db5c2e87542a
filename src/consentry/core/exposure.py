"""How much of this work somebody has looked at: every look is counted, and there is a limit.

No filter is claimed to protect anybody. What helps is to look less, so a day and an hour have an
end, and whoever reaches it hands the rest to a colleague.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consentry.core.errors import Forbidden, NotFound

SHOWN: Final = timedelta(seconds=10)
"""How long an original can be fetched, and is shown at most."""

DAY: Final = timedelta(hours=24)
"""Over which looks are counted against the limit."""

STRETCH: Final = timedelta(hours=1)
"""Over which looks are counted towards a break."""

BREAK_AFTER: Final = 15
"""After how many looks within a stretch a break is due."""


@dataclass(frozen=True, slots=True)
class Reveal:
    """That somebody asked to see an original, once and for a moment; written down before it is seen."""

    id: str
    """Its own identifier."""
    digest: str
    """SHA-256 of what opens it; that itself is not kept."""
    case: str
    """The case."""
    copy: str
    """The copy of which the picture is shown."""
    member: str
    """Who looks."""
    at: datetime
    """When they asked (UTC)."""
    used: datetime | None = None
    """When it was fetched (UTC); it can be once."""
    covered: datetime | None = None
    """When it was covered again (UTC)."""

    def must_open(self, member: str, now: datetime) -> None:
        """Raise NotFound, always alike, unless `member` may fetch it `now`."""
        if self.member != member or self.used is not None or not now < self.at + SHOWN:
            raise NotFound("There is nothing to see here.", code="covered", next_step="Press and hold again.")

    @property
    def lasted(self) -> timedelta:
        """How long it was seen; as long as it can be if nobody said when it was covered."""
        if self.used is None:
            return timedelta(0)
        return SHOWN if self.covered is None else min(max(self.covered - self.used, timedelta(0)), SHOWN)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What somebody has looked at."""

    in_a_day: int
    """Looks within a day."""
    seconds: int
    """How long they lasted together."""
    lately: int
    """Looks within the last hour."""
    limit: int
    """Most looks within a day."""

    @property
    def spent(self) -> bool:
        """Whether the day's limit is reached."""
        return self.in_a_day >= self.limit

    @property
    def tired(self) -> bool:
        """Whether a break is due."""
        return self.lately >= BREAK_AFTER


def exposure(looks: Iterable[Reveal], now: datetime, limit: int) -> Exposure:
    """What `looks` of one person add up to `now`."""
    day = [one for one in looks if now - one.at < DAY]
    lasted = sum((one.lasted for one in day), timedelta(0))
    lately = sum(now - one.at < STRETCH for one in day)
    return Exposure(len(day), round(lasted.total_seconds()), lately, limit)


def must_have_room(seen: Exposure) -> None:
    """Raise Forbidden once the day's limit is reached."""
    if seen.spent:
        raise Forbidden(
            f"You have looked {seen.in_a_day} times today, and that is enough.",
            code="enough_for_today",
            next_step="Decide without looking, or hand the case to a colleague.",
        )
