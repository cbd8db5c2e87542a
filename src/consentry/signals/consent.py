"""Whether the person depicted agreed, on record, that this account may make such an image of them.

Silence, an unknown reference, a revoked or expired consent, another account's consent, another
picture: all of these are no consent, and the record says of none of them which it was, so that
nobody learns from a refusal that somebody else's consent exists. Only a store that does not answer,
or a picture that cannot be hashed, leaves the question open.
"""

from __future__ import annotations

from collections.abc import Sequence

from consentry.core.consent import Use
from consentry.core.content import Draft, Request, Stage, Subject
from consentry.core.errors import NotFound
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.core.match import NEAR, Hashes
from consentry.core.ports import Clock, Hasher, Store

VERSION = f"consent 2 (sha256; pdq at most {NEAR} bits)"
"""What a decision record says about how this measure was taken."""

MEASURE = "consent.make"
"""The only use this signal asks for: that an image is made."""


class ConsentToMake:
    """`consent.make`: 1.0 if a recorded consent covers this account, use, moment, route and every picture."""

    measures = frozenset({MEASURE})
    stages = frozenset({Stage.ASK, Stage.ANSWER})

    def __init__(self, store: Store, clock: Clock, hasher: Hasher) -> None:
        """Look consents up in `store`, and hold them against `clock` and what `hasher` makes of pictures."""
        self._store = store
        self._clock = clock
        self._hasher = hasher

    def look(self, subject: Subject) -> Sequence[Finding]:
        """One finding. It is asked anew at every stage, so a revocation takes effect at once."""
        try:
            return (self._finding(subject),)
        except Exception:  # noqa: BLE001 - trouble of any kind must read as "could not look"
            return (Unavailable(MEASURE, "store failed"),)

    def _finding(self, subject: Subject) -> Finding:
        request = subject.request if isinstance(subject, Draft) else subject
        if not isinstance(request, Request) or not request.consent:
            return Seen(MEASURE, 0.0, "no reference given", VERSION)
        try:
            with self._store.read() as tx:
                consent = tx.consent(request.consent)
        except NotFound:
            return _NO
        if not consent.covers(request.account.id, Use.MAKE, self._clock.now(), request.route):
            return _NO
        return _YES if consent.names(self._shown(request)) else _NO

    def _shown(self, request: Request) -> list[Hashes]:
        """What may show a person: every input; and markup and mask, unless there is too little in them."""
        inputs = [self._hasher.hashes(picture) for picture in request.inputs]
        besides = [self._hasher.hashes(each) for each in (request.markup, request.mask) if each is not None]
        return [*inputs, *(hashes for hashes in besides if hashes.good)]


_YES = Seen(MEASURE, 1.0, "the consent covers this", VERSION)
_NO = Seen(MEASURE, 0.0, "no consent covers this", VERSION)
