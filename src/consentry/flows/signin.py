"""Somebody who works here signs in: with a passkey, through their organisation, or in an emergency.

1. An invitation opens one's own account once, so that a passkey can be registered there.
2. A passkey signs in by itself. A passphrase is for when nothing else works: six words that we make, and
   after five wrong ones there is a wait. The organisation's own sign-in works for whoever linked it.
3. A session is kept as a digest, ends after eight hours, after thirty idle minutes, or by hand.
4. What is marked for it wants a passkey touched within five minutes, in the same session.
5. Each of these is a line in the log with identifiers only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from consentry.core import challenge
from consentry.core.entry import Kind
from consentry.core.errors import NotAllowed, NotFound
from consentry.core.ports import Ids, Passphrases, Snapshot, Store, Transaction
from consentry.core.signports import Passkeys, Provider
from consentry.core.staff import LONGEST, Member, Session, Way, digest_of, invitation_to, passphrase_of

_T = TypeVar("_T")

AT_ONCE = 2
"""Passphrases that are tried at the same time: each takes 16 MiB and 50 ms."""

TO_THE_MINUTE = timedelta(minutes=1)
"""How exactly is written down when a session was last used."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody who is signed in."""

    member: Member
    """Who."""
    session: Session
    """In which session."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where people sign in, and sessions are kept."""

    store: Store
    """Where members, passkeys and sessions are kept."""
    ids: Ids
    """Where tokens come from."""
    passphrases: Passphrases
    """How passphrases are made and compared."""
    passkeys: Passkeys
    """Who checks passkeys."""
    key: bytes
    """A secret outside the database, for questions and forms."""
    provider: Provider | None = None
    """The organisation's own sign-in, if there is one."""
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    """Whose turn it is to have a passphrase tried."""

    def signed(self, token: str) -> Signed | None:
        """Who is signed in with what a browser holds; None if nobody is, or no longer."""
        if not token:
            return None
        with self.store.read() as view:
            now = view.now()
            try:
                session = view.session_of(digest_of(token))
                member = view.member(session.member)
            except NotFound:
                return None
        if not session.good(now) or not member.active:
            return None
        return Signed(member, self._seen(session, now))

    def accept(self, shown: str) -> str:
        """Begin the session that an invitation opens, once; gives its token. Raises NotAllowed."""
        with self.store.begin() as tx:
            now = tx.now()
            try:
                kept = tx.fleeting(invitation_to(shown.strip()))
                member = tx.member(kept.account)
            except NotFound:
                raise _refused("This invitation is not good, or was used before.") from None
            if not kept.good(member.id, now) or not member.active:
                raise _refused("This invitation has ended.")
            tx.drop_fleeting(kept.name)
            return self._begin(tx, member, Way.INVITATION)

    def by_passphrase(self, name: str, passphrase: str) -> str:
        """Begin a session with a name and a passphrase; gives its token. Raises NotAllowed."""
        member, kept = self._kept(name)
        with self.turn:
            right = self.passphrases.matches(kept, member.id if member else name, passphrase)
        wrong = _refused(
            "Name and passphrase do not belong together, or were tried too often.",
            "Check both. After five wrong ones there is a wait, up to a quarter of an hour.",
        )
        if member is None:
            raise wrong
        with self.store.begin() as tx:
            now, member = tx.now(), tx.member(member.id)
            if not member.active or (member.barred and now < member.barred):
                raise wrong
            if right:
                tx.save_member(replace(member, failures=0, failed=None))
                return self._begin(tx, member, Way.PASSPHRASE)
            tx.save_member(replace(member, failures=member.failures + 1, failed=now))
            tx.append(Kind.STAFF, {"event": "passphrase_refused", "member": member.id})
        raise wrong

    def question(self, browser: str, purpose: str) -> str:
        """A question for a browser, to be answered within five minutes."""
        with self.store.read() as view:
            now = view.now()
        return challenge.ask(self.key, purpose, browser, now, self.ids.new("q"))

    def by_passkey(self, browser: str, answer: str) -> str:
        """Begin a session with a passkey; gives its token. Raises NotAllowed."""
        with self.store.begin() as tx:
            member = self._touch(tx, browser, "sign in", answer)
            return self._begin(tx, member, Way.PASSKEY)

    def touch(self, signed: Signed, browser: str, answer: str) -> None:
        """Write down that a passkey of whoever is signed in was touched now. Raises NotAllowed."""
        with self.store.begin() as tx:
            member = self._touch(tx, browser, "touch", answer)
            if member.id != signed.member.id:
                raise _refused("This passkey is somebody else's.")
            now, present = tx.now(), tx.session(signed.session.id)
            if not present.good(now):
                raise _refused("This session has ended.", "Sign in again.")
            tx.save_session(replace(present, touched=now))
            tx.append(Kind.STAFF, {"event": "touched", "member": member.id, "session": signed.session.id})

    def away(self, browser: str) -> tuple[str, str]:
        """Where the organisation's own sign-in is, and the state to come back with. Raises NotFound."""
        state = self.question(browser, "provider")
        return self._provider().address(state, self._nonce(state), self._verifier(state)), state

    def identity(self, browser: str, state: str, code: str) -> str:
        """Who came back from there, as a digest. Raises NotAllowed, UpstreamTrouble."""
        with self.store.begin() as tx:
            challenge.use(tx, tx.now(), self.key, "provider", browser, state)
        return self._provider().identity(code, self._nonce(state), self._verifier(state))

    def by_identity(self, identity: str) -> str:
        """Begin a session for whoever linked this identity; gives its token. Raises NotAllowed."""
        with self.store.begin() as tx:
            try:
                member = tx.member_known(identity)
            except NotFound:
                raise _refused(
                    "Nobody here has linked this account.",
                    "Ask an operator for an invitation, and link it there.",
                ) from None
            if not member.active:
                raise _refused("This member is disabled.")
            return self._begin(tx, member, Way.PROVIDER)

    def leave(self, signed: Signed) -> None:
        """End the session."""
        with self.store.begin() as tx:
            tx.save_session(replace(tx.session(signed.session.id), ended=tx.now()))
            record = {"event": "signed_out", "member": signed.member.id, "session": signed.session.id}
            tx.append(Kind.STAFF, record)

    def form(self, browser: str) -> str:
        """What every form on a page for this browser carries, so that no other page can send one."""
        return challenge.derived(self.key, "form", browser)

    def _kept(self, name: str) -> tuple[Member | None, str]:
        with self.store.read() as view:
            member = _maybe(lambda: view.member_named(name))
            if member is None:
                return None, ""
            return member, _passphrase(view, member)

    def _touch(self, tx: Transaction, browser: str, purpose: str, answer: str) -> Member:
        """Whoever's passkey was touched in answer to our question. Raises NotAllowed."""
        question = self.passkeys.question(answer)
        passkey = _maybe(lambda: tx.passkey(self.passkeys.name(answer)))
        member = _maybe(lambda: tx.member(passkey.member)) if passkey else None
        if passkey is None or member is None or not member.active:
            raise _refused("This passkey is not known here.")
        challenge.use(tx, tx.now(), self.key, purpose, browser, question)
        uses = self.passkeys.used(answer, question, passkey)
        tx.save_passkey(replace(passkey, uses=uses))
        return member

    def _begin(self, tx: Transaction, member: Member, way: Way) -> str:
        now, token = tx.now(), self.ids.new("in")
        tx.drop_sessions(now - LONGEST)
        touched = now if way is Way.PASSKEY else None
        session = Session(self.ids.new("ses"), digest_of(token), member.id, way, now, now, touched)
        tx.save_session(session)
        record = {"event": "signed_in", "member": member.id, "session": session.id, "way": way.value}
        tx.append(Kind.STAFF, record)
        return token

    def _seen(self, session: Session, now: datetime) -> Session:
        if now < session.seen + TO_THE_MINUTE:
            return session
        with self.store.begin() as tx:
            present = replace(tx.session(session.id), seen=now)
            tx.save_session(present)
        return present

    def _provider(self) -> Provider:
        if self.provider is None:
            raise NotFound("There is no other sign-in here.")
        return self.provider

    def _nonce(self, state: str) -> str:
        return challenge.derived(self.key, "nonce", state)

    def _verifier(self, state: str) -> str:
        return challenge.derived(self.key, "verifier", state)


def _passphrase(view: Snapshot, member: Member) -> str:
    """The digest of a member's passphrase; empty if they have none."""
    return _maybe(lambda: view.secret(passphrase_of(member))) or ""


def _maybe(look: Callable[[], _T]) -> _T | None:
    try:
        return look()
    except NotFound:
        return None


def _refused(message: str, next_step: str = "Try again, or ask an operator for an invitation.") -> NotAllowed:
    return NotAllowed(message, code="not_signed_in", next_step=next_step)
