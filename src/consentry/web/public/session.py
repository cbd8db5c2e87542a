"""What somebody has entered so far: in memory only, encrypted, and gone when they leave.

The key is in the visitor's cookie and nowhere else; kept here are a digest of it and the sealed
answers. Whoever copies the memory of the server without the cookies can open none of them, except
that of the request it is answering. A restart forgets all of it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LONGEST = timedelta(minutes=60)
"""How long a visit lasts at most, however busy."""

MOST_BYTES = 64 * 2**20
"""Most memory for all visits together; beyond it the one that was idle longest is forgotten."""

NONCE = 12
"""Bytes that begin each sealed text (NIST SP 800-38D)."""

Answers = dict[str, Any]
"""What was entered, by field."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """One visit."""

    until: datetime
    """When it ends."""
    text: bytes
    """The answers, encrypted."""


class Visits:
    """Every visit that is going on. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime], most: int = MOST_BYTES) -> None:
        """Tell the time by `now`; keep `most` bytes."""
        self._now = now
        self._most = most
        self._kept: OrderedDict[str, _Sealed] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.sending = threading.Lock()
        """Held while a report is sent, so that nobody who presses twice sends two."""

    def begin(self, answers: Answers) -> str:
        """Begin a visit; gives the value of its cookie."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._put(token, answers, self._now() + LONGEST)
        return token

    def read(self, token: str) -> Answers | None:
        """What was entered in a visit; None if there is no such visit, or no longer."""
        with self._lock:
            sealed = self._kept.get(_name(token))
        if sealed is None:
            return None
        if sealed.until <= self._now():
            self.end(token)
            return None
        text = AESGCM(_key(token)).decrypt(sealed.text[:NONCE], sealed.text[NONCE:], None)
        found: Answers = json.loads(text)
        return found

    def write(self, token: str, answers: Answers) -> None:
        """Keep `answers` instead, as long as the visit would have lasted anyway."""
        with self._lock:
            sealed = self._kept.get(_name(token))
            if sealed is not None:  # who has left in the meantime is not brought back
                self._put(token, answers, sealed.until)

    def end(self, token: str) -> None:
        """Forget a visit."""
        with self._lock:
            self._drop(_name(token))

    def __len__(self) -> int:
        """How many visits are kept."""
        return len(self._kept)

    def _put(self, token: str, answers: Answers, until: datetime) -> None:
        nonce = secrets.token_bytes(NONCE)
        text = nonce + AESGCM(_key(token)).encrypt(nonce, json.dumps(answers).encode(), None)
        self._drop(_name(token))
        self._kept[_name(token)] = _Sealed(until, text)
        self._bytes += len(text)
        self._make_room()

    def _make_room(self) -> None:
        now = self._now()
        for name in [name for name, sealed in self._kept.items() if sealed.until <= now]:
            self._drop(name)
        while self._bytes > self._most and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: str) -> None:
        sealed = self._kept.pop(name, None)
        self._bytes -= len(sealed.text) if sealed else 0


def _name(token: str) -> str:
    return hashlib.sha256(b"name" + token.encode()).hexdigest()


def _key(token: str) -> bytes:
    return hashlib.sha256(b"key" + token.encode()).digest()
