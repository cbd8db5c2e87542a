"""An authenticator in software, after W3C Web Authentication level 3: makes passkeys and touches them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from consentry.core.challenge import read, written

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Flags of authenticator data (6.1): somebody is there, it is the owner, and a key is enclosed."""


@dataclass
class SoftKey:
    """One device of one person."""

    origin: str = "http://localhost:8321"
    name: bytes = b"soft key one"
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    counts: bool = True
    """Passkeys that are kept in several devices do not count."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """The answer to what a page asks for a new passkey."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        enclosed = bytes(16) + len(self.name).to_bytes(2) + self.name + cbor2.dumps(cose)
        data = self._data(asked["rp"]["id"], ATTESTED) + enclosed
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": written(said), "attestationObject": written(attestation)})

    def touch(self, options: str) -> str:
        """The answer to what a page asks of a passkey."""
        asked = json.loads(options)
        self.uses += self.counts
        data, said = self._data(asked["rpId"]), self._said("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": written(said),
                "authenticatorData": written(data),
                "signature": written(signature),
                "userHandle": None,
            }
        )

    def _data(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([self.flags | more]) + self.uses.to_bytes(4)

    def _said(self, kind: str, question: str) -> bytes:
        assert read(question)
        said = {"type": kind, "challenge": question, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, object]) -> str:
        name = written(self.name)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )
