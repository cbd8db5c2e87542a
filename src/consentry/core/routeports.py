"""What routes, breakers and incidents need of a store; part of `core.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consentry.core.breaker import Ability, Breaker, Tally
from consentry.core.incident import Incident
from consentry.core.route import Route


class RouteSnapshot(Protocol):
    """Routes, breakers and incidents, as they were at one moment; part of `Snapshot`."""

    def route(self, name: str) -> Route:
        """The route with this name. Raises NotFound."""

    def routes(self) -> Sequence[Route]:
        """Every route, by name."""

    def tally(self, ability: Ability, since: datetime) -> Tally:
        """What was counted in the minutes that began at or after `since`."""

    def breaker(self, ability: Ability) -> Breaker:
        """The breaker of a capability; closed if it was never saved."""

    def incident(self, incident_id: str) -> Incident:
        """The incident with this id. Raises NotFound."""

    def incidents(self) -> Sequence[Incident]:
        """Every incident, first seen first."""


class RouteTransaction(RouteSnapshot, Protocol):
    """Changes to routes, breakers and incidents; part of `Transaction`."""

    def save_route(self, route: Route) -> None:
        """Store a route, or replace the one with its name."""

    def count_asked(self, ability: Ability, tally: Tally) -> None:
        """Add to what is counted in the present minute."""

    def save_breaker(self, breaker: Breaker) -> None:
        """Store a breaker, or replace the one of its capability."""

    def save_incident(self, incident: Incident) -> None:
        """Store an incident, or replace the one with its id."""
