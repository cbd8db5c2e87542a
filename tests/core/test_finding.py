from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.finding import Finding, Seen, Unavailable, by_signal, score_of


def test_there_are_exactly_two_kinds_of_finding():
    assert set(get_args(Finding)) == {Seen, Unavailable}


def test_not_having_looked_is_never_equal_to_having_seen_nothing():
    assert Unavailable("a", "") != Seen("a", 0.0)


def test_a_finding_without_a_score_or_a_cause_cannot_be_made():
    for made in (Seen, Unavailable):
        try:
            made("a")
        except TypeError:
            continue
        raise AssertionError(made)


@given(st.lists(st.builds(Seen, st.sampled_from("abc"), st.floats(0, 1))))
def test_of_two_findings_with_one_name_the_later_stands(found):
    arranged = by_signal(found)
    assert arranged == {finding.signal: finding for finding in found}
    assert all(name == finding.signal for name, finding in arranged.items())
    if found:
        assert arranged[found[-1].signal] is found[-1]


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.25])
def test_a_score_is_a_number_from_0_to_1(value):
    assert score_of(value) == value
    assert type(score_of(value)) is float


@pytest.mark.parametrize("value", [True, "0.5", None, -0.01, 1.01, float("nan"), float("inf")])
def test_anything_else_is_no_score(value):
    with pytest.raises(ValueError, match=r"^a score is a number from 0 to 1$"):
        score_of(value)
