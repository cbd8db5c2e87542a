"""Consent of the person depicted: explicit, specific, informed, and revocable at any moment.

An uploader's tick-box is not consent. What counts is a record that names one person, one
use and one period, given by that person (Regulation (EU) 2024/1689 Art. 5(1)(ba); Sexual
Offences Act 2003 s.66B(6); PIPEDA Findings 2026-004).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Use(StrEnum):
    """What a consent can be for. One consent, one use: making is not publishing."""

    MAKE = "make"
    """An intimate image of the person may be generated."""
    PUBLISH = "publish"
    """An intimate image of the person may be shown to others."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's recorded agreement to one use by one account."""

    id: str
    """The reference a request gives."""
    person: str
    """A pseudonymous identifier of the person depicted."""
    account: str
    """The only account that may rely on it."""
    use: Use
    """The only use it is for."""
    adult: bool
    """Whether the person was verified to be an adult."""
    given: datetime
    """When it was given (UTC)."""
    expires: datetime
    """When it ends by itself (UTC)."""
    revoked: datetime | None = None
    """When the person took it back (UTC); None if they did not."""

    def covers(self, account: str, use: Use, at: datetime) -> bool:
        """Whether it allows `use` by `account` at `at` (UTC). Never for anybody not verified adult."""
        return (
            self.adult
            and self.account == account
            and self.use is use
            and self.given <= at < self.expires
            and (self.revoked is None or at < self.revoked)
        )
