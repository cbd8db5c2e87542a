"""Rules over findings, in three truth values.

A condition is true, false, or unknown because some signal could not look. Unknown is
not a quirk to handle later: a rule applies unless it is false, so failing closed is
arithmetic (Kleene's strong logic: AND is the minimum, OR the maximum).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from consentry.core.content import Stage
from consentry.core.finding import Findings, Seen
from consentry.core.law import Duty, Provision


class Truth(IntEnum):
    """Kleene's three values, ordered so that AND is min and OR is max."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


class Outcome(IntEnum):
    """The one visible effect on the content, from mildest to gravest."""

    ALLOW = 0
    LABEL = 1
    HOLD = 2
    REFUSE = 3


class Harm(StrEnum):
    """What a rule protects people from, in the words of our reports."""

    INTIMATE_MADE = "intimate_made"
    """An intimate image of a person is made without their consent."""
    INTIMATE_SHARED = "intimate_shared"
    """An intimate image of a person is shown or spread without their consent."""
    DEGRADING = "degrading"
    """A person is shown bound, injured or humiliated without their consent."""
    CHILD = "child"
    """Anything sexual with any sign of a child."""
    ADULT_CONTENT = "adult_content"
    """Explicit content as such, where the operator's terms exclude it."""
    UNREADABLE = "unreadable"
    """Content that nobody could look at."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when a measure reaches a threshold; unknown when nobody could look."""

    measure: str
    """The name of the measure."""
    threshold: float
    """The score from which it is true, inclusive."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is true; true when there are no parts."""

    parts: tuple[Condition, ...]
    """The conditions joined."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when some part is true; false when there are no parts."""

    parts: tuple[Condition, ...]
    """The conditions joined."""


@dataclass(frozen=True, slots=True)
class NoneOf:
    """True when every part is false; true when there are no parts."""

    parts: tuple[Condition, ...]
    """The conditions joined."""


Condition = AtLeast | AllOf | AnyOf | NoneOf
"""What has to hold for a rule to apply."""

ALWAYS = NoneOf(())
"""What holds of everything, whether anybody could look or not."""


def truth(condition: Condition, findings: Findings) -> Truth:
    """Whether `condition` holds, given `findings`.

    A score outside 0..1 is nobody's score, and nothing can be held against a threshold that is
    no number: both are unknown.
    """
    match condition:
        case AtLeast(measure, threshold):
            finding = findings.get(measure)
            if not isinstance(finding, Seen) or not 0.0 <= finding.score <= 1.0 or math.isnan(threshold):
                return Truth.UNKNOWN
            return Truth.TRUE if finding.score >= threshold else Truth.FALSE
        case AllOf(parts):
            return min((truth(part, findings) for part in parts), default=Truth.TRUE)
        case AnyOf(parts):
            return max((truth(part, findings) for part in parts), default=Truth.FALSE)
        case NoneOf(parts):
            return Truth(Truth.TRUE - truth(AnyOf(parts), findings))


def leaves(condition: Condition) -> Iterator[AtLeast]:
    """Every comparison inside `condition`, from left to right."""
    if isinstance(condition, AtLeast):
        yield condition
        return
    for part in condition.parts:
        yield from leaves(part)


@dataclass(frozen=True, slots=True)
class Rule:
    """If `when`, then `outcome` and `duties`, because of `provision`."""

    id: str
    """A stable name, such as `gb.answer.intimate-made`."""
    stage: Stage
    """When it is asked."""
    when: Condition
    """What has to hold."""
    outcome: Outcome
    """The visible effect."""
    provision: Provision
    """The duty it serves."""
    says: str
    """The reason in plain words, fit for the person it concerns."""
    harm: Harm
    """What it protects people from."""
    duties: frozenset[Duty] = frozenset()
    """What must happen beside the visible effect."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A versioned set of rules for one stage. Their order does not matter; the gravest outcome wins."""

    version: str
    """A digest of the rules: same rules, same version."""
    stage: Stage
    """The stage it is for."""
    rules: tuple[Rule, ...]
    """Its rules."""
