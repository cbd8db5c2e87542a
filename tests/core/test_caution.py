"""A report that would hide very many waits for a person; only one, or the last hour, lessens caution."""

import pytest

from consentry.core.caution import REFUSED_MOST, Caution, cautious


@pytest.mark.parametrize(("copies", "caution"), [(0, ""), (50, ""), (51, "many"), (10_000, "many")])
def test_over_the_limit_a_person_looks_first(copies: int, caution: str):
    assert cautious(Caution.NONE, copies, 50, child=False) == caution


@pytest.mark.parametrize(
    ("refused", "caution"), [(0, ""), (REFUSED_MOST - 1, ""), (REFUSED_MOST, "refused_before")]
)
def test_a_network_with_refused_reports_is_looked_at_first_and_not_refused(refused: int, caution: str):
    assert cautious(Caution.NONE, 1, 50, child=False, refused=refused) == caution


def test_what_hides_nothing_needs_nobody():
    assert cautious(Caution.NONE, 0, 0, child=False, refused=9) is Caution.NONE


def test_a_limit_of_none_asks_a_person_every_time():
    assert cautious(Caution.NONE, 1, 0, child=False) is Caution.MANY


@pytest.mark.parametrize("refused", [0, 9])
def test_a_sign_of_a_child_never_waits(refused: int):
    assert cautious(Caution.NONE, 10_000, 50, child=True, refused=refused) is Caution.NONE


@pytest.mark.parametrize("present", [Caution.MANY, Caution.REFUSED_BEFORE, Caution.LOOKED])
@pytest.mark.parametrize("copies", [0, 10_000])
def test_caution_is_kept_as_it_is_until_a_person_or_the_last_hour_ends_it(present: Caution, copies: int):
    assert cautious(present, copies, 50, child=False, refused=9) is present


def test_only_two_cautions_wait():
    assert [caution for caution in Caution if caution.waits] == [Caution.MANY, Caution.REFUSED_BEFORE]
