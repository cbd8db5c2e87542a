"""Which permits were used already, so that each is used once: remembered until it has expired anyway.

`Uses` remembers in one process. It also knows when it began: what was issued before is refused,
because nobody remembers whether it was used. Where several processes serve one generator they
share a folder, with `UsesInFolder`.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Protocol

from consentry.core.errors import NoPermit, Overloaded, SafetyUnavailable
from consentry.core.permit import LIFETIME, SKEW, Permit

MOST = 100_000
"""Most permits remembered at a time: 1,500 calls a second for a minute, in about 20 MB."""

KEPT = (LIFETIME + SKEW).total_seconds()
"""Seconds after which a permit that was used when it was fresh has expired for certain."""


class Memory(Protocol):
    """Remembers which permits were used."""

    def use(self, permit: Permit, now: datetime) -> None:
        """Remember that `permit` is used `now`. Raises NoPermit if it was used before, or may have been."""


class Uses:
    """Remembers in this process. Safe to share between threads."""

    def __init__(self, began: datetime, most: int = MOST) -> None:
        """Remember nothing yet; `began` is now, and of what was issued before nothing is known."""
        self._began = began.replace(microsecond=0)
        self._most = most
        self._expiry: dict[str, datetime] = {}
        self._lock = Lock()

    def use(self, permit: Permit, now: datetime) -> None:
        """Remember that `permit` is used. Raises NoPermit, or Overloaded if no more can be remembered."""
        if permit.issued < self._began:
            raise NoPermit("This permit is older than the guard's memory.", code="permit_used")
        with self._lock:
            if permit.nonce in self._expiry:
                raise _used()
            if len(self._expiry) >= self._most:
                self._forget(now)
            self._expiry[permit.nonce] = permit.expires

    def _forget(self, now: datetime) -> None:
        """Forget what has expired. Forgetting anything else would let it be used again."""
        self._expiry = {nonce: expiry for nonce, expiry in self._expiry.items() if expiry > now}
        if len(self._expiry) >= self._most:
            raise Overloaded("The guard cannot remember more permits.")


class UsesInFolder:
    """Remembers in a folder that several processes share: one empty file for each permit."""

    def __init__(self, folder: Path) -> None:
        """Remember in `folder`, which only the guards may write to."""
        self._folder = folder
        self._calls = 0

    def use(self, permit: Permit, now: datetime) -> None:
        """Remember that `permit` is used. Raises NoPermit, or SafetyUnavailable if that is impossible."""
        name = hashlib.sha256(permit.nonce.encode()).hexdigest()
        try:
            self._tidy(now)
            os.close(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise _used() from None
        except OSError:
            raise SafetyUnavailable("The guard cannot remember permits.", code="guard_memory") from None

    def _tidy(self, now: datetime) -> None:
        """Every hundredth time, forget what expired long ago; files of two lifetimes are kept."""
        self._calls += 1
        if self._calls % 100:
            return
        oldest = now.timestamp() - 2 * KEPT
        for file in self._folder.iterdir():
            try:
                if file.stat().st_mtime < oldest:
                    file.unlink()
            except FileNotFoundError:
                continue  # another guard was faster


def _used() -> NoPermit:
    return NoPermit("This permit was used already.", code="permit_used")
