"""What is kept for a while and then forgotten: a conversation to be continued, a token to be used once.

It belongs to one account, and its end is known when it is made. What is worth keeping from others is
not in the row: a token is there as a digest, a conversation as the name of encrypted bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

SWEEP: Final = "sweep"
"""The kind of a job that forgets what has ended."""

EVERY: Final = timedelta(minutes=5)
"""How far apart sweeps are: what has ended is no longer given out, and is gone so much later at most."""


@dataclass(frozen=True, slots=True)
class Fleeting:
    """Something that is kept for a while."""

    name: str
    """What it is found by."""
    account: str
    """The account it belongs to; nobody else is given it."""
    ends: datetime
    """From when on it counts as gone (UTC)."""
    digest: str = ""
    """What is compared with what is brought, if it is a token."""
    blob: str = ""
    """Where its bytes are, encrypted, if it has any."""

    def good(self, account: str, now: datetime) -> bool:
        """Whether `account` may have it `now`."""
        return account == self.account and now < self.ends

    @property
    def swept(self) -> datetime:
        """When the next sweep after its end is."""
        seconds = EVERY.total_seconds()
        return datetime.fromtimestamp(-(-self.ends.timestamp() // seconds) * seconds, UTC)


class FleetingSnapshot(Protocol):
    """What is kept for a while, as it was at one moment; part of `Snapshot`."""

    def fleeting(self, name: str) -> Fleeting:
        """What is kept under `name`, also if it has ended. Raises NotFound."""

    def fleeting_of(self, account: str) -> Sequence[Fleeting]:
        """Everything that is kept for an account, what ends first first."""

    def fleeting_ended(self, now: datetime, limit: int) -> Sequence[Fleeting]:
        """Up to `limit` of what ends at or before `now`, what ends first first."""


class FleetingTransaction(FleetingSnapshot, Protocol):
    """Changes to what is kept for a while; part of `Transaction`."""

    def put_fleeting(self, one: Fleeting) -> None:
        """Keep something, or replace what has its name."""

    def drop_fleeting(self, name: str) -> None:
        """Forget what is kept under `name`. Does nothing if it is not there."""
