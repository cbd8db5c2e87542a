"""Who works here, their passkeys and their sessions in the database; of secrets only digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from consentry.core.staff import Member, Passkey, Role, Session, Way
from consentry.store import tables
from consentry.store.rows import Row, micros, moment
from consentry.store.words import absent, taken

staff = sa.Table(
    "staff",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("identity", sa.Text, unique=True, comment="digest of who they are at the provider's"),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failed", sa.BigInteger),
)

passkey = sa.Table(
    "staff_passkey",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("member", sa.Text, sa.ForeignKey(staff.c.id), nullable=False, index=True),
    sa.Column("key", sa.LargeBinary, nullable=False, comment="the public half, COSE"),
    sa.Column("uses", sa.BigInteger, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
)

session = sa.Table(
    "staff_session",
    tables.metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True, comment="of what the browser holds"),
    sa.Column("member", sa.Text, sa.ForeignKey(staff.c.id), nullable=False, index=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("begun", sa.BigInteger, nullable=False, index=True),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("touched", sa.BigInteger),
    sa.Column("ended", sa.BigInteger),
)


class StaffReads:
    """What a snapshot of the database says of them."""

    _connection: sa.Connection

    def member(self, member_id: str) -> Member:
        """The member with `member_id`. Raises NotFound."""
        return _member(self._staff_row(staff, staff.c.id == member_id, "member"))

    def member_named(self, name: str) -> Member:
        """The member who signs in as `name`. Raises NotFound."""
        return _member(self._staff_row(staff, staff.c.name == name, "member"))

    def member_known(self, identity: str) -> Member:
        """The member with this digest of who they are elsewhere. Raises NotFound."""
        return _member(self._staff_row(staff, staff.c.identity == identity, "member"))

    def members(self) -> Sequence[Member]:
        """Every member, by name."""
        every = self._connection.execute(sa.select(staff)).mappings()
        return sorted((_member(dict(row)) for row in every), key=lambda one: one.name)

    def passkey(self, passkey_id: str) -> Passkey:
        """The passkey with `passkey_id`. Raises NotFound."""
        return _passkey(self._staff_row(passkey, passkey.c.id == passkey_id, "passkey"))

    def passkeys(self, member_id: str) -> Sequence[Passkey]:
        """Every passkey of a member, oldest first."""
        mine = sa.select(passkey).where(passkey.c.member == member_id).order_by(passkey.c.made, passkey.c.id)
        return [_passkey(dict(row)) for row in self._connection.execute(mine).mappings()]

    def session(self, session_id: str) -> Session:
        """The session with `session_id`. Raises NotFound."""
        return _session(self._staff_row(session, session.c.id == session_id, "session"))

    def session_of(self, digest: str) -> Session:
        """The session whose browser holds what has this digest, good or not. Raises NotFound."""
        return _session(self._staff_row(session, session.c.digest == digest, "session"))

    def sessions(self, member_id: str) -> Sequence[Session]:
        """Every session of a member that is still kept, newest first."""
        order = session.c.begun.desc(), session.c.id
        mine = sa.select(session).where(session.c.member == member_id).order_by(*order)
        return [_session(dict(row)) for row in self._connection.execute(mine).mappings()]

    def _staff_row(self, table: sa.Table, where: sa.ColumnElement[bool], what: str) -> Row:
        row = self._connection.execute(sa.select(table).where(where)).mappings().first()
        if row is None:
            raise absent(what)
        return dict(row)


class StaffWrites(StaffReads):
    """What a transaction of the database does to them."""

    def save_member(self, member: Member) -> None:
        """Store a member, or replace the one with the id. Raises Conflict for somebody else's name."""
        row: dict[str, Any] = {
            "id": member.id,
            "name": member.name,
            "roles": sorted(role.value for role in member.roles),
            "made": micros(member.made),
            "active": member.active,
            "identity": member.identity or None,
            "failures": member.failures,
            "failed": _maybe_micros(member.failed),
        }
        same = staff.c.name == member.name
        if member.identity:
            same = sa.or_(same, staff.c.identity == member.identity)
        others = sa.select(staff.c.id).where(staff.c.id != member.id, same)
        if self._connection.execute(others).first() is not None:
            raise taken()
        tables.put(self._connection, staff, row, by="id")

    def save_passkey(self, one: Passkey) -> None:
        """Store a passkey, or replace the one with its id. Raises NotFound without its member."""
        self.member(one.member)
        row: dict[str, object] = {
            "id": one.id,
            "member": one.member,
            "key": one.key,
            "uses": one.uses,
            "label": one.label,
            "made": micros(one.made),
        }
        tables.put(self._connection, passkey, row, by="id")

    def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey. Does nothing if it is not there."""
        self._connection.execute(sa.delete(passkey).where(passkey.c.id == passkey_id))

    def save_session(self, one: Session) -> None:
        """Store a session, or replace the one with its id. Raises NotFound without its member."""
        self.member(one.member)
        row: dict[str, object] = {
            "id": one.id,
            "digest": one.digest,
            "member": one.member,
            "way": one.way.value,
            "begun": micros(one.begun),
            "seen": micros(one.seen),
            "touched": _maybe_micros(one.touched),
            "ended": _maybe_micros(one.ended),
        }
        tables.put(self._connection, session, row, by="id")

    def drop_sessions(self, begun_before: datetime) -> int:
        """Forget every session that began before a moment; how many."""
        old = sa.delete(session).where(session.c.begun < micros(begun_before))
        return self._connection.execute(old).rowcount


def _member(row: Row) -> Member:
    roles = frozenset(Role(role) for role in row["roles"])
    times = {"made": moment(row["made"]), "failed": _maybe(row["failed"])}
    return Member(**{**row, **times, "roles": roles, "identity": row["identity"] or ""})


def _passkey(row: Row) -> Passkey:
    return Passkey(**{**row, "made": moment(row["made"])})


def _session(row: Row) -> Session:
    times = {name: moment(row[name]) for name in ("begun", "seen")}
    maybe = {name: _maybe(row[name]) for name in ("touched", "ended")}
    return Session(**{**row, **times, **maybe, "way": Way(row["way"])})


def _maybe(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _maybe_micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)
