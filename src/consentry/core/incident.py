"""An incident: something got through that should not have, and what was done so that it never does again.

Each becomes a regression case: words and a kind of picture that must not pass, tried again with every
change. Three times are kept, because "fixed" without them is a word: first seen, mitigated, test added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consentry.core.errors import BadInput


class Source(StrEnum):
    """How we learned of it."""

    REPORT = "report"
    """A person depicted told us."""
    APPEAL = "appeal"
    """An appeal was upheld."""
    CANARY = "canary"
    """One of our own probes came through."""
    RED_TEAM = "red-team"
    """Somebody tried, with our leave."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. Raises BadInput if its times are not in order."""

    id: str
    """Its identifier."""
    source: Source
    """How we learned of it."""
    route: str
    """Where it came through; empty if nobody knows."""
    decision: str
    """The decision that was wrong; empty if there was none."""
    seen: datetime
    """When it was first seen (UTC)."""
    mitigated: datetime | None = None
    """When it was stopped (UTC)."""
    tested: datetime | None = None
    """When its regression case was added (UTC)."""
    words: str = ""
    """The blob with the words of its case, encrypted; empty if there is none, or it was erased."""
    picture: str = ""
    """What comes with the words: `person`, `object` or `none`."""

    def __post_init__(self) -> None:
        if self.mitigated is not None and self.mitigated < self.seen:
            raise BadInput("It cannot have been stopped before it was seen.", param="seen")

    @property
    def time_to_fix(self) -> timedelta | None:
        """From first seen to stopped; None while it is not."""
        return None if self.mitigated is None else self.mitigated - self.seen

    @property
    def settled(self) -> bool:
        """Whether it is stopped and has its regression case."""
        return self.mitigated is not None and self.tested is not None
