"""How bytes are encrypted: each under a key of its own, and that key under the operator's.

Whoever destroys the wrapped key has destroyed every copy of the bytes, backups included. The
operator's key lives outside the database and the blob store, so that neither alone gives anything.

    file     CTB1 | key id (8 bytes) | nonce (12) | AES-256-GCM ciphertext and tag
    wrapped  key id (8 bytes) | nonce (12) | AES-256-GCM of the blob's own key, and tag

Source: NIST SP 800-38D (GCM). Nonces are random: safe below 2**32 blobs under one operator's key.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consentry.core.errors import SafetyUnavailable, SetupTrouble

MAGIC = b"CTB1"
"""What every encrypted file begins with."""

KEY_BYTES = 32
"""Length of every key (AES-256)."""

ID_BYTES = 8
"""Length of a key id: a truncated SHA-256 that tells keys apart and gives nothing away."""

NONCE_BYTES = 12
"""Length of a nonce (SP 800-38D section 8.2)."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """What the database keeps of a blob."""

    purpose: str
    """What the bytes are for; they are given out for nothing else."""
    digest: str
    """SHA-256 of the encrypted file, hexadecimal: its name in the blob store."""
    wrapped: bytes = field(repr=False)
    """The blob's own key, encrypted under the operator's."""


class Keyring(Protocol):
    """Where wrapped keys are kept; both stores are one."""

    def new_blob(self) -> str:
        """A fresh identifier for a blob."""

    def keep_key(self, blob_id: str, key: WrappedKey) -> None:
        """Keep the key of a new blob."""

    def wrapped_key(self, blob_id: str) -> WrappedKey:
        """The key of a blob. Raises NotFound if unknown or dropped."""

    def drop_key(self, blob_id: str) -> None:
        """Forget the key of a blob for good. Does nothing if it is not there."""


class Envelope:
    """Encrypts and decrypts under one operator's key."""

    def __init__(self, key: bytes) -> None:
        """Use `key`, 32 secret bytes. Raises SetupTrouble for any other length."""
        if len(key) != KEY_BYTES:
            raise SetupTrouble(f"The key for encryption must have {KEY_BYTES} bytes.")
        self._outer = AESGCM(key)
        self._id = hashlib.sha256(b"consentry key id" + key).digest()[:ID_BYTES]

    def lock(self, data: bytes, purpose: str, blob_id: str) -> tuple[bytes, bytes]:
        """`data` encrypted under a fresh key, and that key wrapped."""
        own = AESGCM.generate_key(KEY_BYTES * 8)
        bound = _bound(purpose, blob_id)
        head = MAGIC + self._id
        nonce, outer = os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES)
        file = head + nonce + AESGCM(own).encrypt(nonce, data, head + bound)
        return file, self._id + outer + self._outer.encrypt(outer, own, self._id + bound)

    def unlock(self, file: bytes, wrapped: bytes, purpose: str, blob_id: str) -> bytes:
        """The bytes in `file`. Raises SetupTrouble under a foreign key, SafetyUnavailable if damaged."""
        head = MAGIC + self._id
        if wrapped[:ID_BYTES] != self._id or file[: len(head)] != head:
            raise self._foreign() if _whole(file, wrapped) else damaged()
        bound = _bound(purpose, blob_id)
        try:
            own = self._outer.decrypt(
                wrapped[ID_BYTES:][:NONCE_BYTES], wrapped[ID_BYTES + NONCE_BYTES :], self._id + bound
            )
            body = file[len(head) :]
            return AESGCM(own).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], head + bound)
        except (InvalidTag, ValueError):
            raise damaged() from None

    def _foreign(self) -> SetupTrouble:
        return SetupTrouble(
            "A blob was encrypted under another key than the one in the key file.",
            next_step="Restore the key file from its backup; without it nothing here can be read.",
        )


def damaged() -> SafetyUnavailable:
    """What is raised where bytes or their key are not what was written."""
    return SafetyUnavailable(
        "A blob or its key was changed since it was written.",
        code="blob_damaged",
        next_step="Restore it from a backup, and find out who changed it.",
    )


def _bound(purpose: str, blob_id: str) -> bytes:
    """What a ciphertext is bound to, so that it cannot pass for another; the length keeps it unambiguous."""
    said = purpose.encode()
    return len(said).to_bytes(4) + said + blob_id.encode()


def _whole(file: bytes, wrapped: bytes) -> bool:
    """Whether file and key belong to one operator's key, if not ours."""
    return file.startswith(MAGIC + wrapped[:ID_BYTES])
