"""The page of a pack of evidence that people read: one file, which prints, and asks nobody for anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from consentry.web.pages import rendered

SHOWN = 2_000
"""Most lines on the page; the timeline has them all."""

TOLD = 200
"""Most decisions told with their reasons; the lines have them all."""


def summary(
    about: Mapping[str, object],
    rows: Sequence[Mapping[str, object]],
    decisions: Sequence[Mapping[str, object]],
    digests: Mapping[str, str],
) -> bytes:
    """The page about what was gathered, with the digests of the files beside it."""
    outcomes = Counter(str(one["outcome"]) for one in decisions)
    return rendered(
        "evidence.html",
        about=about,
        origin=str(about["key"]).split("+", maxsplit=1)[0],
        rows=rows,
        decisions=decisions,
        outcomes=sorted(outcomes.items()),
        digests=sorted(digests.items()),
        shown=SHOWN,
        told=TOLD,
    ).encode()
