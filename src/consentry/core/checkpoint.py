"""A signed statement of how long the log is and what is in it, that anybody can keep and hold us to.

    log.example
    20852163
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — log.example Az3grlgt…

Source: C2SP tlog-checkpoint and signed-note (https://c2sp.org). Two divergences, both
stricter: a checkpoint with extension lines is refused (we write none, and nobody could audit
them), and so is one whose origin is not the name that was expected. Ed25519 itself is handed in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from consentry.core.errors import BadInput
from consentry.core.merkle import HASH_BYTES

ED25519 = b"\x01"
"""The signature type of plain Ed25519 (C2SP signed-note, "Signature types")."""

KEY_BYTES = 32
"""Length of an Ed25519 public key (RFC 8032)."""

SIGNATURE_BYTES = 64
"""Length of an Ed25519 signature (RFC 8032)."""

ID_BYTES = 4
"""Length of a key id (C2SP signed-note)."""

MAX_SIGNATURES = 100
"""Most signature lines read (the limit of Go's reader; C2SP signed-note asks for at least 16)."""

MAX_NOTE = 1_000_000
"""Longest note read, in characters: far above 100 of the longest signatures known (5 kB each)."""

SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
"""A tree size without leading zeroes; 19 digits hold every size below 2**63."""

LINE = re.compile(r"— (?P<name>\S+) (?P<data>\S+)")
"""A signature line: an em dash, the name of the key, and what it signed with."""

MAX_SIZE = 2**63 - 1
"""Largest tree size (readers hold it in 64 signed bits)."""

Signer = Callable[[bytes], bytes]
"""Signs a message with Ed25519."""

Verify = Callable[[bytes, bytes, bytes], bool]
"""Whether, under a public key, a signature is that of a message: `(public, signature, message)`."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many lines a log has, and the root of the tree over them. Raises BadInput if malformed."""

    origin: str
    """The name of the log: one line, not empty, such as `log.example`."""
    size: int
    """How many lines it has."""
    root: bytes
    """The RFC 6962 tree hash over them."""

    def __post_init__(self) -> None:
        if not _is_line(self.origin):
            raise _malformed("the origin is not one line of text")
        if not 0 <= self.size <= MAX_SIZE:
            raise _malformed("no log has that size")
        if len(self.root) != HASH_BYTES:
            raise _malformed("the root is not a SHA-256 hash")

    def text(self) -> str:
        """The three lines that are signed, each ended by a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a log's key, and the name it signs under. Raises BadInput if malformed."""

    name: str
    """The name: not empty, without spaces or plus signs."""
    public: bytes
    """The Ed25519 public key, 32 bytes."""

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise _malformed("a key name has no spaces and no plus sign")
        if len(self.public) != KEY_BYTES:
            raise _malformed("the key is not an Ed25519 public key")

    def key_id(self) -> bytes:
        """Four bytes that tell this key from others; they find it and vouch for nothing."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:ID_BYTES]

    def text(self) -> str:
        """The key as one line that tools read: `name+id+key`."""
        return f"{self.name}+{self.key_id().hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


def parse_vkey(text: str) -> VerifierKey:
    """The key in `text`. Raises BadInput unless it is exactly as `VerifierKey.text` writes it."""
    name, _, rest = text.partition("+")
    data = _decode(rest.partition("+")[2])
    if data[:1] != ED25519:
        raise _malformed("the key is not an Ed25519 public key")
    key = VerifierKey(name, data[1:])
    if key.text() != text:
        raise _malformed("the key id is not that of the key")
    return key


def parse(text: str) -> Checkpoint:
    """The checkpoint in `text`, signatures not included.

    Raises BadInput unless it is exactly as `Checkpoint.text` writes it.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - three lines and what follows the last newline
        raise _malformed("it does not have three lines")
    if not SIZE.fullmatch(lines[1]):
        raise _malformed("the size is not a plain number")
    return Checkpoint(lines[0], int(lines[1]), _decode(lines[2]))


def sign(checkpoint: Checkpoint, key_name: str, public_key: bytes, signer: Signer) -> str:
    """The note: the checkpoint's text and one signature line. Raises BadInput for a bad key or name."""
    key = VerifierKey(key_name, public_key)
    text = checkpoint.text()
    signature = signer(text.encode())
    if len(signature) != SIGNATURE_BYTES:
        raise _malformed("the signature is not an Ed25519 signature")
    return f"{text}\n— {key.name} {base64.b64encode(key.key_id() + signature).decode()}\n"


def open_note(note: str, vkey: str, verify: Verify, origin: str = "") -> Checkpoint:
    """The checkpoint in `note`, once the key `vkey` vouches for it and it is of the log `origin`.

    An empty `origin` means the name of the key. Signatures of other keys are ignored. Raises
    BadInput if anything is malformed, the key did not sign, or one of its signatures is false.
    """
    key = parse_vkey(vkey)
    text, signatures = _split(note)
    ours = [signature for name, key_id, signature in signatures if (name, key_id) == (key.name, key.key_id())]
    if not ours:
        raise BadInput("The checkpoint is not signed by the key given.", code="bad_checkpoint")
    for signature in ours:
        if len(signature) != SIGNATURE_BYTES or not verify(key.public, signature, text.encode()):
            raise BadInput("A signature on the checkpoint is false.", code="bad_checkpoint")
    checkpoint = parse(text)
    if checkpoint.origin != (origin or key.name):
        raise BadInput("The checkpoint is of another log.", code="bad_checkpoint")
    return checkpoint


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The signed text, and of each signature line the name, key id and signature."""
    text, blank, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not blank or lines.pop():
        raise _malformed("it does not end with signature lines")
    if len(note) > MAX_NOTE or len(lines) > MAX_SIGNATURES:
        raise _malformed("it is too long")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = LINE.fullmatch(line)
    if not found or not _is_name(found["name"]):
        raise _malformed("a signature line is not one")
    data = _decode(found["data"])
    if len(data) <= ID_BYTES:
        raise _malformed("a signature line has no signature")
    return found["name"], data[:ID_BYTES], data[ID_BYTES:]


def _decode(text: str) -> bytes:
    """Standard base64 in its one canonical form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise _malformed("something in it is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise _malformed("something in it is not canonical base64")
    return data


def _is_name(text: str) -> bool:
    return _is_line(text) and "+" not in text and not any(char.isspace() for char in text)


def _is_line(text: str) -> bool:
    """Whether `text` is not empty, has no control character (the newline is one), and is UTF-8."""
    return bool(text) and all(char >= " " and not "\ud800" <= char <= "\udfff" for char in text)


def _malformed(what: str) -> BadInput:
    return BadInput(f"The checkpoint cannot be used: {what}.", code="bad_checkpoint")
