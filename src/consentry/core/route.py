"""Every way in which somebody can have an image made: who answers for it, and when it was last tried.

A way that is not in this register does not exist for the gate. Ways outside our own server, such as
the platform's app or website, belong in it too: they are where the last fix was forgotten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consentry.core.errors import BadInput

NAME = re.compile(r"[a-z][A-Za-z0-9._-]{0,63}", re.ASCII)
"""A route's name, such as `images.edits` or `app-ios`."""

MAX_TEXT: Final = 500
"""Longest entry, owner or address, in characters."""

OVERDUE: Final = 3
"""After how many missed tries a route counts as not looked at."""

OWN: Final = {
    "images.generations": "POST /v1/images/generations",
    "images.edits": "POST /v1/images/edits",
    "responses": "POST /v1/responses",
    "chat.completions": "POST /v1/chat/completions",
    "gemini.generateContent": "POST /v1beta/models/{name}:generateContent",
    "check": "POST /v1/gate/check",
}
"""The gate's own routes by name. A test compares them with what the server offers."""


class Tried(StrEnum):
    """What came of the last try."""

    NEVER = "never"
    """Nobody has tried it yet."""
    GUARDED = "guarded"
    """It refused what must be refused, and named a decision that stands in the log."""
    UNGUARDED = "unguarded"
    """It answered without a decision of the gate, or let through what must be refused."""
    UNREACHED = "unreached"
    """It did not answer: nobody knows."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way in. Raises BadInput if it is malformed."""

    name: str
    """What it is called, everywhere."""
    entry: str
    """Method and path at our own server, or an address or description outside."""
    owner: str
    """Who answers for it."""
    since: datetime
    """When it was registered (UTC)."""
    probe: str = ""
    """The address that a canary tries, for a route outside; empty for our own."""
    stopped: datetime | None = None
    """Since when it is stopped (UTC); None while it is open."""
    tried: Tried = Tried.NEVER
    """What came of the last try."""
    checked: datetime | None = None
    """When that was (UTC)."""
    decision: str = ""
    """The decision that the last try named."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise BadInput("A route's name is made of letters, digits, dot and dash.", param="name")
        if not (0 < len(self.entry) <= MAX_TEXT and 0 < len(self.owner) <= MAX_TEXT):
            raise BadInput("A route has an entry and an owner.", param="owner")
        if self.probe and not self.probe.startswith(("http://", "https://")):
            raise BadInput("What a canary tries is an address with http.", param="probe")

    @property
    def own(self) -> bool:
        """Whether it leads through our own server."""
        return self.name in OWN

    @property
    def open(self) -> bool:
        """Whether it may be used."""
        return self.stopped is None

    def alarm(self, now: datetime, every: timedelta) -> str:
        """Why somebody must look at this route `now`, if canaries fly `every` so often; else empty."""
        if not self.open or self.tried is Tried.NEVER:
            return ""
        if self.tried is not Tried.GUARDED:
            return self.tried.value
        if self.checked is None or now - self.checked > OVERDUE * every:
            return "overdue"
        return ""
