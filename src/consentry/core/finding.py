"""What a signal saw in a piece of content, or that it could not look.

Rule of this file: "could not look" is a value of its own. It is never None, never
an empty string, never a score of 0.0 and never a key that happens to be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal looked and measured something."""

    signal: str
    """The name of the measure, such as `exposure.explicit`."""
    score: float
    """From 0.0 (none of it) to 1.0 (certainly), as the signal's own page defines it."""
    evidence: str = ""
    """What the score rests on, in words fit for a log: never a picture, prompt or name."""
    version: str = ""
    """The version of the signal, so that a decision can be explained years later."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A signal could not look. This is never the same as having seen nothing."""

    signal: str
    """The name of the measure that is missing."""
    why: str
    """A short cause, such as `timeout` or `undecodable`."""


def score_of(value: object) -> float:
    """`value` if it is a number from 0 to 1. Raises ValueError for everything else, NaN included."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise ValueError("a score is a number from 0 to 1")
    return float(value)


Finding = Seen | Unavailable
"""Either what was seen, or that nobody could look."""

Findings = Mapping[str, Finding]
"""Findings by the name of their measure."""


def by_signal(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Arrange `findings` by measure; of two with one name the later one stands."""
    return {finding.signal: finding for finding in findings}
