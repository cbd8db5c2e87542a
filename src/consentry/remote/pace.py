"""Keeps to so many calls a second, so that a flood of orders does not bring a platform down.

Every platform has a bucket: each call takes one token, and so many flow in a second. Whoever
finds it empty waits a moment; who would wait too long gets `Later`, and the job queue waits
instead of a worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.webports import NO_ANSWER, Caller, Later, Reply

PATIENCE: Final = 2.0
"""Most seconds that a worker waits for a token."""

REST: Final = 5.0
"""Seconds for which a server is left alone that did not answer."""


class Pace:
    """A bucket of tokens. Safe to share between threads."""

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """So many calls a second, and as many at once. Raises SetupTrouble unless `rate` is above 0."""
        if not rate > 0:
            raise SetupTrouble("The rate of a platform must be above 0.", param="rate")
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._lock = threading.Lock()
        self._tokens, self._at = max(rate, 1.0), clock()

    def take(self) -> None:
        """Take a token, waiting for it if it comes soon. Raises Later if it does not."""
        with self._lock:
            now = self._clock()
            self._tokens = min(max(self._rate, 1.0), self._tokens + (now - self._at) * self._rate)
            self._at = now
            wait = max(0.0, (1.0 - self._tokens) / self._rate)
            if wait > PATIENCE:
                raise Later("The platform has been asked enough for the moment.", wait)
            self._tokens -= 1.0  # below 0: taken in advance, so that everybody waits for a different one
        if wait:
            self._sleep(wait)


class PacedCaller:
    """Calls as its caller does, at a pace, and lets a server rest that did not answer.

    Otherwise every worker would wait for one platform that hangs, and no other would be served.
    What a visitor would do is not paced: nobody notices one more.
    """

    def __init__(self, caller: Caller, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Call through `caller`, at `pace`."""
        self._caller, self._pace, self._clock = caller, pace, clock
        self._rests_until = clock()

    def call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit: int = 0
    ) -> Reply:
        """Take a token, and ask. Raises UpstreamTrouble, or Later while the server rests."""
        left = self._rests_until - self._clock()
        if left > 0:
            raise Later("The platform did not answer a moment ago.", left)
        self._pace.take()
        try:
            return self._caller.call(method, url, headers, body, limit=limit)
        except UpstreamTrouble as trouble:
            if trouble.code == NO_ANSWER:
                self._rests_until = self._clock() + REST
            raise

    def visit(self, url: str, limit: int) -> Reply:
        """What a visitor gets. Raises UpstreamTrouble."""
        return self._caller.visit(url, limit)
