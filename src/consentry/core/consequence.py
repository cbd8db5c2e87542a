"""Everything that follows from a choice, before anybody makes it: each act, and each word that is sent.

Rule of this file: what is shown beforehand is what is carried out afterwards, because both are this
one list. A poster never learns who reported, and nobody is told of a case on the children's path.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from consentry.core.appeal import Appeal, Party
from consentry.core.case import Case, CaseEvent, CaseState, Copy, CopyState
from consentry.core.platformports import Notice
from consentry.core.reasons import REDRESS
from consentry.core.review import REASONS, SEALED, Choice, Resolution

LINK: Final = "{link}"
"""Where a message has its reader's own secret address: nobody else ever sees that one."""

ANSWER: Final = "About your objection"
"""The line above an answer to a poster."""

RIGHT: Final = (
    "Somebody else looked again, and you were right. It is shown again, and it does not count against you."
)
"""What a poster reads whose objection was right."""

STANDS: Final = "\n".join(
    ("Somebody else looked again. It stays hidden, for the reasons you were given.", *REDRESS[1:])
)
"""What a poster reads whose objection was not."""

STANDS_REFUSED: Final = (
    "Somebody else looked at your report again, and cannot follow it either. "
    "You can go to the regulator, or to court."
)
"""What a reporter reads whose objection was not."""

TOKEN_LENGTH: Final = 32
"""Characters of a secret address: 128 bits."""


class Act(StrEnum):
    """One thing that is done."""

    KEEP = "keep"
    """A copy stays out of public view."""
    HIDE = "hide"
    """A copy that is shown is hidden."""
    RESTORE = "restore"
    """A copy is shown again."""
    MOVE = "move"
    """The case changes its state."""
    LET_GO = "let_go"
    """Pictures of the case match nothing from now on."""
    TELL_POSTER = "tell_poster"
    """Whoever posted a copy is told, and how to object."""
    TELL_REPORTER = "tell_reporter"
    """Whoever reported finds a message in their case."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One act, on what, and the very words that somebody gets with it."""

    act: Act
    """What is done."""
    subject: str
    """The copy or the case it is done to."""
    says: str
    """The same in plain words, for whoever chooses."""
    message: Notice | None = None
    """What is sent, word for word; `LINK` stands for the reader's own address."""
    event: CaseEvent | None = None
    """What happens to the case, if this moves it."""


def consequences(
    chosen: Resolution,
    case: Case,
    copies: Sequence[Copy],
    appeal: Appeal | None = None,
    wanted: frozenset[str] = frozenset(),
) -> tuple[Effect, ...]:
    """Everything that follows from `chosen` in a case with these `copies`, perhaps in answer to `appeal`.

    Copies that another case wants hidden as well, `wanted`, stay hidden whatever is chosen here.
    """
    effects = {
        Choice.UPHOLD: _upheld,
        Choice.REFUSE: _refused,
        Choice.ESCALATE: _escalated,
        Choice.HOLD: _held,
    }
    meant = [copy for copy in copies if copy.id in {*chosen.ticked, *chosen.others}]
    found = effects[chosen.choice](chosen, case, meant)
    found = [_stays(effect) if effect.subject in wanted else effect for effect in found]
    return tuple(found if appeal is None else _answering(appeal, chosen, found, meant))


def statement(chosen: Resolution, case: Case, copy: Copy) -> Notice:
    """What whoever posted `copy` is told: what, why, under which law, and how to object."""
    laws = "; ".join(dict.fromkeys(deadline.cite for deadline in case.deadlines)) or "our terms of use"
    lines = (
        "Something you posted is no longer shown.",
        f"What: {copy.url}",
        f"Why: {REASONS[chosen.choice][chosen.because]}.",
        f"Under: {laws}.",
        "How: a person reported it, and a person decided. "
        + (
            "Your copy was found by comparing pictures."
            if copy.distance or copy.method.value != "located"
            else "No machine decided this."
        ),
        "Where: everywhere this platform can be seen, until somebody decides otherwise.",
        f"If you think that this is wrong, tell us here, without an account: {LINK}",
        *REDRESS,
    )
    return Notice("About something you posted", "\n".join(lines))


def token(secret: bytes, resolution: str, copy: str) -> str:
    """What makes an address secret: whoever has it got the statement of reasons. Nothing is stored."""
    made = hmac.new(secret, f"{resolution}\n{copy}".encode(), hashlib.sha256).hexdigest()
    return made[:TOKEN_LENGTH]


def _upheld(chosen: Resolution, case: Case, copies: Sequence[Copy]) -> list[Effect]:
    found: list[Effect] = []
    if case.state is CaseState.REFUSED:
        says = "The case is open again, and its clock runs"
        found.append(Effect(Act.MOVE, case.id, says, event=CaseEvent.APPEAL_UPHELD))
    found += [_shut(copy, case) if copy.id in chosen.ticked else _shown(copy) for copy in copies]
    if case.state not in SEALED:
        found += [
            Effect(
                Act.TELL_POSTER,
                copy.id,
                f"Whoever posted {copy.url} is told why",
                statement(chosen, case, copy),
            )
            for copy in copies
            if copy.id in chosen.ticked
        ]
    words = (
        "We looked at your report and agree with you. The picture stays hidden, and copies of it are refused."
    )
    return [*found, _told(case, words)]


def _answering(
    appeal: Appeal, chosen: Resolution, effects: Sequence[Effect], copies: Sequence[Copy]
) -> list[Effect]:
    """What follows from an appeal: whoever objected gets an answer, and nobody is told twice."""
    if appeal.party is Party.REPORTER or chosen.choice is Choice.HOLD:
        return list(effects)
    upheld = appeal.met_by(chosen)
    silent = {Act.TELL_POSTER} if upheld else {Act.TELL_POSTER, Act.TELL_REPORTER}
    kept = [effect for effect in effects if effect.act not in silent]
    words = RIGHT if upheld else STANDS
    return kept + [
        Effect(Act.TELL_POSTER, copy.id, f"Whoever posted {copy.url} gets the answer", Notice(ANSWER, words))
        for copy in copies
        if copy.id == appeal.copy
    ]


def _refused(chosen: Resolution, case: Case, copies: Sequence[Copy]) -> list[Effect]:
    if case.state is CaseState.REFUSED:
        return [_told(case, STANDS_REFUSED)]
    words = (
        f"We looked at your report and cannot follow it. Why: {REASONS[chosen.choice][chosen.because]}. "
        "If you think that this is wrong, say so here: somebody else will look at it, quickly. "
        "You can also go to the regulator, or to court."
    )
    moved = Effect(Act.MOVE, case.id, "The case is refused, and its clock stops", event=CaseEvent.REFUSE)
    let_go = Effect(Act.LET_GO, case.id, "New uploads of the picture are no longer refused for this case")
    return [moved, *map(_shown, copies), let_go, _told(case, words)]


def _escalated(chosen: Resolution, case: Case, copies: Sequence[Copy]) -> list[Effect]:
    del chosen
    says = "Only specialist staff see the case from now on; nothing of it is displayed; nothing leads back"
    moved = Effect(Act.MOVE, case.id, says, event=CaseEvent.CHILD_SIGN)
    words = "Your report is with specialist staff now. The picture stays hidden."
    return [moved, *(_shut(copy, case) for copy in copies), _told(case, words)]


def _held(chosen: Resolution, case: Case, copies: Sequence[Copy]) -> list[Effect]:
    kept = [_kept(copy) for copy in copies]
    if chosen.because != "ask_reporter":
        return kept
    words = "We need to know more about your report. Please write to us here: where is the picture?"
    return [*kept, _told(case, words)]


def _stays(effect: Effect) -> Effect:
    """A copy that another case wants hidden is not shown again."""
    if effect.act is not Act.RESTORE:
        return effect
    return Effect(Act.KEEP, effect.subject, "One copy stays hidden: another case wants that, too")


def _shut(copy: Copy, case: Case) -> Effect:
    if copy.state is CopyState.RESTORED:
        return Effect(Act.HIDE, copy.id, f"{copy.url} is hidden again")
    if copy.state is CopyState.FOUND and case.caution.waits:
        return Effect(Act.HIDE, copy.id, f"{copy.url} waited for a person, and is hidden")
    return _kept(copy)


def _kept(copy: Copy) -> Effect:
    return Effect(Act.KEEP, copy.id, f"{copy.url} stays as it is: {copy.state.value}")


def _shown(copy: Copy) -> Effect:
    if copy.state is CopyState.RESTORED:
        return _kept(copy)
    return Effect(Act.RESTORE, copy.id, f"{copy.url} is shown again")


def _told(case: Case, words: str) -> Effect:
    return Effect(
        Act.TELL_REPORTER,
        case.id,
        "Whoever reported finds a message in their case",
        Notice("Your report", words),
    )
