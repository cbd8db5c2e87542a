"""Cases, copies and refusals in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consentry.core.case import STOPPED, Case, CaseState, Copy, CopyState, RefusalGround
from consentry.core.escalation import SIX_HOURS, Pressing
from consentry.core.refusal import Refusal
from consentry.store import rows, tables
from consentry.store.rows import Row, micros, moment
from consentry.store.words import absent, outdated, taken

RUNNING = sorted({state.value for state in CaseState} - {state.value for state in STOPPED})
"""States in which a clock runs."""

refusal = sa.Table(
    "refusal",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey(tables.case.c.id), nullable=False, index=True),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False, comment="the member of staff"),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("words", sa.Text, nullable=False, comment="where the reason is, encrypted; empty once erased"),
    sa.Column("complained", sa.BigInteger),
    sa.Column("complaint", sa.Text, nullable=False, comment="where the complaint is, encrypted"),
    sa.Column("due", sa.BigInteger, index=True),
    sa.Column("answered", sa.BigInteger),
    sa.Column("answered_by", sa.Text, nullable=False),
    sa.Column("upheld", sa.Boolean, nullable=False),
    sa.Column("answer", sa.Text, nullable=False, comment="where the answer is, encrypted"),
)

_WAITING = sa.and_(refusal.c.complained.is_not(None), refusal.c.answered.is_(None))


class CaseReads:
    """What a snapshot of the database says of them."""

    _connection: sa.Connection

    def now(self) -> datetime:
        """The present moment (UTC)."""
        raise NotImplementedError

    def case(self, case_id: str) -> Case:
        """The case with `case_id`. Raises NotFound."""
        return rows.case_from(self._first(sa.select(tables.case).where(tables.case.c.id == case_id), "case"))

    def cases(self, *, running: bool) -> Sequence[Case]:
        """Cases whose clock runs (or has stopped), soonest deadline first."""
        runs = tables.case.c.state.in_(RUNNING)
        where = runs if running else sa.not_(runs)
        found = sa.select(tables.case).where(where).order_by(tables.case.c.due, tables.case.c.id)
        return [rows.case_from(row) for row in self._rows(found)]

    def pressing(self) -> Pressing:
        """How many cases run, press, are overdue, or wait for proof or for an answer."""
        now = self.now()
        soon, due = micros(now + SIX_HOURS), tables.case.c.due
        counted = sa.select(
            sa.func.count(),
            _sum(sa.and_(due > micros(now), due <= soon)),
            _sum(due <= micros(now)),
            _sum(tables.case.c.state == CaseState.HIDDEN.value),
        ).where(tables.case.c.state.in_(RUNNING))
        running = self._connection.execute(counted).one()
        asked = sa.select(sa.func.count(), _sum(refusal.c.due <= micros(now))).where(_WAITING)
        waiting = self._connection.execute(asked).one()
        return Pressing(*(int(number or 0) for number in (*running, *waiting)))

    def copy(self, copy_id: str) -> Copy:
        """The copy with `copy_id`. Raises NotFound."""
        return rows.copy_from(self._first(sa.select(tables.copy).where(tables.copy.c.id == copy_id), "copy"))

    def copies(self, case_id: str) -> Sequence[Copy]:
        """Every copy of a case, in the order found."""
        return self._copies(tables.copy.c.case_id == case_id)

    def copies_at(self, platform: str, item: str) -> Sequence[Copy]:
        """What cases say of one item, each case once, in the order found."""
        return self._copies(sa.and_(tables.copy.c.platform == platform, tables.copy.c.item == item))

    def copy_states(self, case_id: str) -> Mapping[CopyState, int]:
        """How many copies of a case there are in each state that any is in."""
        state = tables.copy.c.state
        counted = sa.select(state, sa.func.count()).where(tables.copy.c.case_id == case_id).group_by(state)
        return {CopyState(name): int(number) for name, number in self._connection.execute(counted)}

    def refusal(self, refusal_id: str) -> Refusal:
        """The refusal with `refusal_id`. Raises NotFound."""
        return _refusal(self._first(sa.select(refusal).where(refusal.c.id == refusal_id), "refusal"))

    def refusals(self, case_id: str) -> Sequence[Refusal]:
        """Every refusal of a case, the first first."""
        mine = sa.select(refusal).where(refusal.c.case_id == case_id)
        return [_refusal(row) for row in self._rows(mine.order_by(refusal.c.at, refusal.c.id))]

    def complaints(self) -> Sequence[Refusal]:
        """Refusals whose complaint waits for an answer, soonest due first."""
        waiting = sa.select(refusal).where(_WAITING).order_by(refusal.c.due, refusal.c.id)
        return [_refusal(row) for row in self._rows(waiting)]

    def _copies(self, where: sa.ColumnElement[bool]) -> list[Copy]:
        found = sa.select(tables.copy).where(where).order_by(tables.copy.c.seq)
        return [rows.copy_from(row) for row in self._rows(found)]

    def _rows(self, statement: sa.Select[Any]) -> list[Row]:
        found = self._connection.execute(statement).mappings()
        return [{str(name): value for name, value in row.items()} for row in found]

    def _first(self, statement: sa.Select[Any], what: str) -> Row:
        found = self._rows(statement)
        if not found:
            raise absent(what)
        return found[0]


class CaseWrites(CaseReads):
    """Changes them."""

    def add_case(self, case: Case) -> None:
        """Store a new case. Raises Conflict if its id is taken."""
        if not tables.add(self._connection, tables.case, rows.case_row(case), by=("id",)):
            raise taken()

    def save_case(self, case: Case) -> Case:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""
        saved = replace(case, version=case.version + 1)
        same = sa.and_(tables.case.c.id == case.id, tables.case.c.version == case.version)
        if self._connection.execute(sa.update(tables.case).where(same).values(rows.case_row(saved))).rowcount:
            return saved
        self.case(case.id)  # raises NotFound if it is not there at all
        raise outdated()

    def add_copy(self, copy: Copy) -> bool:
        """Store a copy; False if the case already has that platform and item. Raises NotFound, Conflict."""
        self.case(copy.case)
        by = ("case_id", "platform", "item")
        return tables.add(self._connection, tables.copy, rows.copy_row(copy), by=by)

    def save_copy(self, copy: Copy) -> None:
        """Replace a copy. Raises NotFound."""
        statement = sa.update(tables.copy).where(tables.copy.c.id == copy.id).values(rows.copy_row(copy))
        if not self._connection.execute(statement).rowcount:
            raise absent("copy")

    def save_refusal(self, made: Refusal) -> None:
        """Store a refusal, or replace the one with its id. Raises NotFound if there is no such case."""
        self.case(made.case)
        row: dict[str, object] = {
            "id": made.id,
            "case_id": made.case,
            "ground": made.ground.value,
            "by": made.by,
            "at": micros(made.at),
            "words": made.words,
            "complained": rows.maybe_micros(made.complained),
            "complaint": made.complaint,
            "due": rows.maybe_micros(made.due),
            "answered": rows.maybe_micros(made.answered),
            "answered_by": made.answered_by,
            "upheld": made.upheld,
            "answer": made.answer,
        }
        tables.put(self._connection, refusal, row, by="id")


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows it is true of."""
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _refusal(row: Row) -> Refusal:
    return Refusal(
        id=row["id"],
        case=row["case_id"],
        ground=RefusalGround(row["ground"]),
        by=row["by"],
        at=moment(row["at"]),
        words=row["words"],
        complained=rows.maybe_moment(row["complained"]),
        complaint=row["complaint"],
        due=rows.maybe_moment(row["due"]),
        answered=rows.maybe_moment(row["answered"]),
        answered_by=row["answered_by"],
        upheld=bool(row["upheld"]),
        answer=row["answer"],
    )
