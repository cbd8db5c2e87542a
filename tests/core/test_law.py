from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.law import Confidence, Duty, Ground, Jurisdiction, Provision, Trigger
from core.made import DAY, FOREVER

ONE = timedelta(days=1)


def provision(since, until=None):
    return Provision("gb.x", "Act 1", "gb", "https://law.example", since, until)


@given(st.dates(), st.dates(), st.one_of(st.none(), st.dates()))
def test_a_provision_binds_from_its_first_day_to_the_day_before_its_end(day, since, until):
    inside = since <= day and (until is None or day < until)
    assert provision(since, until).in_force(day) is inside


def test_the_first_day_counts_and_the_end_does_not():
    dated = provision(DAY, DAY + ONE)
    assert [dated.in_force(DAY + n * ONE) for n in (-1, 0, 1)] == [False, True, False]


@given(st.dates(), st.one_of(st.none(), st.dates()))
def test_a_provision_without_a_date_never_binds(day, until):
    assert not provision(None, until).in_force(day)


@pytest.mark.parametrize("day", [date.min, DAY, date.max])
def test_the_floor_binds_whatever_day_a_clock_believes_in(day):
    assert FOREVER.in_force(day)


def test_the_words_of_law_files_never_change():
    assert {word.value for kind in (Ground, Confidence, Trigger, Duty) for word in kind} == {
        "law", "terms", "high", "medium", "low", "person_report", "order", "user_report", "child_material",
        "complaint", "other", "compare_output", "notify_poster", "preserve", "report_csea", "second_review",
        "strike",
    }  # fmt: skip


def test_a_place_counts_only_where_it_is_asked_unless_it_says_otherwise():
    place = Jurisdiction("gb", "United Kingdom", "", (), ())
    assert (place.covers, place.always) == (frozenset(), False)
