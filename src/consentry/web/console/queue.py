"""Screens of the queue: what waits for a person, the most urgent first, and taking the next of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi.responses import Response

from consentry.core.case import Case
from consentry.core.errors import Trouble
from consentry.core.ports import Snapshot
from consentry.core.review import SEALED, Review, ReviewState
from consentry.core.staff import Permission
from consentry.web.console.asked import Asked, Screen

QUEUE = "/console/queue"
"""Where the queue is."""

LISTED = 50
"""Most reviews on one page."""

SOON = timedelta(hours=6)
"""What is due within this is due soon."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    review: Review
    """The review."""
    case: Case
    """Its case."""
    copies: int
    """How many copies there are."""
    holder: str
    """Who has it in hand, by name; empty if nobody."""
    sealed: bool
    """Whether it is one that they may not see."""


def _queue(asked: Asked) -> Response:
    with asked.system.store.read() as view:
        now = view.now()
        rows = _rows(asked, view, ReviewState.WAITING)
        others = _rows(asked, view, ReviewState.CONFIRM)
        figures = _figures(view.count_reviews(now), view.count_reviews(now + SOON), len(others))
    seen = asked.system.looks.exposure(asked.member)
    return asked.page(
        "queue.html",
        rows=[row for row in rows if not row.sealed],
        second=[row for row in others if not row.sealed],
        sealed=sum(row.sealed for row in (*rows, *others)),
        figures=figures,
        seen=seen,
        now=now,
    )


def _next(asked: Asked) -> Response:
    """Take the most urgent review that nobody has in hand and that they may take."""
    with asked.system.store.read() as view:
        waiting = view.reviews(ReviewState.WAITING, LISTED)
    for review in waiting:
        try:
            asked.system.bench.claim(review.id, asked.member)
        except Trouble:
            continue
        return asked.to(f"/console/cases/{review.id}")
    return asked.to(QUEUE)


def _rows(asked: Asked, view: Snapshot, state: ReviewState) -> Sequence[Row]:
    now, names = view.now(), {one.id: one.name for one in view.members()}
    found = []
    for review in view.reviews(state, LISTED):
        case = view.case(review.case)
        sealed = case.state in SEALED and not asked.can(Permission.CHILD_SEE)
        found.append(Row(review, case, len(view.copies(case.id)), names.get(review.held_by(now), ""), sealed))
    return found


def _figures(
    overdue: Mapping[ReviewState, int], soon: Mapping[ReviewState, int], second: int
) -> Sequence[tuple[str, int]]:
    late = overdue[ReviewState.WAITING] + overdue[ReviewState.CONFIRM]
    due = soon[ReviewState.WAITING] + soon[ReviewState.CONFIRM] - late
    return (("due in 6 hours", due), ("overdue", late), ("waiting for a second person", second))


SCREENS = (
    Screen("GET", "/queue", Permission.QUEUE_SEE, _queue, "See what waits for a person"),
    Screen("POST", "/queue/next", Permission.CASE_DECIDE, _next, "Take the most urgent review"),
)
"""Screens of this file."""
