"""Somebody objects to what was decided: whoever posted, or whoever reported; another person looks anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.review import Choice, Resolution, ResolutionState

WINDOW: Final = timedelta(days=183)
"""How long one may object: six months (DSA Art. 20(1))."""

ANSWER: Final = timedelta(days=7)
"""Within which time an appeal of a poster is answered."""

ANSWER_SOON: Final = timedelta(hours=24)
"""Within which time that of a reporter is: the picture may be shown meanwhile."""

MAX_WORDS: Final = 5_000
"""Longest objection, in characters."""


class Party(StrEnum):
    """Who objects."""

    POSTER = "poster"
    """Whoever posted what was hidden."""
    REPORTER = "reporter"
    """Whoever reported what was not."""


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    """Nobody has decided yet."""
    UPHELD = "upheld"
    """They were right: what was decided is put right."""
    REJECTED = "rejected"
    """What was decided stands."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """One objection. Its words are kept encrypted, apart from it."""

    id: str
    """Its own identifier."""
    resolution: str
    """The decision it is against."""
    case: str
    """The case."""
    party: Party
    """Who objects."""
    copy: str
    """The copy that a poster asks back; empty of a reporter."""
    at: datetime
    """When it arrived (UTC)."""
    words: str
    """The blob with what they wrote, encrypted; empty once erased."""
    state: AppealState = AppealState.OPEN
    """What became of it."""
    by: str = ""
    """The member who decided it."""
    decided: datetime | None = None
    """When (UTC)."""

    @property
    def due(self) -> datetime:
        """When it has to be answered (UTC)."""
        return self.at + (ANSWER if self.party is Party.POSTER else ANSWER_SOON)

    def met_by(self, now: Resolution) -> bool:
        """Whether another person's choice gives them what they asked for."""
        shut = now.choice in {Choice.UPHOLD, Choice.ESCALATE}
        if self.party is Party.REPORTER:
            return shut
        return not shut or (now.choice is Choice.UPHOLD and self.copy not in now.ticked)

    def answered(self, now: Resolution) -> Appeal:
        """The appeal once another person has chosen."""
        state = AppealState.UPHELD if self.met_by(now) else AppealState.REJECTED
        return replace(self, state=state, by=now.by, decided=now.at)


def check(against: Resolution, party: Party, words: str, present: int, now: datetime) -> str:
    """The words of an objection that may be made. Raises BadInput, Conflict or NotFound."""
    text = words.strip()
    meant = Choice.UPHOLD if party is Party.POSTER else Choice.REFUSE
    if against.choice is not meant or against.state is not ResolutionState.DONE:
        raise NotFound("There is no decision here that you could object to.")
    if not text:
        raise BadInput("Please say in a sentence why this is wrong.", code="appeal_empty", param="text")
    if len(text) > MAX_WORDS:
        raise BadInput(f"Please use at most {MAX_WORDS} characters.", code="appeal_long", param="text")
    if not now < against.at + WINDOW:
        raise Conflict("The six months are over.", code="appeal_late", next_step="You can still go to court.")
    if present:
        raise Conflict(
            "You objected already.",
            code="appealed",
            next_step="Wait for the answer; you need not do anything.",
        )
    return text
