"""Signs what is sent to platforms as Standard Webhooks say, with every secret that is in force.

A secret that begins with `whsec_` is shared and makes an HMAC (`v1`); one that begins with
`whsk_` is an Ed25519 key of ours alone (`v1a`), whose public half is `whpk_`. While a secret is
being changed, both the old one and the new one are in force, and every message carries both
signatures: the platform changes over when it likes, and nothing is lost.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from consentry.core.errors import SetupTrouble

SHARED: Final = "whsec_"
"""What a shared secret begins with."""

PRIVATE: Final = "whsk_"
"""What a private key begins with."""

PUBLIC: Final = "whpk_"
"""What its public half begins with."""

FEWEST_BYTES: Final = 24
"""Shortest shared secret, in bytes, by the specification."""

MOST_BYTES: Final = 64
"""Longest shared secret, in bytes, by the specification."""

KEY_BYTES: Final = 32
"""Bytes of an Ed25519 seed; 64 have the public half behind it."""

Sign = Callable[[str, datetime, str], str]
"""One signature: `v1,…` or `v1a,…`."""


class WebhookSigner:
    """Signs with each of several secrets. The secrets appear nowhere, not even in an error."""

    def __init__(self, every: Sequence[str]) -> None:
        """Sign with all of them. Raises SetupTrouble if there is none, or one is not a secret."""
        if not every:
            raise SetupTrouble("A platform has no secret to sign with.", param="secrets_env")
        self._signs = [_sign(secret) for secret in every]

    def __call__(self, message: str, at: datetime, body: bytes) -> Mapping[str, str]:
        """The three headers of a Standard Webhook."""
        text = body.decode()
        return {
            "webhook-id": message,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(sign(message, at, text) for sign in self._signs),
        }


def new_secret(*, ed25519: bool) -> str:
    """A fresh secret: shared, or a key pair's private half."""
    if ed25519:
        return PRIVATE + base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    return SHARED + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def public_half(secret: str) -> str:
    """What a platform needs to check the signatures of a private key. Raises SetupTrouble."""
    return PUBLIC + base64.b64encode(_key(secret).public_key().public_bytes_raw()).decode()


def _sign(secret: str) -> Sign:
    if secret.startswith(PRIVATE):
        key = _key(secret)
        return lambda message, at, text: (
            "v1a," + base64.b64encode(key.sign(f"{message}.{int(at.timestamp())}.{text}".encode())).decode()
        )
    if not secret.startswith(SHARED) or not FEWEST_BYTES <= len(_decoded(secret, SHARED)) <= MOST_BYTES:
        raise _no_secret()
    return Webhook(secret).sign


def _key(secret: str) -> Ed25519PrivateKey:
    raw = _decoded(secret, PRIVATE)
    if len(raw) not in {KEY_BYTES, 2 * KEY_BYTES}:
        raise _no_secret()
    return Ed25519PrivateKey.from_private_bytes(raw[:KEY_BYTES])


def _decoded(secret: str, prefix: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        raise _no_secret() from None


def _no_secret() -> SetupTrouble:
    return SetupTrouble(
        "A secret of a platform is none: it is `whsec_` and 24 to 64 bytes in base64, or `whsk_` and "
        "an Ed25519 key.",
        next_step="`consentry webhook secret` makes one.",
        param="secrets_env",
    )
