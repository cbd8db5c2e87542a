"""Whose turn it is: one writer at a time in a process, and no transaction inside another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from consentry.core.errors import SafetyUnavailable


class Turns:
    """Hands out turns to the threads of one process."""

    def __init__(self, *, queue: bool, wait_seconds: float) -> None:
        """With `queue`, writers wait for each other here, up to `wait_seconds`, and not in the database."""
        self._lock = threading.Lock() if queue else None
        self._wait_seconds = wait_seconds
        self._mine = threading.local()

    @contextmanager
    def read(self) -> Iterator[None]:
        """A block that only reads. Raises RuntimeError inside another block of the same thread."""
        if getattr(self._mine, "taken", False):
            raise RuntimeError("a transaction is open in this thread already: pass it on instead")
        self._mine.taken = True
        try:
            yield
        finally:
            self._mine.taken = False

    @contextmanager
    def write(self) -> Iterator[None]:
        """A block that writes. Raises SafetyUnavailable if others took too long, RuntimeError as above."""
        with self.read():
            if self._lock is None:
                yield
                return
            if not self._lock.acquire(timeout=self._wait_seconds):
                raise SafetyUnavailable("Too many writers wait for the database.")
            try:
                yield
            finally:
                self._lock.release()
