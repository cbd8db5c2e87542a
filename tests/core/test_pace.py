"""Half of an hour's number may come at once, and never more than the number in any hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.pace import HOUR, NO_TIME, Pace, Step

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def let_in(pace: Pace, tries: list[int]) -> list[datetime]:
    """When they were let in who tried after so many seconds each."""
    spent, now, came = None, START, []
    for seconds in tries:
        now += timedelta(seconds=seconds)
        step = pace.step(spent, now)
        spent = step.spent
        if step.wait == NO_TIME:
            came.append(now)
    return came


@given(st.integers(1, 30), st.lists(st.integers(0, 600), max_size=120))
def test_never_more_than_the_number_in_any_hour(hourly: int, tries: list[int]):
    came = let_in(Pace(hourly), tries)
    for first in came:
        assert sum(first <= one < first + HOUR for one in came) <= hourly


@pytest.mark.parametrize(("hourly", "at_once"), [(1, 1), (2, 1), (3, 2), (20, 10), (121, 61)])
def test_half_may_come_at_once(hourly: int, at_once: int):
    assert len(let_in(Pace(hourly), [0] * (hourly + 5))) == at_once
    assert Pace(hourly).at_once == at_once


@pytest.mark.parametrize("hourly", [1, 2, 3, 20])
def test_whoever_waits_as_long_as_told_is_let_in_and_not_a_moment_before(hourly: int):
    pace, spent = Pace(hourly), None
    for _ in range(pace.at_once):
        spent = pace.step(spent, START).spent
    told = pace.step(spent, START)
    assert told == Step(spent, pace.between)
    assert pace.step(spent, START + told.wait - timedelta.resolution).wait > NO_TIME
    assert pace.step(spent, START + told.wait) == Step(spent + pace.between, NO_TIME)


def test_whoever_is_made_to_wait_loses_nothing_by_trying():
    spent = Pace(2).step(None, START).spent
    again = Pace(2).step(spent, START)
    assert again.wait > NO_TIME
    assert again.spent == spent


def test_an_hour_later_all_may_come_at_once_again():
    pace = Pace(20)
    assert len(let_in(pace, [0] * 10 + [3600] + [0] * 9)) == 20


def test_less_than_once_is_no_pace():
    with pytest.raises(ValueError, match="once an hour"):
        Pace(0)
