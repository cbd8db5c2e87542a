"""How much one network may send to the report door, without anybody's address being kept.

1. Whoever sends a report, or asks about one, is counted by a digest of their network, under a key that is
   made anew each day and kept nowhere: when the day ends, nobody can tell any more who was counted.
2. Over the pace, they are told how long to wait. Nothing is refused for good.
3. If very much comes from everywhere at once, everybody waits half a minute before a report is taken: the
   answer carries a sealed time, which is good once. Handing them out costs no memory, and no JavaScript.

All of it is in the memory of one process. Somebody at the same machine (loopback) is not counted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from consentry.core.errors import TooMany
from consentry.core.pace import NO_TIME, Pace
from consentry.core.ports import Clock, Ids

TURN = timedelta(seconds=30)
"""How long everybody waits while very much comes from everywhere."""

TURN_LASTS = timedelta(minutes=30)
"""How long a turn that was waited for is good."""

MOST = 200_000
"""Most who are counted at once; beyond it, whoever was counted longest ago is forgotten."""

DIGEST_BYTES = 16
"""Length of what is kept instead of a network: two of 200,000 being the same is out of the question."""


class Door:
    """Counts callers of the report door. Safe to share between threads."""

    def __init__(self, clock: Clock, ids: Ids, reports: int, looks: int, rush: int) -> None:
        """So many reports and looks an hour from one network, reports from everywhere; 0: any number."""
        self._clock = clock
        self._ids = ids
        self._paces = {"report": reports, "look": looks, "rush": rush}
        self._lock = threading.Lock()
        self._seal = ids.new("seal").encode()
        self._day, self._key = date.min, b""
        self._spent: OrderedDict[bytes, datetime] = OrderedDict()
        self._turns: OrderedDict[str, datetime] = OrderedDict()

    def report(self, network: str, turn: str = "") -> None:
        """Let a report from `network` in; an empty one is not counted. Raises TooMany.

        `turn` is what an earlier answer gave to whoever was to wait.
        """
        if not network:
            return
        with self._lock:
            now = self._now()
            own = self._step("report", network, now)
            rush = {} if self._is_turn(turn, now) else self._rush(now)
            self._keep({**own, **rush})

    def look(self, network: str, reference: str) -> None:
        """Let somebody ask about `reference`; called before anything costly. Raises TooMany."""
        if not network:
            return
        with self._lock:
            self._keep(self._step("look", f"{network} {reference}", self._now()))

    def _now(self) -> datetime:
        """What time it is. With a new day there is a new key, and everybody is forgotten."""
        now = self._clock.now().astimezone(UTC)
        if now.date() != self._day:
            self._day, self._key = now.date(), self._ids.new("day").encode()
            self._spent.clear()
        return now

    def _rush(self, now: datetime) -> Mapping[bytes, datetime]:
        """Count one more from everywhere. Raises TooMany with a turn to wait for."""
        try:
            return self._step("rush", "", now)
        except TooMany:
            raise _too_many(TURN, self._new_turn(now)) from None

    def _step(self, what: str, whom: str, now: datetime) -> Mapping[bytes, datetime]:
        """What to keep of `whom` if they are let in now. Raises TooMany."""
        if not self._paces[what]:
            return {}
        name = hmac.digest(self._key, f"{what} {whom}".encode(), hashlib.sha256)[:DIGEST_BYTES]
        step = Pace(self._paces[what]).step(self._spent.get(name), now)
        if step.wait > NO_TIME:
            raise _too_many(step.wait)
        return {name: step.spent}

    def _keep(self, steps: Mapping[bytes, datetime]) -> None:
        """Keep what was counted, and of all no more than can be kept."""
        for name, spent in steps.items():
            self._spent[name] = spent
            self._spent.move_to_end(name)
        while len(self._spent) > MOST:
            self._spent.popitem(last=False)

    def _new_turn(self, now: datetime) -> str:
        told = f"{(now + TURN).timestamp():.0f}.{self._ids.new('turn')}"
        return f"{told}.{self._sealed(told)}"

    def _is_turn(self, turn: str, now: datetime) -> bool:
        """Whether `turn` was given here, has come, has not gone by, and was not used."""
        told, _, seal = turn.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._sealed(told).encode()):
            return False
        begins = datetime.fromtimestamp(int(told.partition(".")[0]), UTC)
        if not begins <= now < begins + TURN_LASTS or told in self._turns:
            return False
        self._turns[told] = begins + TURN_LASTS
        while next(iter(self._turns.values())) <= now:
            self._turns.popitem(last=False)
        return True

    def _sealed(self, told: str) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._seal, told.encode(), hashlib.sha256)).decode()


def _too_many(wait: timedelta, turn: str = "") -> TooMany:
    return TooMany("Very much was sent from this network lately.", wait=wait, turn=turn)
