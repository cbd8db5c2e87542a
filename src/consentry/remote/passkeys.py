"""Checks what a browser's authenticator answers, with the `webauthn` package (W3C Web Authentication)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import structs

from consentry.core import challenge
from consentry.core.errors import NotAllowed
from consentry.core.signports import NewPasskey
from consentry.core.staff import Member, Passkey

MILLISECONDS = int(challenge.LASTS.total_seconds() * 1000)
"""How long the browser waits for its owner: as long as we would take the answer."""

LONGEST = 16 * 1024
"""Longest answer that is looked at, in characters: a real one has two thousand."""


@dataclass(frozen=True, slots=True)
class WebPasskeys:
    """Passkeys for one console: one host, one origin, its owner always verified."""

    host: str
    """The console's host: what passkeys are bound to."""
    origin: str
    """The console's origin: where answers may come from."""
    title: str = "Consentry"
    """What the browser calls us."""

    def to_make(self, member: Member, question: str, present: Sequence[Passkey]) -> str:
        """What the browser is asked in order to make a passkey, JSON."""
        options = webauthn.generate_registration_options(
            rp_id=self.host,
            rp_name=self.title,
            user_id=member.id.encode(),
            user_name=member.name,
            user_display_name=member.name,
            challenge=challenge.read(question),
            timeout=MILLISECONDS,
            exclude_credentials=[_named(one) for one in present],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return webauthn.options_to_json(options)

    def to_touch(self, question: str, present: Sequence[Passkey]) -> str:
        """What the browser is asked in order to use one, JSON; none named: whichever it has for us."""
        options = webauthn.generate_authentication_options(
            rp_id=self.host,
            challenge=challenge.read(question),
            timeout=MILLISECONDS,
            allow_credentials=[_named(one) for one in present],
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def question(self, answer: str) -> str:
        """The question that an answer says it answers; empty if it is no answer. Nothing is proved by it."""
        try:
            said = json.loads(challenge.read(str(_object(answer)["response"]["clientDataJSON"])))
            return str(said["challenge"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""

    def name(self, answer: str) -> str:
        """The passkey that an answer says it is of; empty if it is no answer. Nothing is proved by it."""
        try:
            return str(_object(answer)["id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""

    def made(self, answer: str, question: str) -> NewPasskey:
        """The passkey that was made in answer. Raises NotAllowed unless the answer proves it."""
        try:
            proved = webauthn.verify_registration_response(
                credential=_object(answer),
                expected_challenge=challenge.read(question),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except Exception:  # noqa: BLE001 - whatever an answer is made of, it proves nothing then
            raise _refused() from None
        return NewPasskey(
            challenge.written(proved.credential_id), proved.credential_public_key, proved.sign_count
        )

    def used(self, answer: str, question: str, passkey: Passkey) -> int:
        """How often it was used, with this time. Raises NotAllowed unless the answer proves its use."""
        try:
            proved = webauthn.verify_authentication_response(
                credential=_object(answer),
                expected_challenge=challenge.read(question),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=passkey.key,
                credential_current_sign_count=passkey.uses,
                require_user_verification=True,
            )
        except Exception:  # noqa: BLE001 - whatever an answer is made of, it proves nothing then
            raise _refused() from None
        return proved.new_sign_count


def _named(passkey: Passkey) -> structs.PublicKeyCredentialDescriptor:
    return structs.PublicKeyCredentialDescriptor(id=challenge.read(passkey.id))


def _object(answer: str) -> dict[str, Any]:
    """The answer as an object. Raises ValueError, TypeError."""
    if len(answer) > LONGEST:
        raise ValueError("longer than any answer")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _refused() -> NotAllowed:
    return NotAllowed(
        "The passkey's answer does not prove what it should.",
        code="not_signed_in",
        next_step="Try again with the same passkey; if it happens twice, ask an operator for an invitation.",
    )
