"""Reviews, choices, looks and appeals in the database; of what opens a look only a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consentry.core.appeal import Appeal, AppealState, Party
from consentry.core.exposure import Reveal
from consentry.core.review import Choice, Resolution, ResolutionState, Review, ReviewState, Task
from consentry.store import tables
from consentry.store.rows import Row, micros, moment
from consentry.store.words import absent, outdated, taken

review = sa.Table(
    "review",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey(tables.case.c.id), nullable=False, index=True),
    sa.Column("task", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("opened", sa.BigInteger, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("since", sa.BigInteger),
    sa.Column("barred", sa.JSON, nullable=False),
    sa.Column("appeal", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False, server_default="-1", comment="of the log"),
)
sa.Index("ix_review_turn", review.c.state, review.c.due, review.c.severity.desc(), review.c.id)

resolution = sa.Table(
    "resolution",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("review", sa.Text, sa.ForeignKey(review.c.id), nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("ticked", sa.JSON, nullable=False),
    sa.Column("others", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("second", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, comment="a blob, encrypted; empty once erased"),
    sa.Column("looks", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
)

reveal = sa.Table(
    "reveal",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True, comment="of what opens it"),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("copy", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger),
    sa.Column("covered", sa.BigInteger),
)
sa.Index("ix_reveal_member", reveal.c.member, reveal.c.at)

appeal = sa.Table(
    "appeal",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("resolution", sa.Text, sa.ForeignKey(resolution.c.id), nullable=False),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("copy", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("words", sa.Text, nullable=False, comment="a blob, encrypted; empty once erased"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("decided", sa.BigInteger),
)

_QUEUE = (
    sa.select(review)
    .where(review.c.state == sa.bindparam("state"))
    .order_by(review.c.due, review.c.severity.desc(), review.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


class ReviewReads:
    """What a snapshot of the database says of them."""

    _connection: sa.Connection

    def review(self, review_id: str) -> Review:
        """The review with `review_id`. Raises NotFound."""
        return _review(self._review_row(review, review.c.id == review_id, "review"))

    def reviews(self, state: ReviewState, limit: int) -> Sequence[Review]:
        """Up to `limit` reviews in a state, those due soonest first, of these the gravest first."""
        found = self._connection.execute(_QUEUE, {"state": state.value, "limit": limit}).mappings()
        return [_review(dict(row)) for row in found]

    def reviews_of(self, case_id: str) -> Sequence[Review]:
        """Every review of a case, in the order opened."""
        found = self._review_rows(review, review.c.case_id == case_id, review.c.opened)
        return [_review(row) for row in found]

    def count_reviews(self, before: datetime) -> Mapping[ReviewState, int]:
        """How many reviews that are due before a moment there are, by state."""
        counts = (
            sa.select(review.c.state, sa.func.count())
            .where(review.c.state != ReviewState.DONE.value, review.c.due < micros(before))
            .group_by(review.c.state)
        )
        found = {ReviewState(state): int(many) for state, many in self._connection.execute(counts)}
        return {state: found.get(state, 0) for state in ReviewState if state is not ReviewState.DONE}

    def resolution(self, resolution_id: str) -> Resolution:
        """The choice with `resolution_id`. Raises NotFound."""
        return _resolution(self._review_row(resolution, resolution.c.id == resolution_id, "decision"))

    def resolutions(self, case_id: str) -> Sequence[Resolution]:
        """Every choice about a case, in the order made."""
        found = self._review_rows(resolution, resolution.c.case_id == case_id, resolution.c.at)
        return [_resolution(row) for row in found]

    def resolutions_since(self, at: datetime, limit: int) -> Sequence[Resolution]:
        """The newest choices made since a moment, newest first."""
        found = (
            sa.select(resolution)
            .where(resolution.c.at >= micros(at))
            .order_by(resolution.c.at.desc(), resolution.c.id)
            .limit(limit)
        )
        return [_resolution(dict(row)) for row in self._connection.execute(found).mappings()]

    def reveal(self, digest: str) -> Reveal:
        """The look that is opened by what has this digest. Raises NotFound."""
        return _reveal(self._review_row(reveal, reveal.c.digest == digest, "look"))

    def reveals(self, member: str, since: datetime) -> Sequence[Reveal]:
        """What a member asked to see since a moment, in order."""
        where = sa.and_(reveal.c.member == member, reveal.c.at >= micros(since))
        return [_reveal(row) for row in self._review_rows(reveal, where, reveal.c.at)]

    def appeal(self, appeal_id: str) -> Appeal:
        """The appeal with `appeal_id`. Raises NotFound."""
        return _appeal(self._review_row(appeal, appeal.c.id == appeal_id, "appeal"))

    def appeals(self, case_id: str) -> Sequence[Appeal]:
        """Every appeal in a case, in the order made."""
        return [_appeal(row) for row in self._review_rows(appeal, appeal.c.case_id == case_id, appeal.c.at)]

    def _review_row(self, table: sa.Table, where: sa.ColumnElement[bool], what: str) -> Row:
        row = self._connection.execute(sa.select(table).where(where)).mappings().first()
        if row is None:
            raise absent(what)
        return dict(row)

    def _review_rows(
        self, table: sa.Table, where: sa.ColumnElement[bool], order: sa.ColumnElement[Any]
    ) -> list[Row]:
        found = sa.select(table).where(where).order_by(order, table.c.id)
        return [dict(row) for row in self._connection.execute(found).mappings()]


class ReviewWrites(ReviewReads):
    """What a transaction of the database does to them."""

    def add_review(self, one: Review) -> None:
        """Store a new review. Raises Conflict if its id is taken, NotFound without its case."""
        self._review_row(tables.case, tables.case.c.id == one.case, "case")
        if not tables.add(self._connection, review, _review_columns(one), by=("id",)):
            raise taken()

    def save_review(self, one: Review) -> Review:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""
        saved = replace(one, version=one.version + 1)
        same = sa.and_(review.c.id == one.id, review.c.version == one.version)
        changed = sa.update(review).where(same).values(_review_columns(saved))
        if self._connection.execute(changed).rowcount:
            return saved
        self.review(one.id)  # raises NotFound if it is not there at all
        raise outdated()

    def save_resolution(self, one: Resolution) -> None:
        """Store a choice, or replace the one with its id. Raises NotFound without its review."""
        self.review(one.review)
        tables.put(
            self._connection,
            resolution,
            {
                "id": one.id,
                "review": one.review,
                "case_id": one.case,
                "choice": one.choice.value,
                "because": one.because,
                "by": one.by,
                "at": micros(one.at),
                "ticked": list(one.ticked),
                "others": list(one.others),
                "state": one.state.value,
                "second": one.second,
                "note": one.note,
                "looks": one.looks,
                "seconds": one.seconds,
            },
            by="id",
        )

    def save_reveal(self, one: Reveal) -> None:
        """Store a look, or replace the one with its id."""
        row: dict[str, object] = {
            "id": one.id,
            "digest": one.digest,
            "case_id": one.case,
            "copy": one.copy,
            "member": one.member,
            "at": micros(one.at),
            "used": _maybe_micros(one.used),
            "covered": _maybe_micros(one.covered),
        }
        tables.put(self._connection, reveal, row, by="id")

    def save_appeal(self, one: Appeal) -> None:
        """Store an appeal, or replace the one with its id. Raises NotFound without its resolution."""
        self.resolution(one.resolution)
        row: dict[str, object] = {
            "id": one.id,
            "resolution": one.resolution,
            "case_id": one.case,
            "party": one.party.value,
            "copy": one.copy,
            "at": micros(one.at),
            "words": one.words,
            "state": one.state.value,
            "by": one.by,
            "decided": _maybe_micros(one.decided),
        }
        tables.put(self._connection, appeal, row, by="id")


def _review_columns(one: Review) -> dict[str, object]:
    return {
        "id": one.id,
        "case_id": one.case,
        "task": one.task.value,
        "state": one.state.value,
        "due": micros(one.due),
        "severity": one.severity,
        "opened": micros(one.opened),
        "holder": one.holder,
        "until": _maybe_micros(one.until),
        "since": _maybe_micros(one.since),
        "barred": sorted(one.barred),
        "appeal": one.appeal,
        "version": one.version,
        "line": one.line,
    }


def _review(row: Row) -> Review:
    times = {"due": moment(row["due"]), "opened": moment(row["opened"])}
    maybe = {name: _maybe(row[name]) for name in ("until", "since")}
    kinds = {
        "task": Task(row["task"]),
        "state": ReviewState(row["state"]),
        "barred": frozenset(row["barred"]),
    }
    return Review(**{**_named(row), **times, **maybe, **kinds})


def _resolution(row: Row) -> Resolution:
    kinds = {"choice": Choice(row["choice"]), "state": ResolutionState(row["state"]), "at": moment(row["at"])}
    copies = {"ticked": tuple(row["ticked"]), "others": tuple(row["others"])}
    return Resolution(**{**_named(row), **kinds, **copies})


def _reveal(row: Row) -> Reveal:
    maybe = {name: _maybe(row[name]) for name in ("used", "covered")}
    return Reveal(**{**_named(row), **maybe, "at": moment(row["at"])})


def _appeal(row: Row) -> Appeal:
    kinds = {"party": Party(row["party"]), "state": AppealState(row["state"]), "at": moment(row["at"])}
    return Appeal(**{**_named(row), **kinds, "decided": _maybe(row["decided"])})


def _named(row: Row) -> dict[str, Any]:
    """A row with its case under the name that the core has for it."""
    return {("case" if name == "case_id" else name): value for name, value in row.items()}


def _maybe(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _maybe_micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)
