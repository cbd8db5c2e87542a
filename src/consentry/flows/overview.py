"""How things stand, for whoever runs a shift: what is due, what is stuck, which ways are guarded.

Nobody's name is in it: how many decisions somebody makes says nothing about how good they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consentry.core.agreement import Agreement, agreement, median
from consentry.core.breaker import Ability, Tally
from consentry.core.errors import NotFound
from consentry.core.ports import Snapshot, Store
from consentry.core.review import Resolution, ResolutionState, ReviewState, Task
from consentry.core.route import Route

SOON = timedelta(hours=6)
"""What is due within this is due soon."""

BACK = timedelta(days=30)
"""How far back decisions are counted."""

HOURS = 24
"""How many hours a plot shows."""

MOST = 2_000
"""Most decisions that are counted, the newest first."""

EVER = datetime.max.replace(tzinfo=UTC)
"""Before this, everything is due."""

_SETTLED = frozenset({ResolutionState.DONE, ResolutionState.REVERSED})


@dataclass(frozen=True, slots=True)
class Pace:
    """Decisions for one reason, and how long half of them took."""

    because: str
    """The reason."""
    many: int
    """How many."""
    seconds: int
    """The median of how long somebody had it in hand."""
    unseen: float
    """The share made without a look at an original."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How things stand at one moment."""

    now: datetime
    """The moment (UTC)."""
    soon: int
    """Reviews due within six hours."""
    overdue: int
    """Reviews whose time is over."""
    second: int
    """Reviews that wait for a second person."""
    jobs: Mapping[str, int]
    """Jobs, by how far they are."""
    routes: Sequence[Route]
    """Ways in, with what came of the last try."""
    lags: Mapping[str, float]
    """Seconds since each bank that follows a list was last complete; infinite before the first time."""
    hours: Sequence[tuple[datetime, Tally]]
    """What was asked for at the gate, and stopped, hour by hour."""
    pace: Sequence[Pace]
    """Decisions by reason."""
    decided: int
    """Decisions that were carried out."""
    put_right: int
    """Those of them that an appeal put right."""
    agreement: Agreement
    """How far people who looked at the same case without being told agree."""


@dataclass(frozen=True, slots=True)
class Overviews:
    """Puts it together."""

    store: Store
    """Where everything is kept."""

    def look(self) -> Overview:
        """How things stand now."""
        jobs = self.store.queue()
        with self.store.read() as view:
            now = view.now()
            late, soon = _open(view, now), _open(view, now + SOON)
            made = [one for one in view.resolutions_since(now - BACK, MOST) if one.state in _SETTLED]
            pairs = _pairs(view, made)
            first = [one for one in made if view.review(one.review).task is not Task.BLIND]
            return Overview(
                now=now,
                soon=soon - late,
                overdue=late,
                second=view.count_reviews(EVER)[ReviewState.CONFIRM],
                jobs=jobs,
                routes=view.routes(),
                lags=_lags(view, now),
                hours=_hours(view, now),
                pace=_pace(first),
                decided=len(first),
                put_right=sum(one.state is ResolutionState.REVERSED for one in first),
                agreement=agreement(pairs),
            )


def _open(view: Snapshot, before: datetime) -> int:
    counts = view.count_reviews(before)
    return counts[ReviewState.WAITING] + counts[ReviewState.CONFIRM]


def _pairs(view: Snapshot, made: Sequence[Resolution]) -> Sequence[tuple[str, str]]:
    """What was chosen first and again, of cases that somebody looked at a second time."""
    found = []
    for again in made:
        if view.review(again.review).task is Task.BLIND:
            first = view.resolution(again.review.removeprefix("rev_"))
            found.append((first.choice.value, again.choice.value))
    return found


def _pace(made: Sequence[Resolution]) -> Sequence[Pace]:
    reasons: dict[str, list[Resolution]] = {}
    for one in made:
        reasons.setdefault(one.because, []).append(one)
    return [
        Pace(
            because,
            len(these),
            median([one.seconds for one in these]),
            sum(one.looks == 0 for one in these) / len(these),
        )
        for because, these in sorted(reasons.items())
    ]


def _lags(view: Snapshot, now: datetime) -> Mapping[str, float]:
    lags: dict[str, float] = {}
    for bank in view.banks():
        try:
            lags[bank.name] = view.progress(bank.name).lag(now)
        except NotFound:
            continue
    return lags


def _hours(view: Snapshot, now: datetime) -> Sequence[tuple[datetime, Tally]]:
    """What was counted in each of the last hours, oldest first."""
    this = now.replace(minute=0, second=0, microsecond=0)
    starts = [this - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    since = [_counted(view, start) for start in starts] + [Tally()]
    return [
        (start, Tally(one.asked - after.asked, one.refused - after.refused, one.made - after.made))
        for start, one, after in zip(starts, since, since[1:], strict=False)
    ]


def _counted(view: Snapshot, since: datetime) -> Tally:
    each = [view.tally(ability, since) for ability in Ability]
    return Tally(*(sum(values) for values in zip(*((t.asked, t.refused, t.made) for t in each), strict=True)))
