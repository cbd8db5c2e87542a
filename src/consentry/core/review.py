"""What waits for a person: who has it in hand, for how long, and what they may choose.

Rules of this file: the legal deadline decides what comes first, then how grave it is; whoever
decided something is never asked again whether that was right; and what cannot be undone, or
concerns a child, takes two people.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consentry.core.case import Case, CaseState, RefusalGround
from consentry.core.errors import BadInput, Conflict, Forbidden
from consentry.core.report import Report, Why
from consentry.core.staff import Member, Permission, may

CLAIM: Final = timedelta(minutes=10)
"""How long somebody has a review in hand before another may take it."""

GRACE: Final = timedelta(seconds=30)
"""How long a choice can be undone before anything is done about it."""

SEALED: Final = frozenset({CaseState.ESCALATED, CaseState.SECURED})
"""Cases of the children's path: nothing of them is shown, to anybody."""

GRAVEST: Final = 3
"""How grave a case of the children's path is."""

WITHIN: Final = timedelta(days=14)
"""Within which time a case is looked at again, where nothing follows from it."""

MAX_NOTE: Final = 2_000
"""Longest note beside a choice, in characters."""


class Task(StrEnum):
    """What a review is for."""

    FIRST = "first"
    """A report that nobody has decided yet."""
    APPEAL = "appeal"
    """Somebody objects to what was decided."""
    BLIND = "blind"
    """Decided already; looked at again by somebody who is not told how. Nothing follows from it."""


class ReviewState(StrEnum):
    """How far a review has come."""

    WAITING = "waiting"
    """Waits for somebody."""
    CONFIRM = "confirm"
    """Somebody chose; a second person has to agree."""
    CHOSEN = "chosen"
    """Chosen; it can still be undone, and nothing was done yet."""
    DONE = "done"
    """Carried out, or nobody need decide any more."""


class Choice(StrEnum):
    """What a person may choose."""

    UPHOLD = "uphold"
    """The report is right: the copies chosen stay hidden."""
    REFUSE = "refuse"
    """The report is refused on a ground of the law: every copy is shown again."""
    ESCALATE = "escalate"
    """A sign of a child: specialist staff, and nobody else, go on."""
    HOLD = "hold"
    """Not yet: everything stays hidden, and the clock goes on."""


REASONS: Final[Mapping[Choice, Mapping[str, str]]] = {
    Choice.UPHOLD: {
        "shared": "An intimate image of a person, shown without their consent",
        "made": "An intimate image of a person, made or changed without their consent",
        "degrading": "A person is shown bound, injured or humiliated without their consent",
        "known": "The same picture as in a case that was decided before",
    },
    Choice.REFUSE: {
        RefusalGround.NOT_INTIMATE.value: "It is not intimate image content",
        RefusalGround.NOT_THE_PERSON.value: "Whoever reported is neither shown nor acts for who is",
    },
    Choice.ESCALATE: {
        "looks_young": "Somebody shown may be under 18",
        "said_young": "Somebody says that a person shown is under 18",
    },
    Choice.HOLD: {
        "ask_reporter": "Whoever reported has to be asked something",
        "unreachable": "The picture cannot be looked at now",
        "advice": "A specialist has to be asked",
    },
}
"""The reasons that may be given for each choice, in words; one has to be."""


@dataclass(frozen=True, slots=True)
class Review:
    """One question to a person."""

    id: str
    """Its own identifier."""
    case: str
    """The case it is about."""
    task: Task
    """What it is for."""
    due: datetime
    """The last moment the law allows (UTC)."""
    severity: int
    """How grave it is, 1 to 3."""
    opened: datetime
    """Since when it waits (UTC)."""
    state: ReviewState = ReviewState.WAITING
    """How far it has come."""
    holder: str = ""
    """The member who has it in hand."""
    until: datetime | None = None
    """Until when (UTC)."""
    since: datetime | None = None
    """From when on (UTC)."""
    barred: frozenset[str] = frozenset()
    """Members who may not take it: they decided before."""
    appeal: str = ""
    """The appeal it answers, if it does."""
    line: int = -1
    """The line of the log that says what was measured when the report arrived; -1 if none does."""
    version: int = 0
    """Grows with every change; a writer who read an older one is refused."""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in {ReviewState.WAITING, ReviewState.CONFIRM}

    def held_by(self, now: datetime) -> str:
        """Who has it in hand `now`; empty if nobody."""
        return self.holder if self.until is not None and now < self.until else ""

    def claimed(self, member: str, now: datetime) -> Review:
        """In the hands of `member` for a while. Raises Forbidden, or Conflict if somebody else has it."""
        self._must_be_open()
        if member in self.barred:
            raise Forbidden(
                "You decided this before; somebody else has to look.",
                code="decided_before",
                next_step="Take the next one; a colleague will find this one in the queue.",
            )
        if self.held_by(now) not in {"", member}:
            raise Conflict(
                "A colleague has this in hand.",
                code="claimed",
                next_step="Take another, or ask them to hand it over.",
            )
        since = self.since if self.held_by(now) == member else now
        return replace(self, holder=member, until=now + CLAIM, since=since)

    def released(self, member: str, now: datetime) -> Review:
        """Back in the queue. Raises Conflict if `member` does not have it."""
        self.must_be_held(member, now)
        return replace(self, holder="", until=None, since=None)

    def handed(self, member: str, to: str, now: datetime) -> Review:
        """From `member` to another. Raises Conflict or Forbidden."""
        return self.released(member, now).claimed(to, now)

    def must_be_held(self, member: str, now: datetime) -> None:
        """Raise Conflict unless `member` has it in hand."""
        self._must_be_open()
        if self.held_by(now) != member:
            raise Conflict(
                "You do not have this in hand any more.",
                code="claim_lost",
                next_step="Take it again; what you wrote is still there.",
            )

    def _must_be_open(self) -> None:
        if not self.open:
            raise Conflict(
                f"This was decided: it is {self.state.value}.",
                code="decided",
                next_step="Look at what was decided, and go on to the next.",
            )


class ResolutionState(StrEnum):
    """How far a choice has come."""

    PROPOSED = "proposed"
    """A second person has to agree."""
    CHOSEN = "chosen"
    """It can be undone; nothing was done yet."""
    UNDONE = "undone"
    """Taken back before anything was done."""
    DECLINED = "declined"
    """The second person did not agree."""
    DONE = "done"
    """Carried out."""
    OVERTAKEN = "overtaken"
    """Something else happened to the case first, so nothing was done."""
    REVERSED = "reversed"
    """Carried out, and put right after an appeal."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What somebody chose, and why. The note beside it is kept encrypted, and apart."""

    id: str
    """Its own identifier."""
    review: str
    """The review it answers."""
    case: str
    """The case it is about."""
    choice: Choice
    """What was chosen."""
    because: str
    """Why: one of the `REASONS` for it."""
    by: str
    """The member who chose."""
    at: datetime
    """When (UTC)."""
    ticked: tuple[str, ...]
    """The copies that it says show the reported picture."""
    others: tuple[str, ...]
    """The copies that it says do not."""
    state: ResolutionState = ResolutionState.CHOSEN
    """How far it has come."""
    second: str = ""
    """The second person, where it took two."""
    note: str = ""
    """The blob with what they wrote beside it; empty if they wrote nothing, or it was erased."""
    looks: int = 0
    """How often they had something shown for it."""
    seconds: int = 0
    """How long they had it in hand."""

    @property
    def ground(self) -> RefusalGround | None:
        """The ground of the law, if it is a refusal."""
        return RefusalGround(self.because) if self.choice is Choice.REFUSE else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody sends who decides."""

    choice: Choice
    """What."""
    because: str
    """Why: one of the reasons for it."""
    ticked: frozenset[str]
    """The copies that show the reported picture."""
    listed: frozenset[str]
    """Every copy that they had before them."""
    version: int
    """The version of the review that they had before them."""
    note: str = ""
    """What they wrote beside it."""


def must_be_unchanged(review: Review, chosen: Chosen, found: AbstractSet[str]) -> None:
    """Raise Conflict saying what changed since the screen was loaded."""
    if not chosen.ticked <= chosen.listed:
        raise BadInput("A copy is ticked that was not in the list.", code="copies_wrong", param="ticked")
    if found != chosen.listed:
        raise Conflict(
            f"{len(found - chosen.listed)} more copies were found since you opened this.",
            code="changed",
            next_step="Look at the list again and send it once more; what you wrote is kept.",
        )
    if review.version != chosen.version:
        raise Conflict(
            "Somebody changed this since you opened it.",
            code="changed",
            next_step="Look at it again and send it once more; what you wrote is kept.",
        )


def second_look(first: Review, made: Resolution, now: datetime) -> Review:
    """The same question for another person, who is not told what was chosen. It can wait."""
    return Review(
        id=f"rev_{made.id}",
        case=first.case,
        task=Task.BLIND,
        due=now + WITHIN,
        severity=1,
        opened=now,
        barred=first.barred | {made.by, made.second} - {""},
        line=first.line,
    )


def check(choice: Choice, because: str, note: str) -> None:
    """Refuse a choice without a reason that is one for it, or with too long a note. Raises BadInput."""
    if because not in REASONS[choice]:
        raise BadInput("Choose a reason for what you decided.", code="reason_missing", param="because")
    if len(note) > MAX_NOTE:
        raise BadInput(f"Please use at most {MAX_NOTE} characters.", code="note_long", param="note")


def choices(case: Case) -> tuple[Choice, ...]:
    """What may be chosen in a case: on the path of children nothing is refused, and nothing leads back."""
    if case.state in SEALED:
        return Choice.UPHOLD, Choice.HOLD
    return tuple(Choice)


def must_be_open(choice: Choice, case: Case) -> None:
    """Raise Conflict if this cannot be chosen in the case."""
    if choice not in choices(case):
        raise Conflict(
            "This cannot be chosen on the path of children.",
            code="not_open",
            next_step="Uphold the report, or put the decision off.",
        )


def must_see(case: Case, member: Member) -> None:
    """Raise Forbidden for a case on the path of children, unless that is their duty."""
    if case.state in SEALED and not may(member, Permission.CHILD_SEE):
        raise Forbidden(
            "This case is with specialist staff.",
            code="sealed",
            next_step="Nothing: you need not look, and they have been told.",
        )


def takes_two(choice: Choice, case: Case) -> bool:
    """Whether a second person has to agree: nothing leads back from the children's path."""
    return choice is Choice.ESCALATE or case.state in SEALED


def severity(report: Report) -> int:
    """How grave a report is, 1 to 3: a sign of a child, then a threat or something made, then the rest."""
    if report.child_path:
        return GRAVEST
    return 2 if report.why in {Why.THREAT, Why.MADE} else 1


def first_review(case: Case, grave: int, line: int = -1) -> Review:
    """The question that a new case puts; what was measured stands in `line` of the log."""
    return Review(f"rev_{case.id}", case.id, Task.FIRST, case.due, grave, case.received, line=line)
