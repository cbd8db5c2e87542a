"""Who works here and what each of them may do, as data that can be read and tested.

A member has roles, a role has permissions, and nothing is permitted that no role says. What shows an
original image, opens the children's path, changes the rules or lets somebody in also wants a passkey
touched just now: a session that was stolen, or a screen that was left, opens none of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

LONGEST: Final = timedelta(hours=8)
"""How long a session lasts at most: a working day."""

IDLE: Final = timedelta(minutes=30)
"""How long a session lasts while nobody uses it."""

FRESH: Final = timedelta(minutes=5)
"""How long a passkey that was touched counts as touched just now."""

INVITED: Final = timedelta(hours=24)
"""How long an invitation can be accepted."""

INVITATION: Final = "invitation "
"""What the names of kept invitations begin with."""

FREE_TRIES: Final = 5
"""How often a passphrase may be wrong before its owner has to wait."""

FIRST_WAIT: Final = timedelta(seconds=30)
"""How long they wait first; it doubles with each further wrong one."""

LONGEST_WAIT: Final = timedelta(minutes=15)
"""How long they wait at most, so that nobody is shut out for good by somebody else's tries."""


class Permission(StrEnum):
    """Something a member of staff may be allowed to do."""

    QUEUE_SEE = "queue.see"
    """See the queue, and cases with their media covered."""
    CASE_DECIDE = "case.decide"
    """Claim a case and decide it."""
    CASE_CONFIRM = "case.confirm"
    """Be the second person for what cannot be undone."""
    ORIGINAL_REVEAL = "original.reveal"
    """Have an original image shown, for as long as a key is held."""
    CHILD_SEE = "child.see"
    """See cases of the children's path; no image of theirs is ever shown."""
    FIGURES_SEE = "figures.see"
    """See what is due, how much there is, and how decisions turn out."""
    POLICY_ACTIVATE = "policy.activate"
    """Put a changed policy into force."""
    EVIDENCE_MAKE = "evidence.make"
    """Make an evidence pack."""
    LOG_READ = "log.read"
    """Read the log's records."""
    JOBS_DRIVE = "jobs.drive"
    """Run a job again that was tried too often, or pause what is asked for."""
    STAFF_SEE = "staff.see"
    """See who works here, and what each may do."""
    STAFF_MANAGE = "staff.manage"
    """Invite members, change their roles, and end their sessions."""
    SELF_MANAGE = "self.manage"
    """Keep one's own passkeys and sessions; everybody may."""


class Role(StrEnum):
    """What somebody works as."""

    REVIEWER = "reviewer"
    """Decides cases."""
    SENIOR = "senior"
    """Decides cases, and is the second person for what cannot be undone."""
    CHILD_SAFETY = "child_safety"
    """Decides cases of the children's path."""
    COMPLIANCE = "compliance"
    """Answers for the rules, and puts changed ones into force."""
    OPERATOR = "operator"
    """Runs the system and its accounts; sees no case."""
    AUDITOR = "auditor"
    """Checks what was done, and changes nothing."""
    REGULATOR = "regulator"
    """Reads the log and the figures from outside."""


_REVIEWS: Final = frozenset({Permission.QUEUE_SEE, Permission.CASE_DECIDE, Permission.FIGURES_SEE})

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.REVIEWER: _REVIEWS | {Permission.ORIGINAL_REVEAL},
    Role.SENIOR: _REVIEWS | {Permission.ORIGINAL_REVEAL, Permission.CASE_CONFIRM},
    Role.CHILD_SAFETY: _REVIEWS | {Permission.CASE_CONFIRM, Permission.CHILD_SEE},
    Role.COMPLIANCE: frozenset(
        {
            Permission.QUEUE_SEE,
            Permission.FIGURES_SEE,
            Permission.POLICY_ACTIVATE,
            Permission.EVIDENCE_MAKE,
            Permission.LOG_READ,
            Permission.STAFF_SEE,
        }
    ),
    Role.OPERATOR: frozenset(
        {
            Permission.FIGURES_SEE,
            Permission.JOBS_DRIVE,
            Permission.STAFF_SEE,
            Permission.STAFF_MANAGE,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.FIGURES_SEE,
            Permission.EVIDENCE_MAKE,
            Permission.LOG_READ,
            Permission.STAFF_SEE,
        }
    ),
    Role.REGULATOR: frozenset({Permission.FIGURES_SEE, Permission.LOG_READ}),
}
"""What each role may do, besides keeping its own account."""

STEP_UP: Final = frozenset(
    {
        Permission.ORIGINAL_REVEAL,
        Permission.CHILD_SEE,
        Permission.POLICY_ACTIVATE,
        Permission.STAFF_MANAGE,  # whoever may invite could otherwise invite themselves anew
    }
)
"""What also wants a passkey touched just now."""


class Way(StrEnum):
    """How somebody signed in."""

    PASSKEY = "passkey"
    """With a passkey."""
    PASSPHRASE = "passphrase"  # noqa: S105 - a way of signing in, not a secret
    """With a name and a passphrase: for when nothing else works."""
    PROVIDER = "provider"
    """Through the organisation's own sign-in."""
    INVITATION = "invitation"
    """With an invitation, once: it opens only one's own account."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here."""

    id: str
    """What they are called in the log."""
    name: str
    """What they sign in as, and colleagues see."""
    roles: frozenset[Role]
    """What they work as; none means that they may only keep their own account."""
    made: datetime
    """When they were added (UTC)."""
    active: bool = True
    """False once they were disabled: they cannot sign in, and no session of theirs counts."""
    identity: str = ""
    """Digest of who they are at the organisation's own sign-in; empty if they were never there."""
    failures: int = 0
    """How often in a row their passphrase was wrong."""
    failed: datetime | None = None
    """When it was wrong last (UTC)."""

    @property
    def barred(self) -> datetime | None:
        """From when on their passphrase is looked at again; None if it is now."""
        if self.failed is None or self.failures < FREE_TRIES:
            return None
        doubled = FIRST_WAIT * (1 << min(self.failures - FREE_TRIES, FREE_TRIES))
        return self.failed + min(doubled, LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Passkey:
    """The public half of a passkey; the other half never leaves its owner's device."""

    id: str
    """What the device calls it, in base64url."""
    member: str
    """Whose it is."""
    key: bytes
    """Its public key, COSE."""
    uses: int
    """How often the device says that it was used; a number that falls means a copy."""
    label: str
    """What its owner calls it."""
    made: datetime
    """When it was registered (UTC)."""


@dataclass(frozen=True, slots=True)
class Session:
    """That somebody is signed in, on one browser."""

    id: str
    """What it is called in the log."""
    digest: str
    """SHA-256 of what the browser holds; that itself is not kept."""
    member: str
    """Who is signed in."""
    way: Way
    """How they signed in."""
    begun: datetime
    """When they did (UTC)."""
    seen: datetime
    """When it was last used, to the minute (UTC)."""
    touched: datetime | None = None
    """When a passkey was last touched in it (UTC)."""
    ended: datetime | None = None
    """When it was ended by hand (UTC)."""

    def good(self, now: datetime) -> bool:
        """Whether it counts `now`."""
        return self.ended is None and now < self.begun + LONGEST and now < self.seen + IDLE

    def fresh(self, now: datetime) -> bool:
        """Whether a passkey was touched just `now`."""
        return self.touched is not None and now < self.touched + FRESH


def permitted(member: Member) -> frozenset[Permission]:
    """Everything that `member` may do; nothing once disabled."""
    if not member.active:
        return frozenset()
    every = (ROLES[role] for role in member.roles)
    return frozenset({Permission.SELF_MANAGE}).union(*every)


def may(member: Member, permission: Permission) -> bool:
    """Whether `member` may do this at all; `wants_touch` says whether a passkey must be touched, too."""
    return permission in permitted(member)


def opens(session: Session, permission: Permission) -> bool:
    """Whether a session of this kind can serve for it: an invitation opens one's own account only."""
    return session.way is not Way.INVITATION or permission is Permission.SELF_MANAGE


def wants_touch(session: Session, permission: Permission, now: datetime) -> bool:
    """Whether a passkey has to be touched before this is done in `session`."""
    return permission in STEP_UP and not session.fresh(now)


def may_change_keys(session: Session, passkeys: int, now: datetime) -> bool:
    """Whether ways of signing in may be added or taken away in `session`, given how many passkeys there are.

    Whoever has a passkey must have touched one just now, or been invited again: a session that was
    stolen shall not let its thief in for good.
    """
    return passkeys == 0 or session.way is Way.INVITATION or session.fresh(now)


def digest_of(token: str) -> str:
    """What is kept instead of a token that a browser holds: it is random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_to(shown: str) -> str:
    """The name under which an invitation is kept: a digest of what was shown."""
    return f"{INVITATION}{digest_of(shown)}"


def passphrase_of(member: Member) -> str:
    """The name under which the digest of a member's passphrase is kept."""
    return f"staff {member.id}"


class StaffSnapshot(Protocol):
    """Who works here, as it was at one moment; part of `Snapshot`."""

    def member(self, member_id: str) -> Member:
        """The member with `member_id`. Raises NotFound."""

    def member_named(self, name: str) -> Member:
        """The member who signs in as `name`. Raises NotFound."""

    def member_known(self, identity: str) -> Member:
        """The member with this digest of who they are elsewhere. Raises NotFound."""

    def members(self) -> Sequence[Member]:
        """Every member, by name."""

    def passkey(self, passkey_id: str) -> Passkey:
        """The passkey with `passkey_id`. Raises NotFound."""

    def passkeys(self, member_id: str) -> Sequence[Passkey]:
        """Every passkey of a member, oldest first."""

    def session(self, session_id: str) -> Session:
        """The session with `session_id`. Raises NotFound."""

    def session_of(self, digest: str) -> Session:
        """The session whose browser holds what has this digest, good or not. Raises NotFound."""

    def sessions(self, member_id: str) -> Sequence[Session]:
        """Every session of a member that is still kept, newest first."""


class StaffTransaction(StaffSnapshot, Protocol):
    """Changes to who works here; part of `Transaction`."""

    def save_member(self, member: Member) -> None:
        """Store a member, or replace the one with the id. Raises Conflict for somebody else's name."""

    def save_passkey(self, passkey: Passkey) -> None:
        """Store a passkey, or replace the one with its id. Raises NotFound without its member."""

    def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey. Does nothing if it is not there."""

    def save_session(self, session: Session) -> None:
        """Store a session, or replace the one with its id. Raises NotFound without its member."""

    def drop_sessions(self, begun_before: datetime) -> int:
        """Forget every session that began before a moment; how many."""
