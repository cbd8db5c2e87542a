"""A question that one browser was asked for one purpose, recognised when its answer comes back.

Nothing is kept of a question before it is answered: it carries its own time and a seal under a secret
of ours, bound to what the asked browser holds. Whoever takes an answer keeps that it was used, so that
no answer counts twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from consentry.core.errors import NotAllowed, NotFound
from consentry.core.fleeting import Fleeting
from consentry.core.ports import Transaction
from consentry.core.sweep import keep_for_a_while

LASTS: Final = timedelta(minutes=5)
"""How long a question may be answered."""

NONCE: Final = 16
"""Bytes of chance at its beginning."""

_TIME: Final = 8
_SEAL: Final = 32


def ask(key: bytes, purpose: str, browser: str, at: datetime, chance: str) -> str:
    """A question for `browser`, in base64url; `chance` is something nobody can guess."""
    nonce = hashlib.sha256(chance.encode()).digest()[:NONCE]
    head = nonce + _seconds(at).to_bytes(_TIME)
    return written(head + _seal(key, purpose, browser, head))


def ours(key: bytes, purpose: str, browser: str, now: datetime, question: str) -> bool:
    """Whether we asked `browser` this question for `purpose`, not too long ago."""
    data = read(question)
    head, seal = data[: NONCE + _TIME], data[NONCE + _TIME :]
    if len(seal) != _SEAL or not hmac.compare_digest(seal, _seal(key, purpose, browser, head)):
        return False
    asked = int.from_bytes(head[NONCE:])
    return asked <= _seconds(now) < asked + int(LASTS.total_seconds())


def use(tx: Transaction, now: datetime, key: bytes, purpose: str, browser: str, question: str) -> None:
    """Take a question as answered `now`. Raises NotAllowed if it is not ours, too old, or was answered."""
    name = f"used {hashlib.sha256(question.encode()).hexdigest()}"
    if not ours(key, purpose, browser, now, question):
        raise NotAllowed(
            "That took too long, or was meant for another page.",
            code="not_signed_in",
            next_step="Go back to the page it was for, and try again.",
        )
    try:
        tx.fleeting(name)
    except NotFound:
        return keep_for_a_while(tx, Fleeting(name, "staff", now + LASTS))
    raise NotAllowed("That was used before.", code="not_signed_in", next_step="Begin anew.")


def derived(key: bytes, purpose: str, text: str) -> str:
    """A secret of ours that follows from `text`, for `purpose` alone: 43 letters of base64url."""
    return written(_seal(key, purpose, text, b""))


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def written(data: bytes) -> str:
    """`data` in base64url without padding (RFC 4648 5)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read(text: str) -> bytes:
    """What `text` says in base64url; nothing if it is none."""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return b""


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())


def _seal(key: bytes, purpose: str, browser: str, head: bytes) -> bytes:
    said = [purpose.encode(), browser.encode(), head]
    whole = b"".join(len(part).to_bytes(4) + part for part in said)
    return hmac.new(key, whole, hashlib.sha256).digest()
