"""A report refused on one of the two grounds the law knows, and the complaint that may follow.

A refusal gives its ground and its reason in words, which whoever reported reads. They may object
once, in their own words, and somebody else than who refused decides about that, soon. If they are
right the case goes on as if it had not been refused: its clock was never restarted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from consentry.core.case import RefusalGround
from consentry.core.errors import BadInput, Forbidden, IllegalTransition

MAX_WORDS = 5_000
"""Longest reason or complaint, in characters (as any text in a report)."""

FEWEST_WORDS = 20
"""Shortest reason for a refusal, in characters: "no" is none."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal of one case. What was written is kept encrypted; here stands where."""

    id: str
    """Its own identifier."""
    case: str
    """The case that was refused."""
    ground: RefusalGround
    """On which of the two grounds."""
    by: str
    """The member of staff who refused it."""
    at: datetime
    """When (UTC)."""
    words: str
    """The blob that holds the reason; empty once erased."""
    complained: datetime | None = None
    """When whoever reported objected (UTC)."""
    complaint: str = ""
    """The blob that holds what they wrote; empty if they did not, or once erased."""
    due: datetime | None = None
    """By when the complaint should be answered (UTC)."""
    answered: datetime | None = None
    """When it was (UTC)."""
    answered_by: str = ""
    """The member of staff who answered it: never the one who refused."""
    upheld: bool = False
    """Whether the complaint was right, so that the case goes on."""
    answer: str = ""
    """The blob that holds the answer; empty if there is none, or once erased."""

    @property
    def waiting(self) -> bool:
        """Whether a complaint waits for an answer."""
        return self.complained is not None and self.answered is None

    def objected(self, words: str, at: datetime, due: datetime) -> Refusal:
        """The refusal once somebody objected. Raises IllegalTransition if they had already."""
        if self.complained is not None:
            raise IllegalTransition(
                "A complaint was made already.", next_step="Wait for the answer; it appears with the report."
            )
        return replace(self, complained=at, complaint=words, due=due)

    def settled(self, by: str, words: str, at: datetime, *, upheld: bool) -> Refusal:
        """The refusal once its complaint was answered.

        Raises Forbidden if `by` is who refused, and IllegalTransition if nothing waits for an answer.
        """
        if not self.waiting:
            raise IllegalTransition("No complaint waits for an answer.")
        if by == self.by:
            raise Forbidden(
                "Who refused a report does not answer the complaint about it.",
                code="same_person",
                next_step="Give it to somebody else.",
            )
        return replace(self, answered=at, answered_by=by, answer=words, upheld=upheld)


def check_reason(words: str) -> str:
    """A reason, an objection or an answer as it is kept. Raises BadInput if it says nothing, or too much."""
    plain = words.strip()
    if len(plain) < FEWEST_WORDS:
        raise BadInput(
            f"Say why, in {FEWEST_WORDS} characters or more.", code="reason_missing", param="reason"
        )
    if len(plain) > MAX_WORDS:
        raise BadInput(f"Use at most {MAX_WORDS} characters.", code="reason_too_long", param="reason")
    return plain
