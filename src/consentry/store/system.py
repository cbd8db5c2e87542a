"""Where the time, identifiers, passphrases and keys on disk come from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from xkcdpass import xkcd_password

from consentry.core.errors import SetupTrouble

ID_BYTES = 16
"""Random bytes in an identifier: 128 bits, beyond guessing."""

REFERENCE_LETTERS = "23456789CDFGHJKMPQRTVWXY"
"""Letters of a case reference: none that look alike, no vowels, so no words."""

WORDS = 6
"""Words in a passphrase: 6 of 7,776 are 77.5 bits."""

SCRYPT_N = 2**14
"""Cost of a passphrase digest (RFC 7914): about 50 ms and 16 MiB on a small server."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one Clock that asks the machine


@dataclass(frozen=True, slots=True)
class RandomIds:
    """Identifiers from the machine's randomness."""

    def new(self, prefix: str) -> str:
        """A fresh identifier such as `dec_4kq…`: the prefix and 26 letters and digits."""
        text = base64.b32encode(secrets.token_bytes(ID_BYTES)).decode().rstrip("=").lower()
        return f"{prefix}_{text}"


@dataclass(frozen=True, slots=True)
class ScryptPassphrases:
    """Passphrases of six common words, digested with scrypt (RFC 7914), a salt and a pepper."""

    pepper: bytes
    """A secret outside the database."""
    cost: int = SCRYPT_N
    """scrypt's N."""

    def reference(self) -> str:
        """A fresh case reference such as `C-7KQ2-M4XD`."""
        letters = [secrets.choice(REFERENCE_LETTERS) for _ in range(8)]
        return f"C-{''.join(letters[:4])}-{''.join(letters[4:])}"

    def make(self) -> str:
        """A fresh passphrase of six words with spaces between."""
        words = _words()
        return " ".join(secrets.choice(words) for _ in range(WORDS))

    def digest(self, reference: str, passphrase: str) -> str:
        """`salt$digest`, hexadecimal, bound to the reference."""
        salt = secrets.token_bytes(16)
        return f"{salt.hex()}${self._scrypt(reference, passphrase, salt).hex()}"

    def matches(self, digest: str, reference: str, passphrase: str) -> bool:
        """Whether `passphrase` is the one. Takes as long where there is no digest at all."""
        salt, _, expected = (digest or f"{'00' * 16}$").partition("$")
        found = self._scrypt(reference, passphrase, bytes.fromhex(salt)).hex()
        return hmac.compare_digest(found, expected)

    def _scrypt(self, reference: str, passphrase: str, salt: bytes) -> bytes:
        words = " ".join(passphrase.replace("-", " ").lower().split())
        peppered = hmac.new(self.pepper, f"{reference}\n{words}".encode(), hashlib.sha256).digest()
        return hashlib.scrypt(peppered, salt=salt, n=self.cost, r=8, p=1, maxmem=64 * 2**20)


@cache
def _words() -> tuple[str, ...]:
    """The EFF's long list of 7,776 words."""
    return tuple(xkcd_password.generate_wordlist("eff-long", min_length=1, max_length=99))


def secret_file(path: Path, length: int = 32) -> bytes:
    """The random secret in `path`, made at the first call, readable by its owner only.

    Raises SetupTrouble if it cannot be made, is too short, or others may read it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_secret(path, length)
        return _read_secret(path, length)
    except OSError:
        raise SetupTrouble(
            f"The secret file {path.name} cannot be made or read in the data directory."
        ) from None


def _make_secret(path: Path, length: int) -> None:
    """Written under another name first: the file is there whole or not at all, whoever else is starting."""
    passage = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    descriptor = os.open(passage, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(length))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster: its secret counts
            os.link(passage, path)
    finally:
        passage.unlink()


def _read_secret(path: Path, length: int) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SetupTrouble(f"{path.name} can be read by others.", next_step=f"chmod 600 {path.name}")
    data = path.read_bytes()
    if len(data) != length:
        raise SetupTrouble(f"{path.name} is not whole.", next_step="Restore it from your backup.")
    return data
