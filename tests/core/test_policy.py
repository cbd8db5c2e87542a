from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.finding import Seen, Unavailable
from consentry.core.policy import AllOf, AnyOf, AtLeast, Harm, NoneOf, Outcome, Truth, leaves, truth
from core.made import blinded, conditions, findings, nonsense

YES, MAYBE, NO = AtLeast("yes", 0.5), AtLeast("maybe", 0.5), AtLeast("no", 0.5)
FOUND = {"yes": Seen("yes", 0.9), "maybe": Unavailable("maybe", "timeout"), "no": Seen("no", 0.1)}
VALUE = {YES: Truth.TRUE, MAYBE: Truth.UNKNOWN, NO: Truth.FALSE}


@pytest.mark.parametrize("parts", [*product(VALUE, repeat=2)])
def test_joined_conditions_follow_kleene(parts):
    values = [VALUE[part] for part in parts]
    assert truth(AllOf(parts), FOUND) is min(values)
    assert truth(AnyOf(parts), FOUND) is max(values)
    assert truth(NoneOf(parts), FOUND) is Truth(2 - max(values))


def test_of_no_parts_all_and_none_are_true_and_any_is_false():
    assert truth(AllOf(()), {}) is Truth.TRUE
    assert truth(NoneOf(()), {}) is Truth.TRUE
    assert truth(AnyOf(()), {}) is Truth.FALSE


@pytest.mark.parametrize(("score", "expected"), [(0.49, Truth.FALSE), (0.5, Truth.TRUE), (1.0, Truth.TRUE)])
def test_a_threshold_counts_from_itself(score, expected):
    assert truth(AtLeast("a", 0.5), {"a": Seen("a", score)}) is expected


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_both_ends_of_the_scale_are_scores(score):
    assert truth(AtLeast("a", 0.5), {"a": Seen("a", score)}) is not Truth.UNKNOWN


@given(nonsense, st.floats(0, 2))
def test_a_score_that_is_none_tells_nothing(score, threshold):
    assert truth(AtLeast("a", threshold), {"a": Seen("a", score)}) is Truth.UNKNOWN


@given(st.floats(0, 1))
def test_a_threshold_that_is_no_number_switches_nothing_off(score):
    found = {"a": Seen("a", score)}
    comparison = AtLeast("a", float("nan"))
    assert truth(comparison, found) is Truth.UNKNOWN
    assert truth(NoneOf((comparison,)), found) is Truth.UNKNOWN


@given(st.sampled_from([{}, {"a": Unavailable("a", "timeout")}, {"b": Seen("b", 0.0)}]))
def test_a_measure_nobody_took_is_unknown(found):
    assert truth(AtLeast("a", 0.5), found) is Truth.UNKNOWN


@given(conditions, findings, st.data())
def test_losing_sight_can_turn_any_answer_to_unknown_and_to_nothing_else(condition, found, data):
    before, after = truth(condition, found), truth(condition, data.draw(blinded(found)))
    assert after in {before, Truth.UNKNOWN}


@given(st.lists(conditions, max_size=3).map(tuple), findings)
def test_none_of_some_is_all_of_their_opposites(parts, found):
    opposites = AllOf(tuple(NoneOf((part,)) for part in parts))
    assert truth(NoneOf(parts), found) is truth(opposites, found)


def test_leaves_are_every_comparison_from_left_to_right():
    assert list(leaves(AllOf((YES, AnyOf((MAYBE, NoneOf((NO,)))), YES)))) == [YES, MAYBE, NO, YES]
    assert list(leaves(YES)) == [YES]
    assert list(leaves(AllOf(()))) == []


@given(conditions, findings)
def test_only_the_leaves_of_a_condition_matter(condition, found):
    read = {leaf.measure for leaf in leaves(condition)}
    assert truth(condition, found) is truth(condition, {n: f for n, f in found.items() if n in read})


def test_outcomes_go_from_mildest_to_gravest():
    assert Outcome.ALLOW < Outcome.LABEL < Outcome.HOLD < Outcome.REFUSE


def test_the_words_for_harms_never_change():
    assert {harm.value for harm in Harm} == {
        "intimate_made", "intimate_shared", "degrading", "child", "adult_content", "unreadable",
    }  # fmt: skip
