"""What we sign: the log's checkpoints and permits for the generator, each with an Ed25519 key in a file."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consentry.core.checkpoint import Checkpoint, VerifierKey, open_note, parse_vkey, sign
from consentry.core.errors import BadInput
from consentry.core.permit import Call, grant
from consentry.core.permit import sign as sign_permit
from consentry.core.ports import Clock, Ids, Store
from consentry.store.system import secret_file


class SignedLog:
    """The store's log under a name and a key. Safe to share between threads."""

    def __init__(self, store: Store, origin: str, key: Ed25519PrivateKey) -> None:
        """Sign checkpoints of `store` as `origin` with `key`."""
        self._store = store
        self._origin = origin
        self._key = key
        self._public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def vkey(self) -> str:
        """The verifier key to give to others (C2SP signed-note)."""
        return VerifierKey(self._origin, self._public).text()

    def checkpoint(self, size: int | None = None) -> str:
        """A signed note over the first `size` lines, or over all (C2SP tlog-checkpoint)."""
        size = self._store.size() if size is None else size
        found = Checkpoint(self._origin, size, self._store.root(size))
        return sign(found, self._origin, self._public, self._key.sign)

    def vouch(self, statement: Checkpoint) -> str:
        """A signed note over something else than the log, which must not bear the log's own name."""
        if statement.origin == self._origin:
            raise BadInput("That would pass for a checkpoint of the log.", code="bad_checkpoint")
        return sign(statement, self._origin, self._public, self._key.sign)


class SignedPermits:
    """Permits for one generator, signed with a key of their own. Safe to share between threads."""

    def __init__(self, name: str, generator: str, key: Ed25519PrivateKey, clock: Clock, ids: Ids) -> None:
        """Sign permits for `generator` with `key`, which others know under `name`."""
        self._generator = generator
        self._key = key
        self._clock = clock
        self._ids = ids
        self._verifier = VerifierKey(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def vkey(self) -> str:
        """The verifier key to give to whoever guards the generator."""
        return self._verifier.text()

    def issue(self, call: Call, decision: str) -> str:
        """A permit for exactly this call, once, for a minute. Raises BadInput without a decision."""
        found = grant(call, decision, self._generator, self._clock.now(), self._ids.new("nonce"))
        return sign_permit(found, self._verifier, self._key.sign)


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in `path`, made at the first call. Raises SetupTrouble as `secret_file` does."""
    return Ed25519PrivateKey.from_private_bytes(secret_file(path))


def sign_with(path: Path, name: str, message: bytes) -> tuple[str, str]:
    """The verifier key of the key in `path` under `name`, and its signature of `message`, hexadecimal.

    The key is made at the first use. Raises SetupTrouble as `secret_file` does, BadInput for a bad name.
    """
    key = signing_key(path)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(name, public).text(), key.sign(message).hex()


def signed_by(vkey: str, message: bytes, signature: str) -> bool:
    """Whether the verifier key `vkey` made the hexadecimal `signature` of `message`."""
    try:
        return verified(parse_vkey(vkey).public, bytes.fromhex(signature), message)
    except (BadInput, ValueError):
        return False


def verify_note(note: str, vkey: str, origin: str) -> Checkpoint:
    """The checkpoint in `note`, if `vkey` signed it. Raises BadInput if not."""
    return open_note(note, vkey, verified, origin)


def verified(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether, under an Ed25519 public key, a signature is that of a message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
