"""What a policy would decide, worked out fast because nobody asks it for its reasons.

Rule of this file: it never says anything else than `decide` would. The conditions are turned into
functions once, the gravest rules are asked first, and whatever can change nothing is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from consentry.core.decide import UNJUDGED
from consentry.core.errors import BadInput
from consentry.core.lawbook import Lawbook
from consentry.core.policy import AllOf, AnyOf, AtLeast, Condition, NoneOf, Outcome, Policy, Rule, leaves

FALSE, UNKNOWN, TRUE = 0, 1, 2
"""The values of `policy.Truth` as plain numbers: comparing those of an enumeration takes longer."""

Scores = Mapping[str, float]
"""What was seen, from 0 to 1, by measure. A measure that is missing was not seen."""

Test = Callable[[Scores], int]
"""A condition as a function: false, unknown or true of some scores."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would be decided."""

    outcome: Outcome
    """The one visible effect."""
    blind: bool
    """Whether it would be stopped only because nobody looked at something."""
    rule: str
    """The rule that would be the first reason; empty if none would apply."""
    jurisdiction: str
    """The place that rule belongs to; empty if none."""


ALLOWED = Foreseen(Outcome.ALLOW, blind=False, rule="", jurisdiction="")
"""Where no rule applies."""

Foresight = Callable[[Scores], Foreseen]
"""A policy on a day as a function."""


def foresight(policy: Policy, day: date) -> Foresight:
    """`policy` on `day` as a function of scores; its answer is that of `decide`."""
    if not policy.rules:
        held = Foreseen(UNJUDGED.outcome, blind=True, rule=UNJUDGED.rule, jurisdiction=UNJUDGED.jurisdiction)
        return lambda _: held
    binding = [rule for rule in policy.rules if rule.provision.in_force(day)]
    binding.sort(key=lambda rule: (-rule.outcome, rule.id))
    asked = [(function_of(rule.when), int(rule.outcome), _answers(rule)) for rule in binding]

    def foreseen(scores: Scores) -> Foreseen:
        """What is decided of these scores."""
        found, grave, certain = None, 0, False
        for test, outcome, answers in asked:
            if found is not None and (certain or outcome <= Outcome.LABEL) and outcome < grave:
                break
            value = test(scores)
            if not value:
                continue
            if found is None or (value == TRUE and not certain and outcome == grave):
                found, grave = answers, outcome
            certain = certain or value == TRUE
        return ALLOWED if found is None else found[certain]

    return foreseen


def _answers(rule: Rule) -> tuple[Foreseen, Foreseen]:
    """What `rule` leads to where it decides: if nothing that stops is certain, and otherwise."""
    stops = rule.outcome > Outcome.LABEL
    sure = Foreseen(rule.outcome, blind=False, rule=rule.id, jurisdiction=rule.provision.jurisdiction)
    return replace(sure, blind=stops), sure


def function_of(condition: Condition) -> Test:
    """`condition` as a function whose values are those of `policy.truth`."""
    match condition:
        case AtLeast(measure, threshold):
            return _at_least(measure, threshold)
        case AllOf(parts):
            return _lowest(tuple(function_of(part) for part in parts))
        case AnyOf(parts):
            return _highest(tuple(function_of(part) for part in parts))
        case NoneOf(parts):
            some = _highest(tuple(function_of(part) for part in parts))
            return lambda scores: TRUE - some(scores)


def _at_least(measure: str, threshold: float) -> Test:
    if threshold != threshold:  # noqa: PLR0124 - only what is no number differs from itself
        return lambda _: UNKNOWN

    def test(scores: Scores) -> int:
        """Whether the measure reaches the threshold."""
        score = scores.get(measure)
        if score is None:
            return UNKNOWN
        return TRUE if score >= threshold else FALSE

    return test


def _lowest(parts: tuple[Test, ...]) -> Test:
    def test(scores: Scores) -> int:
        """The lowest value of the parts."""
        found = TRUE
        for part in parts:
            value = part(scores)
            if not value:
                return FALSE
            found = min(found, value)
        return found

    return test


def _highest(parts: tuple[Test, ...]) -> Test:
    def test(scores: Scores) -> int:
        """The highest value of the parts."""
        found = FALSE
        for part in parts:
            value = part(scores)
            if value == TRUE:
                return TRUE
            found = max(found, value)
        return found

    return test


def with_threshold(book: Lawbook, measure: str, threshold: float, rule: str = "") -> Lawbook:
    """`book` with another threshold for `measure`, in one rule or in every one.

    What asks whether anybody could look (`unavailable`) stays. Raises BadInput if it changes nothing.
    """
    if not 0.0 <= threshold <= 1.0:
        raise BadInput("A threshold is a number from 0 to 1.", param="threshold")
    rules = tuple(_moved(one, measure, threshold) if rule in {"", one.id} else one for one in book.rules)
    compared = [leaf for one in book.rules if rule in {"", one.id} for leaf in leaves(one.when)]
    if not any(leaf.measure == measure and leaf.threshold <= 1.0 for leaf in compared):
        where = f"rule `{rule}`" if rule else "rule"
        raise BadInput(f"No {where} compares `{measure}` with a threshold.", param="threshold")
    return replace(book, rules=rules)


def _moved(rule: Rule, measure: str, threshold: float) -> Rule:
    return replace(rule, when=_moved_in(rule.when, measure, threshold))


def _moved_in(condition: Condition, measure: str, threshold: float) -> Condition:
    if isinstance(condition, AtLeast):
        ours = condition.measure == measure and condition.threshold <= 1.0
        return AtLeast(measure, threshold) if ours else condition
    return replace(condition, parts=tuple(_moved_in(part, measure, threshold) for part in condition.parts))
