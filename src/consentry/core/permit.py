"""A permit: the gate's signed word that a generator may answer one exact call, once, within a minute.

It names the method, the path with its query, the media type and the SHA-256 of the body, the
decision it rests on, the generator it is for, when it was issued and ends, and a nonce. On the
wire it is `payload.signature`, both base64url without padding: the payload in the one canonical
form of JSON, and four bytes that say which key signed, followed by the Ed25519 signature over a
line of our own and the payload. What is not exactly so is no permit. Ed25519 itself is handed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consentry.core.checkpoint import ID_BYTES, SIGNATURE_BYTES, Signer, VerifierKey, Verify
from consentry.core.entry import canonical
from consentry.core.errors import BadInput, NoPermit

HEADER = "Consentry-Permit"
"""The header that carries a permit."""

LIFETIME = timedelta(seconds=60)
"""Longest life of a permit; a longer one is refused, whoever signed it."""

SKEW = timedelta(seconds=5)
"""How far the gate's clock may be ahead of the generator's."""

MAX_TOKEN = 8_192
"""Longest permit read, in characters: most servers take headers up to this."""

CONTEXT = b"consentry permit v1\n"
"""What is signed before the payload, so that no signature of another kind is ever a permit."""

_FIELDS = {"v", "method", "target", "type", "sha256", "decision", "generator", "issued", "expires", "nonce"}
_NUMBERS = {"v", "issued", "expires"}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, as far as a permit binds it."""

    method: str
    """The method, in capitals."""
    target: str
    """The path and the query, byte for byte as they are sent."""
    type: str
    """The media type with its parameters; empty if there is none."""
    sha256: str
    """SHA-256 of the body, lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What one permit says."""

    call: Call
    """The only call it is for."""
    decision: str
    """The decision that let the request pass."""
    generator: str
    """The name of the only generator it is for."""
    issued: datetime
    """When it was issued (UTC, whole seconds)."""
    expires: datetime
    """From when on it is worth nothing (UTC, whole seconds)."""
    nonce: str
    """What makes it the only one of its kind, so that its use can be remembered."""

    def payload(self) -> bytes:
        """The bytes that are signed, after `CONTEXT`."""
        return canonical(
            {
                "v": 1,
                "method": self.call.method,
                "target": self.call.target,
                "type": self.call.type,
                "sha256": self.call.sha256,
                "decision": self.decision,
                "generator": self.generator,
                "issued": int(self.issued.timestamp()),
                "expires": int(self.expires.timestamp()),
                "nonce": self.nonce,
            }
        )


def call_of(method: str, target: str, type_: str, body: bytes) -> Call:
    """The call with this `body`."""
    return Call(method.upper(), target, type_, hashlib.sha256(body).hexdigest())


def grant(call: Call, decision: str, generator: str, now: datetime, nonce: str) -> Permit:
    """A permit for `call` from `now` on, for as long as one lasts. Raises BadInput if it rests on nothing."""
    if not decision or not generator or not nonce:
        raise BadInput("A permit needs a decision, a generator and a nonce.", code="no_decision")
    issued = now.astimezone(UTC).replace(microsecond=0)
    return Permit(call, decision, generator, issued, issued + LIFETIME, nonce)


def sign(permit: Permit, key: VerifierKey, signer: Signer) -> str:
    """The permit as a header carries it."""
    payload = permit.payload()
    return f"{_encode(payload)}.{_encode(key.key_id() + signer(CONTEXT + payload))}"


def read(token: str, keys: Sequence[VerifierKey], verify: Verify) -> Permit:
    """The permit in `token`, if one of `keys` signed it. Raises NoPermit."""
    if not token:
        raise NoPermit("This call carries no permit.", code="permit_missing")
    if len(token) > MAX_TOKEN:
        raise _invalid("It is too long.")
    head, _, tail = token.partition(".")
    payload, seal = _decode(head), _decode(tail)
    signature = seal[ID_BYTES:]
    signers = [key for key in keys if key.key_id() == seal[:ID_BYTES]]
    if not signers or len(signature) != SIGNATURE_BYTES:
        raise _invalid("No key that this guard knows has signed it.")
    if not any(verify(key.public, signature, CONTEXT + payload) for key in signers):
        raise _invalid("Its signature is false.")
    return _permit(payload)


def check(permit: Permit, made: Call, generator: str, now: datetime) -> None:
    """Raise NoPermit unless `permit` is for the call that was `made`, to this generator, `now`."""
    if permit.generator != generator:
        raise _invalid("It is for another generator.")
    if permit.expires - permit.issued > LIFETIME or permit.issued - SKEW > now:
        raise _invalid("Its times cannot be; compare the two clocks.")
    if now >= permit.expires:
        raise _invalid("It has expired.")
    if made != permit.call:
        raise _invalid("It is for another request.")


def _permit(payload: bytes) -> Permit:
    """The permit in a payload that was signed; a signer that writes it in another form is none of ours."""
    try:
        found = json.loads(payload)
        if not isinstance(found, dict) or set(found) != _FIELDS or canonical(found) != payload:
            raise _invalid("It is not in the one form of a permit.")
        return _from(found)
    except (ValueError, TypeError, OverflowError, OSError, RecursionError):
        raise _invalid("It is not in the one form of a permit.") from None


def _from(found: Mapping[str, object]) -> Permit:
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    numbers = {name: value for name, value in found.items() if type(value) is int}
    if set(numbers) != _NUMBERS or numbers["v"] != 1 or len(texts) + len(numbers) != len(_FIELDS):
        raise TypeError
    return Permit(
        Call(texts["method"], texts["target"], texts["type"], texts["sha256"]),
        texts["decision"],
        texts["generator"],
        datetime.fromtimestamp(numbers["issued"], UTC),
        datetime.fromtimestamp(numbers["expires"], UTC),
        texts["nonce"],
    )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    """The bytes in base64url without padding, in its one canonical form."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _invalid("It is not in the one form of a permit.") from None
    if _encode(data) != text:
        raise _invalid("It is not in the one form of a permit.")
    return data


def _invalid(why: str) -> NoPermit:
    return NoPermit(f"The permit of this call cannot be used. {why}")
