"""The screen of figures: what is due, what is stuck, and what was stopped, as a plot drawn on the server."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi.responses import Response

from consentry.core.breaker import Tally
from consentry.core.staff import Permission
from consentry.flows.overview import Overview
from consentry.web.console.asked import Asked, Screen

WIDTH, HEIGHT, FLOOR = 960, 180, 150
"""Of the plot, in its own units; bars stand on the floor."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour in the plot."""

    left: float
    """Where it begins."""
    wide: float
    """How wide it is."""
    asked: float
    """How high it is for what was asked."""
    refused: float
    """How high it is for what was stopped."""
    says: str
    """The same in words."""
    hour: str
    """The hour, where it is written below."""


def _figures(asked: Asked) -> Response:
    found = asked.system.overviews.look()
    return asked.page(
        "figures.html",
        found=found,
        bars=bars(found.hours),
        counts=_counts(found),
        lags={name: timedelta(seconds=lag) if lag < math.inf else None for name, lag in found.lags.items()},
        size=(WIDTH, HEIGHT, FLOOR),
    )


def bars(hours: Sequence[tuple[datetime, Tally]]) -> Sequence[Bar]:
    """The bars of a plot: as high as the plot where most was asked."""
    most = max((tally.asked for _, tally in hours), default=0) or 1
    step = WIDTH / max(len(hours), 1)
    return [
        Bar(
            round(at * step + step * 0.15, 1),
            round(step * 0.7, 1),
            round(tally.asked / most * FLOOR, 1),
            round(tally.refused / most * FLOOR, 1),
            f"{start:%H:00}: {tally.asked} asked, {tally.refused} refused or held",
            f"{start:%H}" if at % 3 == 0 else "",
        )
        for at, (start, tally) in enumerate(hours)
    ]


def _counts(found: Overview) -> Sequence[tuple[str, int, bool]]:
    """Each figure, and whether somebody should do something about it."""
    dead, late = found.jobs["dead"], found.jobs["late"]
    return (
        ("due in 6 hours", found.soon, False),
        ("overdue", found.overdue, found.overdue > 0),
        ("waiting for a second person", found.second, False),
        ("jobs tried too often", dead, dead > 0),
        ("jobs late", late, late > 0),
    )


SCREENS = (Screen("GET", "/figures", Permission.FIGURES_SEE, _figures, "See how things stand"),)
"""Screens of this file."""
