"""The ledger in the database: images made here and what became of them, and consents to make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from consentry.core.consent import Consent
from consentry.core.making import Handle, Making, MakingState
from consentry.store import rows, tables
from consentry.store.words import absent, taken


def consent(connection: sa.Connection, consent_id: str) -> Consent:
    """The consent with `consent_id`. Raises NotFound."""
    same = sa.select(tables.consent).where(tables.consent.c.id == consent_id)
    row = connection.execute(same).mappings().first()
    if row is None:
        raise absent("consent")
    return rows.consent_from(dict(row))


def consents(connection: sa.Connection) -> Sequence[Consent]:
    """Every consent, in the order recorded."""
    every = sa.select(tables.consent).order_by(tables.consent.c.given, tables.consent.c.id)
    return [rows.consent_from(dict(row)) for row in connection.execute(every).mappings()]


def put_consent(connection: sa.Connection, given: Consent) -> None:
    """Store a consent, or replace the one with its id. Raises BadInput for a misshapen hash."""
    tables.put(connection, tables.consent, rows.consent_row(given), by="id")


def making(connection: sa.Connection, making_id: str) -> Making:
    """The image with `making_id`. Raises NotFound."""
    same = sa.select(tables.making).where(tables.making.c.id == making_id)
    row = connection.execute(same).mappings().first()
    if row is None:
        raise absent("image in the ledger")
    return rows.making_from(dict(row))


def makings(
    connection: sa.Connection, handle: Handle, value: str, after: int, limit: int
) -> Sequence[tuple[int, Making]]:
    """Up to `limit` images found by a handle, each with its number, those after a number, in order."""
    table = tables.making
    same = sa.and_(table.c[handle.value] == value, table.c.seq > after)
    found = connection.execute(sa.select(table).where(same).order_by(table.c.seq).limit(limit))
    return [(row["seq"], rows.making_from(dict(row))) for row in found.mappings()]


def count_makings(connection: sa.Connection, handle: Handle, value: str) -> Mapping[MakingState, int]:
    """How many images are found by a handle, by what became of them."""
    table = tables.making
    counted = sa.select(table.c.state, sa.func.count()).where(table.c[handle.value] == value)
    found = connection.execute(counted.group_by(table.c.state))
    return {MakingState(state): number for state, number in found}


def add_making(connection: sa.Connection, made: Making) -> None:
    """Store an image that was made. Raises Conflict if its id is taken."""
    if not tables.add(connection, tables.making, rows.making_row(made), by=("id",)):
        raise taken()


def mark_making(connection: sa.Connection, making_id: str, state: MakingState) -> None:
    """Write down what became of an image. Raises NotFound."""
    same = sa.update(tables.making).where(tables.making.c.id == making_id)
    if not connection.execute(same.values(state=state.value)).rowcount:
        raise absent("image in the ledger")
