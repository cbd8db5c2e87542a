"""Routes, breakers and incidents in memory, for tests and trials: as strict as the database's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from consentry.core.breaker import Ability, Breaker, Tally
from consentry.core.incident import Incident
from consentry.core.route import Route
from consentry.store.sheet import Tables, found


class RouteReader:
    """Reads routes, breakers and incidents."""

    _tables: Tables

    def now(self) -> datetime:
        """The present moment (UTC)."""
        raise NotImplementedError

    def route(self, name: str) -> Route:
        """The route with this name. Raises NotFound."""
        return found(self._tables.routes, name, "route")

    def routes(self) -> Sequence[Route]:
        """Every route, by name."""
        return [self._tables.routes[name] for name in sorted(self._tables.routes)]

    def tally(self, ability: Ability, since: datetime) -> Tally:
        """What was counted in the minutes that began at or after `since`."""
        mine = [
            tally for (of, minute), tally in self._tables.tallies.items() if of is ability and minute >= since
        ]
        return Tally(
            sum(one.asked for one in mine), sum(one.refused for one in mine), sum(one.made for one in mine)
        )

    def breaker(self, ability: Ability) -> Breaker:
        """The breaker of a capability; closed if it was never saved."""
        return self._tables.breakers.get(ability, Breaker(ability))

    def incident(self, incident_id: str) -> Incident:
        """The incident with this id. Raises NotFound."""
        return found(self._tables.incidents, incident_id, "incident")

    def incidents(self) -> Sequence[Incident]:
        """Every incident, first seen first."""
        return sorted(self._tables.incidents.values(), key=lambda one: (one.seen, one.id))


class RouteWriter(RouteReader):
    """Writes routes, breakers and incidents."""

    def save_route(self, route: Route) -> None:
        """Store a route, or replace the one with its name."""
        self._tables.routes[route.name] = route

    def count_asked(self, ability: Ability, tally: Tally) -> None:
        """Add to what is counted in the present minute."""
        place = (ability, self.now().replace(second=0, microsecond=0))
        before = self._tables.tallies.get(place, Tally())
        self._tables.tallies[place] = Tally(
            before.asked + tally.asked, before.refused + tally.refused, before.made + tally.made
        )

    def save_breaker(self, breaker: Breaker) -> None:
        """Store a breaker, or replace the one of its capability."""
        self._tables.breakers[breaker.ability] = breaker

    def save_incident(self, incident: Incident) -> None:
        """Store an incident, or replace the one with its id."""
        self._tables.incidents[incident.id] = incident
