"""Features and candidates in the database: where the ones are kept, and what the others wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

import sqlalchemy as sa

from consentry.core.candidate import Candidate, CandidateState, Kept
from consentry.core.match import Match, Method, Region
from consentry.store import log, tables
from consentry.store.rows import micros, moment
from consentry.store.words import absent


def features(connection: sa.Connection, owner: str) -> Kept:
    """Where the features of a known picture are. Raises NotFound."""
    mine = sa.and_(tables.features.c.owner == owner, tables.features.c.blob != "")
    row = connection.execute(sa.select(tables.features).where(mine)).mappings().first()
    if row is None:
        raise absent("features")
    return _kept(row)


def features_since(connection: sa.Connection, change: int, limit: int) -> Sequence[tuple[int, Kept]]:
    """What was kept or forgotten after `change`, with the number of that change, in order."""
    number = tables.features.c.change
    later = sa.select(tables.features).where(number > change).order_by(number).limit(limit)
    return [(row["change"], _kept(row)) for row in connection.execute(later).mappings()]


def features_of(connection: sa.Connection, source: str, after: str, limit: int) -> Sequence[Kept]:
    """Features still kept of pictures from `source` that come after `after`, in order."""
    table = tables.features.c
    wanted = sa.and_(table.source == source, table.blob != "", table.owner > after)
    found = sa.select(tables.features).where(wanted).order_by(table.owner).limit(limit)
    return [_kept(row) for row in connection.execute(found).mappings()]


def keep(connection: sa.Connection, kept: Kept) -> None:
    """Remember where features are, or that they are no longer kept."""
    row: dict[str, object] = {"owner": kept.owner, "source": kept.source, "blob": kept.blob}
    row["change"] = log.count(connection, "changes")
    tables.put(connection, tables.features, row, by="owner")


def candidate(connection: sa.Connection, candidate_id: str) -> Candidate:
    """The candidate with `candidate_id`. Raises NotFound."""
    found = candidates(connection, tables.candidate.c.id == candidate_id)
    if not found:
        raise absent("candidate")
    return found[0]


def candidates(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Sequence[Candidate]:
    """Candidates that `where` is true of, in the order found."""
    found = sa.select(tables.candidate).where(where).order_by(tables.candidate.c.seq)
    return [_candidate(row) for row in connection.execute(found).mappings()]


def add_candidate(connection: sa.Connection, made: Candidate) -> bool:
    """Store a candidate; False if there is one for the same pair. Raises Conflict if its id is taken."""
    return tables.add(connection, tables.candidate, _row(made), by=("picture", "entry"))


def save_candidate(connection: sa.Connection, made: Candidate) -> None:
    """Replace a candidate. Raises NotFound."""
    same = sa.update(tables.candidate).where(tables.candidate.c.id == made.id)
    if not connection.execute(same.values(_row(made))).rowcount:
        raise absent("candidate")


def _kept(row: sa.RowMapping) -> Kept:
    return Kept(row["owner"], row["source"], row["blob"])


def _row(made: Candidate) -> dict[str, Any]:
    return {
        "id": made.id,
        "picture": made.picture,
        "entry": made.match.entry,
        "source": made.match.source,
        "case_id": made.match.case,
        "method": made.match.method.value,
        "view": made.match.view,
        "distance": made.match.distance,
        "region": [] if made.match.region is None else list(astuple(made.match.region)),
        "at": micros(made.at),
        "state": made.state.value,
    }


def _candidate(row: sa.RowMapping) -> Candidate:
    match = Match(
        entry=row["entry"],
        source=row["source"],
        method=Method(row["method"]),
        distance=row["distance"],
        case=row["case_id"],
        view=row["view"],
        region=Region(*row["region"]) if row["region"] else None,
    )
    return Candidate(row["id"], row["picture"], match, moment(row["at"]), CandidateState(row["state"]))
