"""What signing in needs of the world: somebody who checks passkeys, and the organisation's own sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consentry.core.staff import Member, Passkey


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a device says of a passkey it made."""

    id: str
    """What the device calls it, in base64url."""
    key: bytes
    """Its public key, COSE."""
    uses: int
    """How often it says that it was used."""


class Passkeys(Protocol):
    """Checks what a browser's authenticator answers (W3C Web Authentication, level 3)."""

    def to_make(self, member: Member, question: str, present: Sequence[Passkey]) -> str:
        """What the browser is asked in order to make a passkey, JSON."""

    def to_touch(self, question: str, present: Sequence[Passkey]) -> str:
        """What the browser is asked in order to use one, JSON; none named: whichever it has for us."""

    def question(self, answer: str) -> str:
        """The question that an answer says it answers; empty if it is no answer. Nothing is proved by it."""

    def name(self, answer: str) -> str:
        """The passkey that an answer says it is of; empty if it is no answer. Nothing is proved by it."""

    def made(self, answer: str, question: str) -> NewPasskey:
        """The passkey that was made in answer. Raises NotAllowed unless the answer proves it."""

    def used(self, answer: str, question: str, passkey: Passkey) -> int:
        """How often it was used, with this time. Raises NotAllowed unless the answer proves its use."""


class Provider(Protocol):
    """The organisation's own sign-in (OpenID Connect: code flow with PKCE)."""

    @property
    def name(self) -> str:
        """What the button says."""

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent. Raises UpstreamTrouble if the provider does not answer."""

    def identity(self, code: str, nonce: str, verifier: str) -> str:
        """A digest of who signed in there. Raises NotAllowed if it is not proved, UpstreamTrouble."""
