"""Pictures that seem to show a part of a known one: found by a machine, decided by a person.

A candidate hides nothing by itself. It waits until somebody has looked, or until the known picture
no longer counts, because the report was taken back or the list withdrew it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from consentry.core.errors import IllegalTransition
from consentry.core.match import Match

LEARN = "learn"
"""The job that takes down what a reported picture looks like, so that parts of it are found."""

LOOK = "look"
"""The job that looks closely at an accepted upload."""

SEEK = "seek"
"""The job that looks for parts of a newly known picture among uploads accepted before."""

FORGET = "forget"
"""The job that destroys features for good."""

Work = tuple[str, Mapping[str, str], str, datetime]
"""What a `Job` is made of, to be enqueued as `Job(*work)`; looks and seeks, patiently."""


class CandidateState(StrEnum):
    """What became of a candidate."""

    OPEN = "open"
    """Nobody has looked yet."""
    CONFIRMED = "confirmed"
    """A person looked: it shows the known picture."""
    DISMISSED = "dismissed"
    """A person looked: it does not."""
    WITHDRAWN = "withdrawn"
    """The known picture no longer counts, so nobody need look."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An accepted upload that seems to show a known picture, or a part of it."""

    id: str
    """Its own identifier."""
    picture: str
    """The identifier under which the upload is known."""
    match: Match
    """Which known picture, of which case, and how it was found: method, view, distance, region."""
    at: datetime
    """When it was found (UTC)."""
    state: CandidateState = CandidateState.OPEN
    """What became of it."""

    def ended(self, state: CandidateState) -> Candidate:
        """The candidate once somebody decided, or nobody need. Raises IllegalTransition if it had ended."""
        if self.state is not CandidateState.OPEN:
            raise IllegalTransition(
                f"The candidate is {self.state.value} already.", next_step="Look at what was decided."
            )
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class Kept:
    """That features of a picture are kept, and where."""

    owner: str
    """The known picture that they are of."""
    source: str
    """Where that is known from: `case`, `upload`, or the name of a bank."""
    blob: str
    """The encrypted features; empty once they were forgotten."""


def learning(known: str, evidence: str, now: datetime) -> Work:
    """To be enqueued with a newly known picture whose bytes are preserved as `evidence`."""
    return LEARN, {"known": known, "evidence": evidence}, f"{LEARN}:{known}:{evidence}", now


def looking(known: str, now: datetime) -> Work:
    """To be enqueued with an accepted upload."""
    return LOOK, {"known": known}, f"{LOOK}:{known}", now


def seeking(known: str, after: str, now: datetime) -> Work:
    """To be enqueued when features of a picture are first known, and again for what comes `after`."""
    return SEEK, {"known": known, "after": after}, f"{SEEK}:{known}:{after}", now


def forgetting(kept: Kept, at: datetime) -> Work:
    """To be enqueued when features must be gone by `at`."""
    return FORGET, {"owner": kept.owner, "blob": kept.blob}, f"{FORGET}:{kept.blob}:{at.isoformat()}", at
