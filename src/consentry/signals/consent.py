"""Whether the person depicted agreed, on record, that this account may make such an image of them.

Silence, an unknown reference, a revoked or expired consent, another account's consent: all of
these are no consent. Only a store that does not answer leaves the question open.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentry.core.consent import Use
from consentry.core.content import Draft, Request, Stage, Subject
from consentry.core.errors import NotFound
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.core.ports import Clock, Store

VERSION = "consent 1"
"""What a decision record says about how this measure was taken."""

MEASURE = "consent.make"
"""The only use this signal asks for: that an image is made."""


class ConsentToMake:
    """`consent.make`: 1.0 if a recorded consent covers this account, this use and this moment."""

    measures = frozenset({MEASURE})
    stages = frozenset({Stage.ASK, Stage.ANSWER})

    def __init__(self, store: Store, clock: Clock) -> None:
        """Look consents up in `store` and hold them against `clock`."""
        self._store = store
        self._clock = clock

    def look(self, subject: Subject) -> Sequence[Finding]:
        """One finding. It is asked anew at every stage, so a revocation takes effect at once."""
        try:
            return (self._finding(subject),)
        except Exception:  # noqa: BLE001 - a broken store of any kind must read as "could not look"
            return (Unavailable(MEASURE, "store failed"),)

    def _finding(self, subject: Subject) -> Finding:
        request = subject.request if isinstance(subject, Draft) else subject
        if not isinstance(request, Request) or not request.consent:
            return _no("no reference given")
        try:
            with self._store.read() as tx:
                consent = tx.consent(request.consent)
        except NotFound:
            return _no("unknown reference")
        if not consent.covers(request.account.id, Use.MAKE, self._clock.now()):
            return _no("the consent does not cover this")
        return Seen(MEASURE, 1.0, "the consent covers this", VERSION)


def _no(why: str) -> Seen:
    return Seen(MEASURE, 0.0, why, VERSION)
