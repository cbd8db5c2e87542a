"""What a reporter and the staff write to each other about a case, without either knowing who the other is.

The words themselves are kept encrypted, apart from the case, and can be erased; here is only that
somebody wrote, on which side, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consentry.core.errors import BadInput

MAX_MESSAGE = 5_000
"""Longest message, in characters: as long as a statement in a report."""

PURPOSE = "message"
"""The purpose under which the words of a message are kept encrypted."""

MAX_MESSAGES = 200
"""Most messages in one case, so that nobody can fill a disk with a passphrase."""


class Side(StrEnum):
    """Who wrote. Nobody's name is ever part of it."""

    REPORTER = "reporter"
    """Whoever holds the passphrase of the case."""
    STAFF = "staff"
    """Somebody who works on the case."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, without its words."""

    case: str
    """The case it is about."""
    side: Side
    """Who wrote it."""
    at: datetime
    """When (UTC)."""
    words: str
    """The blob that holds the words, encrypted; empty once they were erased."""


def check_message(text: str, present: int) -> str:
    """`text` without space around it, for a case that has `present` messages. Raises BadInput."""
    words = text.strip()
    if not words:
        raise BadInput("Please write something.", code="message_empty", param="text")
    if len(words) > MAX_MESSAGE:
        raise BadInput(f"Please use at most {MAX_MESSAGE} characters.", code="message_long", param="text")
    if present >= MAX_MESSAGES:
        raise BadInput(
            "This case has as many messages as it can hold.",
            code="messages_full",
            param="text",
            next_step="Wait for an answer; what you wrote before is kept.",
        )
    return words
