"""Screens of one case: what is known, what would follow, and choosing; nothing is shown uncovered."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi.responses import Response

from consentry.core.consequence import Act
from consentry.core.errors import BadInput, Conflict
from consentry.core.review import REASONS, SEALED, Choice, Chosen
from consentry.core.staff import Permission, wants_touch
from consentry.web.console.asked import TOUCH, Asked, Screen, with_next

CASES = "/console/cases"
"""Where cases are."""

KEYS = {Choice.REFUSE: "1", Choice.UPHOLD: "2", Choice.ESCALATE: "3", Choice.HOLD: "4"}
"""The key for each choice, until somebody maps it otherwise."""

SAYS = {
    Choice.REFUSE: "No breach: show every copy again",
    Choice.UPHOLD: "The report is right: keep the ticked copies hidden",
    Choice.ESCALATE: "A sign of a child: to specialist staff",
    Choice.HOLD: "Not yet: put it off",
}
"""Each choice in words."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form, so that nothing typed is ever lost."""

    choice: str = ""
    """The choice, if one was made."""
    because: str = ""
    """The reason."""
    note: str = ""
    """What they wrote."""
    ticked: frozenset[str] | None = None
    """The copies that are ticked; None: all."""


def _case(asked: Asked) -> Response:
    return _screen(asked, Filled())


def _screen(asked: Asked, filled: Filled, trouble: Conflict | BadInput | None = None) -> Response:
    folder = asked.system.folders.open(asked.named("review"), asked.member)
    if folder.case.state in SEALED and wants_touch(asked.session, Permission.CHILD_SEE, folder.now):
        return asked.to(with_next(TOUCH, asked.request))
    return asked.page(
        "case.html",
        trouble.status if trouble else 200,
        trouble=trouble,
        folder=folder,
        filled=filled,
        mine=folder.review.held_by(folder.now) == asked.member.id,
        holder=folder.names.get(folder.review.held_by(folder.now), ""),
        seen=asked.system.looks.exposure(asked.member),
        sealed=folder.case.state in SEALED,
        choices=[(choice, KEYS[choice], SAYS[choice]) for choice in KEYS if choice in folder.open_to],
        reasons=REASONS,
        me=asked.member.id,
    )


def _claim(asked: Asked) -> Response:
    asked.system.bench.claim(asked.named("review"), asked.member)
    return asked.to(f"{CASES}/{asked.named('review')}")


def _release(asked: Asked) -> Response:
    asked.system.bench.release(asked.named("review"), asked.member)
    return asked.to("/console/queue")


def _hand(asked: Asked) -> Response:
    asked.system.bench.hand(asked.named("review"), asked.member, asked.form.get("to", "").strip().lower())
    return asked.to("/console/queue")


def _preview(asked: Asked) -> Response:
    """Everything that would follow, word for word; or the form again, with what is missing."""
    try:
        chosen = _chosen(asked)
        effects = asked.system.bench.preview(asked.named("review"), asked.member, chosen)
    except (BadInput, Conflict) as trouble:
        return _screen(asked, _filled(asked), trouble)
    return asked.page(
        "preview.html",
        effects=effects,
        chosen=chosen,
        says=SAYS[chosen.choice],
        because=REASONS[chosen.choice][chosen.because],
        review=asked.named("review"),
        form=asked.form,
        acts=Act,
    )


def _back(asked: Asked) -> Response:
    """The case again, with everything as it was filled in."""
    return _screen(asked, _filled(asked))


def _decide(asked: Asked) -> Response:
    try:
        made = asked.system.bench.decide(asked.named("review"), asked.member, _chosen(asked))
    except (BadInput, Conflict) as trouble:
        return _screen(asked, _filled(asked), trouble)
    return asked.to(f"{CASES}/{made.review}")


def _agree(asked: Asked) -> Response:
    made = asked.system.bench.confirm(asked.named("resolution"), asked.member, agrees=True)
    return asked.to(f"{CASES}/{made.review}")


def _decline(asked: Asked) -> Response:
    asked.system.bench.confirm(asked.named("resolution"), asked.member, agrees=False)
    return asked.to("/console/queue")


def _undo(asked: Asked) -> Response:
    review = asked.system.bench.undo(asked.named("resolution"), asked.member)
    return asked.to(f"{CASES}/{review.id}")


def _chosen(asked: Asked) -> Chosen:
    form = asked.form
    try:
        choice, version = Choice(form.get("choice", "")), int(form.get("version", ""))
    except ValueError:
        raise BadInput("Choose what to do.", code="choice_missing", param="choice") from None
    # A reason of another choice is none: each has its own list, and its own field.
    because = form.get("because", "") or form.get(f"because_{choice.value}", "")
    ticked, listed = _set(form.get("ticked", "")), _set(form.get("listed", ""))
    return Chosen(choice, because, ticked, listed, version, form.get("note", "").strip())


def _filled(asked: Asked) -> Filled:
    form = asked.form
    because = form.get("because", "") or form.get(f"because_{form.get('choice', '')}", "")
    return Filled(form.get("choice", ""), because, form.get("note", ""), _set(form.get("ticked", "")))


def _set(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(",") if part)


_SEE, _DECIDE, _SECOND = Permission.QUEUE_SEE, Permission.CASE_DECIDE, Permission.CASE_CONFIRM

SCREENS = (
    Screen("GET", "/cases/{review}", _SEE, _case, "See a case, covered"),
    Screen("POST", "/cases/{review}/claim", _DECIDE, _claim, "Take a case, or have it for longer"),
    Screen("POST", "/cases/{review}/release", _DECIDE, _release, "Put a case back"),
    Screen("POST", "/cases/{review}/hand", _DECIDE, _hand, "Hand a case to a colleague"),
    Screen("POST", "/cases/{review}/preview", _DECIDE, _preview, "See everything that would follow"),
    Screen("POST", "/cases/{review}/back", _DECIDE, _back, "Go back to a case without deciding"),
    Screen("POST", "/cases/{review}/decide", _DECIDE, _decide, "Decide a case"),
    Screen("POST", "/resolutions/{resolution}/agree", _SECOND, _agree, "Agree as the second person"),
    Screen("POST", "/resolutions/{resolution}/decline", _SECOND, _decline, "Disagree as the second person"),
    Screen("POST", "/resolutions/{resolution}/undo", _DECIDE, _undo, "Undo a decision in time"),
)
"""Screens of this file."""
