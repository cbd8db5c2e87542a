"""Knocks at every door to see whether it is guarded, and says so where nobody can miss it.

1. Every open route is tried as a caller would: a request that must be refused, and a harmless one.
2. The answer must name a decision that stands in the log, was written just now, and says the same.
3. What came of it goes into the register and the log. A route that is not guarded is an alarm.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from consentry.core.entry import Kind, canonical
from consentry.core.errors import NotFound
from consentry.core.ports import Job, Store
from consentry.core.probe import Heard, Probe, judged, probes, worst
from consentry.core.route import Route, Tried

FLY: Final = "canary"
"""The kind of a job that has the canaries fly."""

SKEW = timedelta(minutes=1)
"""How much older than the probe a decision may seem: two clocks are compared."""

Knock = Callable[[str, bytes, str], Heard]
"""Sends a body to an address, with a header `authorization` (empty: none), and tells what came back."""

DUE: Final = timedelta(seconds=30)
"""How long after a change its flight is due: until then a server that has just started listens."""

log = logging.getLogger("consentry.canary")


@dataclass(frozen=True, slots=True)
class Canary:
    """Tries routes from outside, over the network."""

    store: Store
    """Where the register and the log are."""
    key: Callable[[], AbstractContextManager[str]]
    """A key of our own for a while; requests with it are marked as probes."""
    knock: Knock
    """How a request is sent."""
    base: str
    """Where our own server is."""
    figure: Callable[[], bytes]
    """A drawn person, as PNG."""
    makes: bool
    """Whether a harmless image is asked for, too."""
    every: timedelta
    """How often; zero: only when told to."""
    outside: Callable[[str], str] = lambda _: ""
    """What a route outside, by name, wants as `authorization`; empty: nothing."""
    setup: str = ""
    """A digest of what this server is: its version, settings and rules."""

    def fly(self) -> Mapping[str, Tried]:
        """Try every open route that can be tried, now."""
        with self.store.read() as view:
            routes = [route for route in view.routes() if route.open and (route.own or route.probe)]
        with self.key() as key:
            return {route.name: self._try(route, key) for route in routes}

    def schedule(self) -> None:
        """Order a flight if its time has come, or the routes have changed: one for all replicas."""
        if not self.every:
            return
        with self.store.begin() as tx:
            slot = int(tx.now().timestamp() // self.every.total_seconds())
            tx.enqueue(Job(FLY, {}, f"{FLY}:{slot}", tx.now()))
            routes = [[one.name, one.entry, one.probe, one.open] for one in tx.routes()]
        self._order_if_other("routes", hashlib.sha256(canonical({"routes": routes})).hexdigest())

    def after_start(self) -> None:
        """Order a flight if this server is not what the last one was: another version, setting or rule."""
        if self.every:
            self._order_if_other("setup", self.setup)

    def _order_if_other(self, what: str, digest: str) -> None:
        """Order a flight if `digest` is not what was kept of `what`."""
        name = f"{FLY} {what}"
        with self.store.begin() as tx:
            try:
                kept = tx.secret(name)
            except NotFound:
                kept = ""
            if kept == digest:
                return
            tx.put_secret(name, digest)
            tx.enqueue(Job(FLY, {}, f"{FLY}:{what}:{tx.now().timestamp()}", tx.now() + DUE))

    def run(self, job: Job) -> None:
        """Carry out a flight that was ordered."""
        self.fly()
        with self.store.begin() as tx:
            tx.finish(job)

    def _try(self, route: Route, key: str) -> Tried:
        answers = [self._ask(route, probe, key) for probe in probes(route, self.figure(), makes=self.makes)]
        tried = worst(tuple(said for said, _ in answers))
        decision = next((heard.decision for said, heard in answers if said is tried), "")
        with self.store.begin() as tx:
            tx.save_route(
                replace(tx.route(route.name), tried=tried, checked=tx.now(), decision=decision[:100])
            )
            tx.append(Kind.SYSTEM, {"event": "canary", "route": route.name, "tried": tried.value})
        if tried is not Tried.GUARDED:
            log.error("alarm: route %s is %s", route.name, tried.value)
        return tried

    def _ask(self, route: Route, probe: Probe, key: str) -> tuple[Tried, Heard]:
        with self.store.read() as view:
            began = view.now()
        url = f"{self.base}{probe.path}" if route.own else route.probe
        heard = self.knock(url, probe.body, f"Bearer {key}" if route.own else self.outside(route.name))
        return judged(probe, heard, self._recorded(heard, began - SKEW)), heard

    def _recorded(self, heard: Heard, since: datetime) -> str:
        """The outcome in the log under the decision that was named; empty if it is not there, or is old."""
        if not heard.place.isascii() or not heard.place.isdecimal() or int(heard.place) >= self.store.size():
            return ""
        line = self.store.line(int(heard.place))
        if line.record is None or line.entry.kind is not Kind.DECISION or line.entry.at < since:
            return ""
        record = json.loads(line.record)
        return str(record["outcome"]) if record["decision"] == heard.decision else ""
