"""Somebody who is signed in keeps their own ways of signing in, and ends their own sessions.

1. Whoever has a passkey must have touched one just now, or been invited anew, before a way of signing in
   is added or taken away.
2. A passphrase is six words that we make and show once; it is kept as a slow digest.
3. Each change is a line in the log with identifiers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from consentry.core import challenge
from consentry.core.entry import Kind
from consentry.core.errors import BadInput, Conflict, Forbidden, NotFound
from consentry.core.ports import Ids, Passphrases, Store, Transaction
from consentry.core.signports import Passkeys
from consentry.core.staff import Member, Passkey, Session, may_change_keys, passphrase_of

LONGEST_LABEL = 60
"""Longest name of a passkey, in characters."""

MOST = 10
"""Most passkeys of one member."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody has for signing in."""

    passkeys: Sequence[Passkey]
    """Their passkeys, oldest first."""
    passphrase: bool
    """Whether they have a passphrase."""
    linked: bool
    """Whether the organisation's own sign-in is linked."""
    sessions: Sequence[Session]
    """Their good sessions, newest first."""
    changeable: bool
    """Whether this may be changed in the session that asks."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where members keep their own accounts."""

    store: Store
    """Where they are kept."""
    ids: Ids
    """Where chance comes from."""
    passphrases: Passphrases
    """How passphrases are made."""
    passkeys: Passkeys
    """Who checks passkeys."""
    key: bytes
    """The secret that questions are sealed under."""

    def look(self, member: Member, session: Session) -> Kept:
        """What somebody has for signing in."""
        with self.store.read() as view:
            now, passkeys, digest = view.now(), view.passkeys(member.id), ""
            with suppress(NotFound):
                digest = view.secret(passphrase_of(member))
            sessions = [one for one in view.sessions(member.id) if one.good(now)]
        changeable = may_change_keys(session, len(passkeys), now)
        return Kept(passkeys, bool(digest), bool(member.identity), sessions, changeable)

    def to_make(self, member: Member, browser: str) -> str:
        """What a browser is asked in order to make a passkey, JSON."""
        with self.store.read() as view:
            now, present = view.now(), view.passkeys(member.id)
        question = challenge.ask(self.key, "make", browser, now, self.ids.new("q"))
        return self.passkeys.to_make(member, question, present)

    def to_touch(self, member: Member, browser: str) -> str:
        """What a browser is asked in order to touch one of a member's passkeys, JSON."""
        with self.store.read() as view:
            now, present = view.now(), view.passkeys(member.id)
        question = challenge.ask(self.key, "touch", browser, now, self.ids.new("q"))
        return self.passkeys.to_touch(question, present)

    def add_passkey(self, member: Member, session: Session, browser: str, answer: str, label: str) -> Passkey:
        """Register a passkey. Raises NotAllowed, Forbidden, Conflict, BadInput."""
        with self.store.begin() as tx:
            present = self._changing(tx, member, session)
            if len(present) >= MOST:
                raise BadInput(f"You have {MOST} passkeys.", next_step="Remove one that you no longer use.")
            question = self.passkeys.question(answer)
            challenge.use(tx, tx.now(), self.key, "make", browser, question)
            new = self.passkeys.made(answer, question)
            with suppress(NotFound):
                tx.passkey(new.id)
                raise Conflict("This passkey is registered already.")
            label = " ".join(label.split())[:LONGEST_LABEL] or "Passkey"
            made = Passkey(new.id, member.id, new.key, new.uses, label, tx.now())
            tx.save_passkey(made)
            self._write(tx, "passkey_added", member, session, passkey=challenge.written(new.key[-8:]))
        return made

    def drop_passkey(self, member: Member, session: Session, passkey_id: str) -> None:
        """Take a passkey away. Raises NotFound, Forbidden."""
        with self.store.begin() as tx:
            present = self._changing(tx, member, session)
            found = [one for one in present if one.id == passkey_id]
            if not found:
                raise NotFound("You have no such passkey.")
            tx.drop_passkey(passkey_id)
            self._write(tx, "passkey_dropped", member, session, passkey=challenge.written(found[0].key[-8:]))

    def make_passphrase(self, member: Member, session: Session) -> str:
        """Make a new passphrase in place of any before; it is shown this once. Raises Forbidden."""
        shown = self.passphrases.make()
        digest = self.passphrases.digest(member.id, shown)
        with self.store.begin() as tx:
            self._changing(tx, member, session)
            tx.put_secret(passphrase_of(member), digest)
            self._write(tx, "passphrase_made", member, session)
        return shown

    def drop_passphrase(self, member: Member, session: Session) -> None:
        """Take the passphrase away. Raises Forbidden."""
        with self.store.begin() as tx:
            self._changing(tx, member, session)
            tx.put_secret(passphrase_of(member), "")
            self._write(tx, "passphrase_dropped", member, session)

    def link(self, member: Member, session: Session, identity: str) -> None:
        """Link the organisation's own sign-in; empty takes it away. Raises Forbidden, Conflict."""
        with self.store.begin() as tx:
            self._changing(tx, member, session)
            tx.save_member(replace(tx.member(member.id), identity=identity))
            self._write(tx, "linked" if identity else "unlinked", member, session)

    def end(self, member: Member, session: Session, session_id: str) -> None:
        """End one of one's own sessions. Raises NotFound."""
        with self.store.begin() as tx:
            found = [one for one in tx.sessions(member.id) if one.id == session_id]
            if not found:
                raise NotFound("You have no such session.")
            tx.save_session(replace(found[0], ended=tx.now()))
            self._write(tx, "session_ended", member, session, ended=session_id)

    @staticmethod
    def _changing(tx: Transaction, member: Member, session: Session) -> Sequence[Passkey]:
        """The member's passkeys. Raises Forbidden unless they may be changed in this session."""
        present = tx.passkeys(member.id)
        if not may_change_keys(session, len(present), tx.now()):
            raise Forbidden(
                "Touch your passkey first.",
                code="touch_first",
                next_step="Confirm with a passkey, then change this within five minutes.",
            )
        return present

    @staticmethod
    def _write(tx: Transaction, event: str, member: Member, session: Session, **more: str) -> None:
        tx.append(Kind.STAFF, {"event": event, "member": member.id, "session": session.id, **more})
