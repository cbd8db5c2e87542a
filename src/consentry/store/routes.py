"""Routes, breakers and incidents in the database, as parts of a snapshot and of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from consentry.core.breaker import Ability, Breaker, Tally
from consentry.core.incident import Incident, Source
from consentry.core.route import Route, Tried
from consentry.store import tables
from consentry.store.rows import Row, micros, moment
from consentry.store.words import absent

MINUTE = 60_000_000
"""A minute in microseconds: what is asked for is counted by the minute."""


class RouteReads:
    """What a snapshot says of routes, breakers and incidents."""

    _connection: sa.Connection
    _clock: Callable[[sa.Connection], datetime]

    def route(self, name: str) -> Route:
        """The route with this name. Raises NotFound."""
        found = self._routes(tables.route.c.name == name)
        if not found:
            raise absent("route")
        return found[0]

    def routes(self) -> Sequence[Route]:
        """Every route, by name."""
        return self._routes(sa.true())

    def tally(self, ability: Ability, since: datetime) -> Tally:
        """What was counted in the minutes that began at or after `since`."""
        table = tables.tally.c
        sums = [sa.func.coalesce(sa.func.sum(table[name]), 0) for name in ("asked", "refused", "made")]
        mine = sa.and_(table.ability == ability.value, table.minute >= micros(since))
        asked, refused, made = self._connection.execute(sa.select(*sums).where(mine)).one()
        return Tally(int(asked), int(refused), int(made))

    def breaker(self, ability: Ability) -> Breaker:
        """The breaker of a capability; closed if it was never saved."""
        mine = sa.select(tables.breaker).where(tables.breaker.c.ability == ability.value)
        row = self._connection.execute(mine).mappings().first()
        if row is None:
            return Breaker(ability)
        return Breaker(ability, row["why"], _maybe(row["opened"]), _maybe(row["until"]))

    def incident(self, incident_id: str) -> Incident:
        """The incident with this id. Raises NotFound."""
        found = self._incidents(tables.incident.c.id == incident_id)
        if not found:
            raise absent("incident")
        return found[0]

    def incidents(self) -> Sequence[Incident]:
        """Every incident, first seen first."""
        return self._incidents(sa.true())

    def _routes(self, where: sa.ColumnElement[bool]) -> Sequence[Route]:
        found = sa.select(tables.route).where(where).order_by(tables.route.c.name)
        return [_route(dict(row)) for row in self._connection.execute(found).mappings()]

    def _incidents(self, where: sa.ColumnElement[bool]) -> Sequence[Incident]:
        order = tables.incident.c.seen, tables.incident.c.id
        found = sa.select(tables.incident).where(where).order_by(*order)
        return [_incident(dict(row)) for row in self._connection.execute(found).mappings()]


class RouteWrites(RouteReads):
    """What a transaction does to routes, breakers and incidents."""

    def save_route(self, route: Route) -> None:
        """Store a route, or replace the one with its name."""
        row: dict[str, object] = {
            "name": route.name,
            "entry": route.entry,
            "owner": route.owner,
            "since": micros(route.since),
            "probe": route.probe,
            "stopped": _maybe_micros(route.stopped),
            "tried": route.tried.value,
            "checked": _maybe_micros(route.checked),
            "decision": route.decision,
        }
        tables.put(self._connection, tables.route, row, by="name")

    def count_asked(self, ability: Ability, tally: Tally) -> None:
        """Add to what is counted in the present minute."""
        now = micros(self._clock(self._connection))
        row = {"ability": ability.value, "minute": now - now % MINUTE}
        more = {"asked": tally.asked, "refused": tally.refused, "made": tally.made}
        statement = tables.insert(self._connection, tables.tally).values(**row, **more)
        added = {name: tables.tally.c[name] + statement.excluded[name] for name in more}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["ability", "minute"], set_=added)
        )

    def save_breaker(self, breaker: Breaker) -> None:
        """Store a breaker, or replace the one of its capability."""
        row: dict[str, object] = {
            "ability": breaker.ability.value,
            "why": breaker.why,
            "opened": _maybe_micros(breaker.opened),
            "until": _maybe_micros(breaker.until),
        }
        tables.put(self._connection, tables.breaker, row, by="ability")

    def save_incident(self, incident: Incident) -> None:
        """Store an incident, or replace the one with its id."""
        row: dict[str, object] = {
            "id": incident.id,
            "source": incident.source.value,
            "route": incident.route,
            "decision": incident.decision,
            "seen": micros(incident.seen),
            "mitigated": _maybe_micros(incident.mitigated),
            "tested": _maybe_micros(incident.tested),
            "words": incident.words,
            "picture": incident.picture,
        }
        tables.put(self._connection, tables.incident, row, by="id")


def _route(row: Row) -> Route:
    times = {name: _maybe(row[name]) for name in ("stopped", "checked")}
    return Route(**{**row, **times, "since": moment(row["since"]), "tried": Tried(row["tried"])})


def _incident(row: Row) -> Incident:
    times = {name: _maybe(row[name]) for name in ("mitigated", "tested")}
    return Incident(**{**row, **times, "seen": moment(row["seen"]), "source": Source(row["source"])})


def _maybe(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _maybe_micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)
