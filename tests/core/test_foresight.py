"""A policy worked out fast says what `decide` says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.decide import decide
from consentry.core.errors import BadInput
from consentry.core.finding import Seen
from consentry.core.foresight import ALLOWED, Foreseen, foresight, function_of, with_threshold
from consentry.core.lawbook import Lawbook
from consentry.core.policy import AllOf, AnyOf, AtLeast, NoneOf, Outcome, Truth, truth
from core.made import DAY, NOTHING, comparisons, conditions, days, findings, policies, policy, rule

SEEN = AtLeast("a", 0.5)
UNSEEN = AtLeast("nobody", 0.5)


def scores(found):
    return {
        name: one.score for name, one in found.items() if isinstance(one, Seen) and 0.0 <= one.score <= 1.0
    }


def expected(policy_, found, day):
    decision = decide(policy_, found, day)
    first = decision.reasons[0] if decision.reasons else None
    return Foreseen(
        decision.outcome, decision.blind, first.rule if first else "", first.jurisdiction if first else ""
    )


@given(policies, findings, days)
def test_it_foresees_what_would_be_decided(policy_, found, day):
    assert foresight(policy_, day)(scores(found)) == expected(policy_, found, day)


@given(conditions | comparisons | st.just(AtLeast("a", float("nan"))), findings)
def test_a_condition_as_a_function_has_the_same_value(condition, found):
    assert Truth(function_of(condition)(scores(found))) is truth(condition, found)


def test_where_nothing_applies_it_is_allowed():
    assert foresight(policy(rule(when=NOTHING)), DAY)({}) == ALLOWED
    assert expected(policy(rule(when=NOTHING)), {}, DAY) == ALLOWED


def test_an_empty_policy_holds_everything():
    assert foresight(policy(), DAY)({}) == expected(policy(), {}, DAY)
    assert foresight(policy(), DAY)({}).blind


@pytest.mark.parametrize("first", [Outcome.REFUSE, Outcome.HOLD, Outcome.LABEL, Outcome.ALLOW])
@pytest.mark.parametrize("second", [Outcome.REFUSE, Outcome.HOLD, Outcome.LABEL, Outcome.ALLOW])
@pytest.mark.parametrize("when", [(UNSEEN, SEEN), (SEEN, UNSEEN), (UNSEEN, UNSEEN), (SEEN, SEEN)])
def test_a_certain_reason_to_stop_makes_it_certain_however_grave_the_first(first, second, when):
    both = policy(rule("b", when[0], first), rule("a", when[1], second))
    found = {"a": Seen("a", 0.5)}
    assert foresight(both, DAY)(scores(found)) == expected(both, found, DAY)


def book():
    nested = AllOf((AnyOf((SEEN, AtLeast("b", 0.7))), NoneOf((AtLeast("a", 2.0),))))
    return Lawbook((), (rule("one", nested), rule("two", SEEN)))


def test_a_threshold_is_moved_wherever_the_measure_is_compared():
    one, two = with_threshold(book(), "a", 0.25).rules
    assert two.when == AtLeast("a", 0.25)
    assert one.when.parts[0] == AnyOf((AtLeast("a", 0.25), AtLeast("b", 0.7)))
    assert one.when.parts[1] == NoneOf((AtLeast("a", 2.0),))


def test_a_threshold_is_moved_in_one_rule_alone():
    one, two = with_threshold(book(), "a", 1.0, "two").rules
    assert (one, two.when) == (book().rules[0], AtLeast("a", 1.0))


def test_a_threshold_of_one_is_still_one_and_can_be_moved():
    highest = replace(book(), rules=(rule("two", AtLeast("a", 1.0)),))
    assert with_threshold(highest, "a", 0.0).rules[0].when == AtLeast("a", 0.0)


@pytest.mark.parametrize(
    ("measure", "threshold", "name", "says"),
    [
        ("c", 0.5, "", "No rule compares `c`"),
        ("b", 0.5, "two", "No rule `two` compares `b`"),
        ("a", 0.5, "three", "No rule `three` compares `a`"),
        ("a", 1.1, "", "from 0 to 1"),
        ("a", -0.1, "", "from 0 to 1"),
        ("a", float("nan"), "", "from 0 to 1"),
    ],
)
def test_a_threshold_that_changes_nothing_is_refused(measure, threshold, name, says):
    with pytest.raises(BadInput, match=says) as refused:
        with_threshold(book(), measure, threshold, name)
    assert refused.value.param == "threshold"


def test_what_asks_whether_anybody_could_look_is_no_threshold():
    only = Lawbook((), (rule("one", AtLeast("a", 2.0)),))
    with pytest.raises(BadInput):
        with_threshold(only, "a", 0.5)
