"""A case: one report by a person depicted, every copy found, and how far each has come.

Rule of this file: states are tables. A transition that is not in a table cannot happen.
The clock of a case stops in two ways only: proof that every copy is gone, or a recorded
statutory ground for refusal (Online Safety Act 2023 s.10(3A)-(3B)). Withdrawal by the
person who reported ends the case, and with it the duty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from consentry.core.caution import Caution
from consentry.core.deadline import Deadline
from consentry.core.errors import IllegalTransition
from consentry.core.match import Method


class CaseState(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    """Received; the clock runs."""
    HIDDEN = "hidden"
    """Every copy known is hidden; nobody has proved it yet, so the clock still runs."""
    REMOVED = "removed"
    """Every copy was looked for at its public address and is gone; the clock has stopped."""
    REFUSED = "refused"
    """Refused on a statutory ground, with reasons; the clock has stopped."""
    WITHDRAWN = "withdrawn"
    """The person who reported took the report back."""
    ESCALATED = "escalated"
    """A sign of a child: specialist staff only, and never displayed; the clock runs."""
    SECURED = "secured"
    """A sign of a child, and every copy is gone: specialist staff only; the clock has stopped."""


class CaseEvent(StrEnum):
    """What can happen to a case."""

    ALL_HIDDEN = "all_hidden"
    ALL_GONE = "all_gone"
    COPY_FOUND = "copy_found"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    APPEAL_UPHELD = "appeal_upheld"
    CHILD_SIGN = "child_sign"


class RefusalGround(StrEnum):
    """The only two grounds on which a report may be refused (OSA 2023 s.10(3B))."""

    NOT_INTIMATE = "not_intimate_image_content"
    NOT_THE_PERSON = "reporter_is_neither_subject_nor_acting_for_them"


CASE_TABLE: dict[tuple[CaseState, CaseEvent], CaseState] = {
    (CaseState.OPEN, CaseEvent.ALL_HIDDEN): CaseState.HIDDEN,
    (CaseState.OPEN, CaseEvent.ALL_GONE): CaseState.REMOVED,
    (CaseState.OPEN, CaseEvent.COPY_FOUND): CaseState.OPEN,
    (CaseState.OPEN, CaseEvent.REFUSE): CaseState.REFUSED,
    (CaseState.OPEN, CaseEvent.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.OPEN, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.HIDDEN, CaseEvent.ALL_HIDDEN): CaseState.HIDDEN,
    (CaseState.HIDDEN, CaseEvent.ALL_GONE): CaseState.REMOVED,
    (CaseState.HIDDEN, CaseEvent.COPY_FOUND): CaseState.OPEN,
    (CaseState.HIDDEN, CaseEvent.REFUSE): CaseState.REFUSED,
    (CaseState.HIDDEN, CaseEvent.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.HIDDEN, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.REMOVED, CaseEvent.ALL_GONE): CaseState.REMOVED,
    (CaseState.REMOVED, CaseEvent.COPY_FOUND): CaseState.OPEN,
    (CaseState.REMOVED, CaseEvent.REFUSE): CaseState.REFUSED,
    (CaseState.REMOVED, CaseEvent.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.REMOVED, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.REFUSED, CaseEvent.APPEAL_UPHELD): CaseState.OPEN,
    (CaseState.REFUSED, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.WITHDRAWN, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.ESCALATED, CaseEvent.ALL_HIDDEN): CaseState.ESCALATED,
    (CaseState.ESCALATED, CaseEvent.ALL_GONE): CaseState.SECURED,
    (CaseState.ESCALATED, CaseEvent.COPY_FOUND): CaseState.ESCALATED,
    (CaseState.ESCALATED, CaseEvent.CHILD_SIGN): CaseState.ESCALATED,
    (CaseState.SECURED, CaseEvent.ALL_GONE): CaseState.SECURED,
    (CaseState.SECURED, CaseEvent.COPY_FOUND): CaseState.ESCALATED,
    (CaseState.SECURED, CaseEvent.CHILD_SIGN): CaseState.SECURED,
}
"""From a state, by an event, to a state. What is missing is forbidden.

From every state a sign of a child leads to specialist staff, and nothing leads back. A case
whose copies are gone can still be refused: that is how a wrong removal is put right.
"""

STOPPED = frozenset({CaseState.REMOVED, CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.SECURED})
"""States in which the clock of a case no longer runs."""


class CopyState(StrEnum):
    """How far one copy of the picture has come."""

    FOUND = "found"
    """Known; not yet hidden."""
    HIDDEN = "hidden"
    """The platform says it is hidden. Nobody has looked yet."""
    GONE = "gone"
    """Its public address was fetched again and the picture is not there."""
    RESTORED = "restored"
    """Shown again, because the case was refused or withdrawn."""


class CopyEvent(StrEnum):
    """What can happen to one copy."""

    HIDE = "hide"
    VERIFY = "verify"
    SEEN_AGAIN = "seen_again"
    RESTORE = "restore"


COPY_TABLE: dict[tuple[CopyState, CopyEvent], CopyState] = {
    (CopyState.FOUND, CopyEvent.HIDE): CopyState.HIDDEN,
    (CopyState.FOUND, CopyEvent.VERIFY): CopyState.GONE,
    (CopyState.FOUND, CopyEvent.RESTORE): CopyState.RESTORED,
    (CopyState.RESTORED, CopyEvent.RESTORE): CopyState.RESTORED,
    (CopyState.HIDDEN, CopyEvent.HIDE): CopyState.HIDDEN,
    (CopyState.HIDDEN, CopyEvent.VERIFY): CopyState.GONE,
    (CopyState.HIDDEN, CopyEvent.SEEN_AGAIN): CopyState.FOUND,
    (CopyState.HIDDEN, CopyEvent.RESTORE): CopyState.RESTORED,
    (CopyState.GONE, CopyEvent.VERIFY): CopyState.GONE,
    (CopyState.GONE, CopyEvent.SEEN_AGAIN): CopyState.FOUND,
    (CopyState.GONE, CopyEvent.RESTORE): CopyState.RESTORED,
    (CopyState.RESTORED, CopyEvent.HIDE): CopyState.HIDDEN,
}
"""From a state, by an event, to a state. What is missing is forbidden."""


@dataclass(frozen=True, slots=True)
class Case:
    """One report and what became of it. It names nobody."""

    id: str
    """The reference the reporter holds, `C-XXXX-XXXX`."""
    state: CaseState
    """How far it has come."""
    received: datetime
    """When the report arrived (UTC). The clock starts here and nowhere else."""
    due: datetime
    """The last moment the law allows (UTC)."""
    deadlines: tuple[Deadline, ...]
    """Every clock that runs, soonest first."""
    version: int = 0
    """Grows with every change; a writer who read an older one is refused."""
    stopped: datetime | None = None
    """When the clock stopped (UTC); None while it runs."""
    ground: RefusalGround | None = None
    """Why it was refused, if it was."""
    papers: str = ""
    """The blob that holds the report itself, encrypted; empty once erased."""
    caution: Caution = Caution.NONE
    """Whether a person looks before more is hidden, and why."""
    line: int | None = None
    """The line of the log that says when the report arrived; None where no report opened the case."""

    def after(self, event: CaseEvent, at: datetime, ground: RefusalGround | None = None) -> Case:
        """The case after `event` at `at` (UTC).

        Raises IllegalTransition if the table has no such step, and ValueError if a
        refusal comes without a ground or a ground without a refusal.
        """
        if (event is CaseEvent.REFUSE) != (ground is not None):
            raise ValueError("a refusal, and only a refusal, needs a ground")
        state = _step(CASE_TABLE, self.state, event)
        first_stop = self.stopped if self.state in STOPPED else at
        return replace(self, state=state, stopped=first_stop if state in STOPPED else None, ground=ground)

    @property
    def running(self) -> bool:
        """Whether the clock runs."""
        return self.state not in STOPPED


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of the picture of a case, at one place. Each gets its own action and receipt."""

    id: str
    """A stable identifier; platforms get it with every order, so that none is carried out twice."""
    case: str
    """The case it belongs to."""
    platform: str
    """The platform it is on."""
    item: str
    """The platform's own name for it."""
    url: str
    """Its public address."""
    method: Method
    """How it was found."""
    distance: int
    """Bits that differ from the reported picture; 0 if located or exact."""
    state: CopyState = CopyState.FOUND
    """How far it has come."""
    hidden: datetime | None = None
    """When the platform said it was hidden (UTC)."""
    gone: datetime | None = None
    """When it was seen to be gone (UTC)."""

    def after(self, event: CopyEvent, at: datetime) -> Copy:
        """The copy after `event` at `at` (UTC). Raises IllegalTransition if there is no such step."""
        state = _step(COPY_TABLE, self.state, event)
        hidden = (self.hidden or at) if state in {CopyState.HIDDEN, CopyState.GONE} else None
        gone = (self.gone or at) if state is CopyState.GONE else None
        return replace(self, state=state, hidden=hidden, gone=gone)


_S = TypeVar("_S", bound=StrEnum)
_E = TypeVar("_E", bound=StrEnum)


def _step(table: dict[tuple[_S, _E], _S], state: _S, event: _E) -> _S:
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransition(f"{event} cannot happen to something that is {state}") from None
