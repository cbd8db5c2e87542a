"""A person depicted agrees to an image of themselves, and takes it back whenever they like.

1. What is agreed to is one use, by one account, by named routes, of named pictures, for a time, and the
   operator says where the proof is kept. The pictures are hashed and let go.
2. The person gets a reference and a passphrase. With these they withdraw, without any account.
3. A withdrawal counts from the next request on. In the same transaction a recall begins: whatever was
   made under the consent is looked for and hidden.

A key that did not record a consent is told what it would be told if there were none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from consentry.core.consent import LONGEST, Consent, Use
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, NotFound
from consentry.core.leaving import recall_job
from consentry.core.making import Handle
from consentry.core.match import Hashes
from consentry.core.ports import Clock, Decoder, Hasher, Ids, Passphrases, Snapshot, Store
from consentry.core.secret import must_hold
from consentry.flows.judge import must_be_readable

MAX_INPUTS = 64
"""Most pictures that one consent is for."""

MAX_TEXT = 200
"""Longest name, route or reference in characters."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person depicted agrees to."""

    person: str
    """A pseudonymous name of the person."""
    account: str
    """The only account that may rely on it."""
    use: Use
    """The only use."""
    adult: bool
    """Whether somebody verified that the person is an adult."""
    lasts: timedelta
    """For how long, from now."""
    evidence: str
    """Where the proof of the agreement is kept."""
    routes: frozenset[str] = frozenset()
    """The entry points it is for; empty: all."""
    inputs: tuple[Hashes, ...] = ()
    """Pictures hashed elsewhere that it is for."""
    pictures: Sequence[bytes] = field(default=(), repr=False)
    """Picture files that it is for; they are hashed and not kept."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the person gets. The passphrase is shown once."""

    consent: Consent
    """The consent as it was recorded."""
    passphrase: str
    """Six words; whoever has them can withdraw the consent."""
    place: int
    """Its line in the log."""


@dataclass(frozen=True, slots=True)
class Consents:
    """Where consents are recorded, shown and taken back."""

    store: Store
    """Where they are kept."""
    clock: Clock
    """What time it is."""
    ids: Ids
    """Where references come from."""
    passphrases: Passphrases
    """How a person comes back."""
    decoder: Decoder
    """Reads the pictures a consent is for."""
    hasher: Hasher
    """Hashes them."""

    def record(self, terms: Terms, recorder: str) -> Given:
        """Record what a person agreed to. Raises BadInput naming what is missing or too much."""
        _check(terms)
        now = self.clock.now()
        consent = Consent(
            id=self.ids.new("cns"),
            person=terms.person,
            account=terms.account,
            use=terms.use,
            adult=terms.adult,
            given=now,
            expires=now + terms.lasts,
            routes=terms.routes,
            inputs=(*terms.inputs, *map(self._hashed, terms.pictures)),
            evidence=terms.evidence,
            recorder=recorder,
        )
        passphrase = self.passphrases.make()
        digest = self.passphrases.digest(consent.id, passphrase)
        with self.store.begin() as tx:
            tx.add_consent(consent)
            tx.put_secret(consent.id, digest)
            place = tx.append(Kind.CONSENT, _line(consent, "recorded", recorder))
        return Given(consent, passphrase, place)

    def show(self, reference: str, recorder: str) -> Consent:
        """The consent, to the key that recorded it; an operator's own hand is the empty key.

        Raises NotFound, in the same words if it is somebody else's.
        """
        with self.store.read() as snapshot:
            try:
                consent = snapshot.consent(reference)
            except NotFound:
                consent = None
        if consent is None or (recorder and consent.recorder != recorder):
            raise NotFound("There is no such consent of yours.")
        return consent

    def every(self) -> Sequence[Consent]:
        """Every consent, for the operator."""
        with self.store.read() as snapshot:
            return snapshot.consents()

    def withdraw(self, reference: str, recorder: str) -> Consent:
        """Take a consent back for the person, by the key that recorded it. Raises NotFound. Idempotent."""
        self.show(reference, recorder)
        return self._withdraw(reference, recorder or "operator")

    def withdraw_by_person(self, reference: str, passphrase: str) -> Consent:
        """Take a consent back, for whoever holds the passphrase. Raises NotAllowed, always alike."""
        with self.store.read() as snapshot:
            must_hold(self.passphrases, snapshot, reference, passphrase, there=_is_there(snapshot, reference))
        return self._withdraw(reference, "person")

    def _withdraw(self, reference: str, by: str) -> Consent:
        with self.store.begin() as tx:
            consent = tx.consent(reference)
            if consent.revoked is not None:
                return consent
            ended = replace(consent, revoked=self.clock.now())
            tx.add_consent(ended)
            case = self.passphrases.reference()
            tx.append(Kind.CONSENT, {**_line(ended, "withdrawn", by), "recall": case})
            tx.enqueue(recall_job(case, Handle.CONSENT, ended.id, tx.now()))
        return ended

    def _hashed(self, data: bytes) -> Hashes:
        picture = self.decoder.decode(data)
        must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")
        return self.hasher.hashes(picture)


def _check(terms: Terms) -> None:
    """Raise BadInput unless the terms are explicit, specific and limited in time."""
    for name in ("person", "account", "evidence"):
        found = getattr(terms, name)
        if not found or len(found) > MAX_TEXT:
            raise BadInput(f"`{name}` must be a text of 1 to {MAX_TEXT} characters.", param=name)
    if any(not route or len(route) > MAX_TEXT for route in terms.routes):
        raise BadInput("`routes` must be names of entry points.", param="routes")
    if not terms.adult:
        raise BadInput("Only a person verified to be an adult can consent.", param="adult")
    if not timedelta(0) < terms.lasts <= LONGEST:
        raise BadInput(f"A consent lasts from 1 to {LONGEST.days} days.", param="days")
    if len(terms.inputs) + len(terms.pictures) > MAX_INPUTS:
        raise BadInput(f"A consent is for at most {MAX_INPUTS} pictures.", param="inputs")


def _line(consent: Consent, event: str, by: str) -> dict[str, object]:
    """What the log says: that it happened and how wide it is, nothing about who the person is."""
    return {
        "consent": consent.id,
        "event": event,
        "by": by,
        "use": consent.use.value,
        "routes": sorted(consent.routes),
        "inputs": len(consent.inputs),
    }


def _is_there(snapshot: Snapshot, reference: str) -> bool:
    """Whether there is such a consent; other references have passphrases, too."""
    try:
        snapshot.consent(reference)
    except NotFound:
        return False
    return True
