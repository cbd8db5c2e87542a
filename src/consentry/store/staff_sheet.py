"""Who works here, their passkeys and their sessions in memory: as strict as the database's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from consentry.core.staff import Member, Passkey, Session
from consentry.store.sheet import Tables, found
from consentry.store.words import absent, taken

_V = TypeVar("_V")


class StaffReader:
    """What a snapshot in memory says of them."""

    _tables: Tables

    def member(self, member_id: str) -> Member:
        """The member with `member_id`. Raises NotFound."""
        return found(self._tables.members, member_id, "member")

    def member_named(self, name: str) -> Member:
        """The member who signs in as `name`. Raises NotFound."""
        return _first(self._tables.members, lambda one: one.name == name, "member")

    def member_known(self, identity: str) -> Member:
        """The member with this digest of who they are elsewhere. Raises NotFound."""
        return _first(self._tables.members, lambda one: bool(identity) and one.identity == identity, "member")

    def members(self) -> Sequence[Member]:
        """Every member, by name."""
        return sorted(self._tables.members.values(), key=lambda one: one.name)

    def passkey(self, passkey_id: str) -> Passkey:
        """The passkey with `passkey_id`. Raises NotFound."""
        return _first(self._tables.passkeys, lambda one: one.id == passkey_id, "passkey")

    def passkeys(self, member_id: str) -> Sequence[Passkey]:
        """Every passkey of a member, oldest first."""
        mine = (one for one in self._tables.passkeys.values() if one and one.member == member_id)
        return sorted(mine, key=lambda one: (one.made, one.id))

    def session(self, session_id: str) -> Session:
        """The session with `session_id`. Raises NotFound."""
        return _first(self._tables.sessions, lambda one: one.id == session_id, "session")

    def session_of(self, digest: str) -> Session:
        """The session whose browser holds what has this digest, good or not. Raises NotFound."""
        return _first(self._tables.sessions, lambda one: one.digest == digest, "session")

    def sessions(self, member_id: str) -> Sequence[Session]:
        """Every session of a member that is still kept, newest first."""
        mine = (one for one in self._tables.sessions.values() if one and one.member == member_id)
        return sorted(sorted(mine, key=lambda one: one.id), key=lambda one: one.begun, reverse=True)


class StaffWriter(StaffReader):
    """What a transaction in memory does to them."""

    def save_member(self, member: Member) -> None:
        """Store a member, or replace the one with the id. Raises Conflict for somebody else's name."""
        others = [one for one in self._tables.members.values() if one.id != member.id]
        if any(one.name == member.name or _same(one, member) for one in others):
            raise taken()
        self._tables.members[member.id] = member

    def save_passkey(self, passkey: Passkey) -> None:
        """Store a passkey, or replace the one with its id. Raises NotFound without its member."""
        self.member(passkey.member)
        self._tables.passkeys[passkey.id] = passkey

    def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey. Does nothing if it is not there."""
        self._tables.passkeys[passkey_id] = None

    def save_session(self, session: Session) -> None:
        """Store a session, or replace the one with its id. Raises NotFound without its member."""
        self.member(session.member)
        self._tables.sessions[session.id] = session

    def drop_sessions(self, begun_before: datetime) -> int:
        """Forget every session that began before a moment; how many."""
        old = [one.id for one in self._tables.sessions.values() if one and one.begun < begun_before]
        self._tables.sessions.update(dict.fromkeys(old))
        return len(old)


def _same(one: Member, other: Member) -> bool:
    return bool(one.identity) and one.identity == other.identity


def _first(table: Mapping[str, _V | None], wanted: Callable[[_V], bool], what: str) -> _V:
    for one in table.values():
        if one is not None and wanted(one):
            return one
    raise absent(what)
