"""How connectors reach platforms: a call over HTTP that cannot be led astray, and what came back.

Rules of this file: whoever calls says how much it reads; nothing of an answer is kept but what
its caller takes out of it; an answer that asks for a pause is `Later`, with how long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from consentry.core.errors import UpstreamTrouble

LONGEST_PAUSE: Final = 3600.0
"""Most seconds that a platform can have us wait with one answer: a clock may run."""

NO_ANSWER: Final = "no_answer"
"""The code of the trouble if nothing answers."""

MOMENT: Final = "%a, %d %b %Y %H:%M:%S GMT"
"""How a moment stands in a header (RFC 9110 5.6.7)."""

BUSY: Final = frozenset({429, 503})
"""Answers that may say when to come back (RFC 6585 4, RFC 9110 15.6.4)."""


class Later(UpstreamTrouble):
    """The platform asks for a pause, or we owe it one."""

    code = "asked_to_wait"
    next_step = "Nothing: it is tried again by itself after the pause."

    def __init__(self, message: str, seconds: float) -> None:
        """Wait so many seconds at least, and LONGEST_PAUSE at most."""
        super().__init__(message)
        self.seconds = min(max(seconds, 0.0), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    """The HTTP status."""
    data: bytes = field(default=b"", repr=False)
    """The body, as far as the caller wanted to read it."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Its headers, with names in lower case."""
    whole: bool = True
    """Whether the body is all of it."""

    @property
    def well(self) -> bool:
        """Whether it did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110 15.3


class Caller(Protocol):
    """Calls servers of others, and nobody behind them."""

    def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit: int = 0
    ) -> Reply:
        """Ask once, following no redirect, and read at most `limit` bytes of the answer.

        Raises UpstreamTrouble if nothing answers, or if the address is not one we would ask;
        never with a word of the other side.
        """

    def visit(self, url: str, limit: int) -> Reply:
        """What a visitor gets at `url`, redirects followed, cut off at `limit`. Raises UpstreamTrouble."""


class Signer(Protocol):
    """Signs what is sent, with every secret in force."""

    def __call__(self, message: str, at: datetime, body: bytes) -> Mapping[str, str]:
        """The headers of a Standard Webhook with the id `message`, sent at `at`."""


def pause(reply: Reply, now: datetime) -> float:
    """Seconds that `Retry-After` asks for, in either of its forms (RFC 9110 10.2.3); 0 without it."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return max((until - now) / timedelta(seconds=1), 0.0)


def require_well(reply: Reply, now: datetime) -> None:
    """Raise Later if the platform is busy, UpstreamTrouble if it failed; nothing if it did as asked."""
    if reply.well:
        return
    if reply.status in BUSY:
        raise Later("The platform is busy.", pause(reply, now))
    raise UpstreamTrouble(f"The platform answered {reply.status}.", code=f"answered_{reply.status}")
