"""Whether a request may go on at all: its route is registered and open, and nothing is paused.

1. Every request names its route. One that is not registered does not exist; one that is stopped
   answers at once, on every replica, because all read the same register.
2. If its capability is paused, nothing of that kind is made for anybody.
3. Afterwards it is counted. Over a limit the breaker opens, for every replica, and that is written down.
Probes of our own canary are counted nowhere and pass a pause, so that they go on telling the truth.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from consentry.core.breaker import Ability, Breaker, Limits, Tally, ability
from consentry.core.content import Request
from consentry.core.egress import Egress, Guarded
from consentry.core.entry import Kind
from consentry.core.errors import Conflict, NotFound, RouteNotGated, SafetyUnavailable
from consentry.core.ports import Store, Transaction
from consentry.core.route import OWN, Route

log = logging.getLogger("consentry.passage")


@dataclass(frozen=True, slots=True)
class Passage:
    """The register of routes and the breakers, over one store."""

    store: Store
    """Where both are kept, for every replica."""
    limits: Mapping[Ability, Limits]
    """How much of each capability is too much."""
    every: timedelta
    """How often canaries fly."""

    def enter(self, request: Request) -> None:
        """Let `request` go on. Raises RouteNotGated, or SafetyUnavailable if its way is stopped or paused."""
        with self.store.read() as view:
            try:
                route = view.route(request.route)
            except NotFound:
                raise RouteNotGated("This route is not registered.") from None
            breaker, now = view.breaker(ability(request)), view.now()
        if not route.open:
            raise SafetyUnavailable(
                "This route is stopped.",
                code="route_stopped",
                next_step="Nothing was made. The operator starts it again with `consentry route start`.",
            )
        if breaker.paused(now) and not request.account.probe:
            raise SafetyUnavailable(
                "This is paused for everybody.",
                code="capability_paused",
                next_step="Nothing was made. It goes on by itself, or with `consentry route resume`.",
            )

    def left(self, request: Request, *, refused: bool, made: bool) -> None:
        """Count what came of `request`, and pause its capability if that was too much."""
        if not request.account.probe:
            with self.store.begin() as tx:
                self.count(tx, request, refused=refused, made=made)

    def count(self, tx: Transaction, request: Request, *, refused: bool, made: bool) -> None:
        """As `left`, in a transaction that is open: that of the decision."""
        if request.account.probe:
            return
        which = ability(request)
        tx.count_asked(which, Tally(1, int(refused), int(made)))
        self._watch(tx, which)

    def register(self, names: Mapping[str, str] = OWN, owner: str = "gate") -> None:
        """Put our own routes into the register where they are not yet."""
        with self.store.read() as view:
            missing = set(names) - {route.name for route in view.routes()}
        if not missing:
            return
        with self.store.begin() as tx:
            for name in sorted(missing):
                tx.save_route(Route(name, names[name], owner, tx.now()))
                tx.append(Kind.SYSTEM, {"event": "route_added", "route": name, "owner": owner})

    def add(self, name: str, entry: str, owner: str, probe: str) -> Route:
        """Register a way in outside our server. Raises Conflict if the name is taken, or BadInput."""
        with self.store.begin() as tx:
            if name in {route.name for route in tx.routes()}:
                raise Conflict("There is a route of this name.", next_step="Choose another name.")
            route = Route(name, entry, owner, tx.now(), probe)
            tx.save_route(route)
            tx.append(Kind.SYSTEM, {"event": "route_added", "route": name, "owner": owner})
        return route

    def switch(self, name: str, *, on: bool) -> Route:
        """Stop or start a route, at once and everywhere. Raises NotFound."""
        with self.store.begin() as tx:
            route = tx.route(name)
            if route.open is on:
                return route
            switched = replace(route, stopped=None if on else tx.now())
            tx.save_route(switched)
            tx.append(Kind.SYSTEM, {"event": "route_started" if on else "route_stopped", "route": name})
        return switched

    def resume(self, which: Ability) -> Breaker:
        """Close a breaker by hand; what was counted before does not count against it again."""
        with self.store.begin() as tx:
            breaker = tx.breaker(which)
            if not breaker.paused(tx.now()):
                return breaker
            closed = breaker.closing(tx.now())
            tx.save_breaker(closed)
            tx.append(Kind.SYSTEM, {"event": "capability_resumed", "capability": which.value})
        return closed

    def routes(self) -> Sequence[Route]:
        """Every route, by name."""
        with self.store.read() as view:
            return view.routes()

    def egress(self, since: datetime, guards: Sequence[Guarded]) -> Egress:
        """What was counted here since then, beside what `guards` counted."""
        with self.store.read() as view:
            tallies = [view.tally(which, since) for which in Ability]
        counted = ("asked", "refused", "made")
        every = {name: sum(getattr(tally, name) for tally in tallies) for name in counted}
        return Egress(since, Tally(**every), guards)

    def alarms(self) -> Mapping[str, str]:
        """Routes that somebody must look at now, each with why."""
        with self.store.read() as view:
            found = {route.name: route.alarm(view.now(), self.every) for route in view.routes()}
        return {name: why for name, why in found.items() if why}

    def check(self) -> None:
        """Raise SafetyUnavailable if somebody must look at a route."""
        alarms = self.alarms()
        if alarms:
            raise SafetyUnavailable("A route must be looked at.", code=f"route_{min(alarms.values())}")

    def _watch(self, tx: Transaction, which: Ability) -> None:
        """Open the breaker if what was counted since is too much."""
        breaker, now, limits = tx.breaker(which), tx.now(), self.limits[which]
        if breaker.paused(now):
            return
        tally = tx.tally(which, breaker.counted_since(now, limits))
        why = limits.exceeded(tally)
        if not why:
            return
        tx.save_breaker(breaker.opening(now, why, limits))
        record = {"event": "capability_paused", "capability": which.value, "why": why}
        tx.append(Kind.SYSTEM, record | {"asked": tally.asked, "refused": tally.refused})
        log.error("alarm: %s is paused: too many %s", which.value, why)
