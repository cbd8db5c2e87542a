from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from consentry.core.finding import Finding, Seen, Unavailable, by_signal


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
