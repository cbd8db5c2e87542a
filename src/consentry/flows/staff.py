"""Who works here: members are invited, given roles, and disabled, and the log says by whom.

1. A member is added with a name and roles, and gets an invitation that opens their account once.
2. Roles are changed and members disabled by somebody else than themselves; it counts from the next
   request of theirs on.
3. Every change is a line in the log with identifiers only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, Forbidden
from consentry.core.fleeting import Fleeting
from consentry.core.ports import Ids, Store, Transaction
from consentry.core.staff import INVITATION, INVITED, Member, Role, Session, invitation_to
from consentry.core.sweep import keep_for_a_while

NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
"""What somebody may sign in as."""

COMMAND_LINE = "command line"
"""Who acts where nobody is signed in: whoever may read the data directory."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Where members are kept."""

    store: Store
    """Where they are written down."""
    ids: Ids
    """Where identifiers and invitations come from."""

    def add(self, name: str, roles: frozenset[Role], by: str = COMMAND_LINE) -> tuple[Member, str]:
        """A new member and the one showing of their invitation. Raises BadInput, Conflict."""
        if not NAME.fullmatch(name):
            raise BadInput(
                "A name has 2 to 40 small letters, digits, dots, hyphens or underscores, a letter first.",
                param="name",
            )
        with self.store.begin() as tx:
            if any(one.name == name for one in tx.members()):
                raise Conflict("Somebody has that name already.", next_step="Choose another name.")
            member = Member(self.ids.new("stf"), name, roles, tx.now())
            tx.save_member(member)
            self._write(tx, "added", member, by, {"roles": _words(roles)})
            return member, self._invite(tx, member, by)

    def invite(self, name: str, by: str = COMMAND_LINE) -> tuple[Member, str]:
        """A new invitation, in place of any before. Raises NotFound, Forbidden for a disabled member."""
        with self.store.begin() as tx:
            member = tx.member_named(name)
            if not member.active:
                raise Forbidden(
                    "This member is disabled.",
                    code="disabled",
                    next_step="Enable them first, if they are back.",
                )
            return member, self._invite(tx, member, by)

    def give(self, name: str, roles: frozenset[Role], by: str = COMMAND_LINE) -> Member:
        """Give a member other roles. Raises NotFound, Forbidden for one's own."""
        with self.store.begin() as tx:
            member = replace(_other(tx, name, by), roles=roles)
            tx.save_member(member)
            self._write(tx, "roles", member, by, {"roles": _words(roles)})
        return member

    def disable(self, name: str, by: str = COMMAND_LINE) -> Member:
        """Shut a member out at once: sessions and invitations too. Raises NotFound, Forbidden for oneself."""
        with self.store.begin() as tx:
            member = replace(_other(tx, name, by), active=False)
            tx.save_member(member)
            _drop_invitations(tx, member)
            self._write(tx, "disabled", member, by, {})
            self._end(tx, member, by)
        return member

    def enable(self, name: str, by: str = COMMAND_LINE) -> Member:
        """Let a member in again, with what they had. Raises NotFound."""
        with self.store.begin() as tx:
            member = replace(tx.member_named(name), active=True, failures=0, failed=None)
            tx.save_member(member)
            self._write(tx, "enabled", member, by, {})
        return member

    def end_sessions(self, name: str, by: str = COMMAND_LINE) -> int:
        """End every session of a member; how many there were. Raises NotFound."""
        with self.store.begin() as tx:
            return self._end(tx, tx.member_named(name), by)

    def everybody(self) -> Sequence[tuple[Member, int, int]]:
        """Every member, with how many passkeys and how many good sessions they have."""
        with self.store.read() as view:
            now = view.now()
            return [
                (one, len(view.passkeys(one.id)), sum(each.good(now) for each in view.sessions(one.id)))
                for one in view.members()
            ]

    def sessions(self, name: str) -> Sequence[Session]:
        """Every good session of a member, newest first. Raises NotFound."""
        with self.store.read() as view:
            now = view.now()
            return [one for one in view.sessions(view.member_named(name).id) if one.good(now)]

    def _end(self, tx: Transaction, member: Member, by: str) -> int:
        now = tx.now()
        good = [one for one in tx.sessions(member.id) if one.good(now)]
        for one in good:
            tx.save_session(replace(one, ended=now))
        self._write(tx, "sessions_ended", member, by, {"sessions": [one.id for one in good]})
        return len(good)

    def _invite(self, tx: Transaction, member: Member, by: str) -> str:
        _drop_invitations(tx, member)
        shown = self.ids.new("inv")
        keep_for_a_while(tx, Fleeting(invitation_to(shown), member.id, tx.now() + INVITED))
        self._write(tx, "invited", member, by, {})
        return shown

    @staticmethod
    def _write(tx: Transaction, event: str, member: Member, by: str, more: Mapping[str, object]) -> None:
        tx.append(Kind.STAFF, {"event": event, "member": member.id, "by": by, **more})


def _drop_invitations(tx: Transaction, member: Member) -> None:
    for one in tx.fleeting_of(member.id):
        if one.name.startswith(INVITATION):
            tx.drop_fleeting(one.name)


def _other(tx: Transaction, name: str, by: str) -> Member:
    """The member, who must not be the one who acts. Raises Forbidden."""
    member = tx.member_named(name)
    if member.id == by:
        raise Forbidden(
            "Nobody changes their own roles or account.",
            code="own_account",
            next_step="Ask another operator.",
        )
    return member


def _words(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)
