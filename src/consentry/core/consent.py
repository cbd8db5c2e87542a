"""Consent of the person depicted: explicit, specific, informed, and revocable at any moment.

An uploader's tick-box is not consent. What counts is a record that names one person, one
use and one period, given by that person (Regulation (EU) 2024/1689 Art. 5(1)(ba); Sexual
Offences Act 2003 s.66B(6); PIPEDA Findings 2026-004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from consentry.core.match import Hashes, alike

LONGEST = timedelta(days=366)
"""Longest a consent lasts before the person is asked again."""


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
    routes: frozenset[str] = frozenset()
    """The entry points it is for, such as `images.edits`; empty: every registered one."""
    inputs: tuple[Hashes, ...] = ()
    """The pictures it is for, by hash. Without any it is for words alone, never for a picture."""
    evidence: str = ""
    """Where the proof of the agreement is kept: a reference, never the proof itself."""
    recorder: str = ""
    """The key that recorded it, and that alone may read it; empty if the operator did."""

    def covers(self, account: str, use: Use, at: datetime, route: str = "") -> bool:
        """Whether it allows `use` by `account` at `at` (UTC) by `route`, whatever the picture.

        Never for anybody not verified adult.
        """
        return (
            self.adult
            and self.account == account
            and self.use is use
            and self.given <= at < self.expires
            and (self.revoked is None or at < self.revoked)
            and (not self.routes or route in self.routes)
        )

    def names(self, pictures: Sequence[Hashes]) -> bool:
        """Whether each of `pictures` is one it is for, or a copy. It says nothing about any other picture."""
        return all(any(alike(picture, bound) for bound in self.inputs) for picture in pictures)
