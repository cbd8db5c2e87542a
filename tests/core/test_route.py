from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput
from consentry.core.route import MAX_TEXT, OVERDUE, OWN, Route, Tried
from core.made import NOON

ROUTE = Route("app-ios", "the edit button", "mobile team", NOON)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("name", ["", "A", "1a", "-a", "a b", "a/b", "ä", "a" * 65, "a\n"])
def test_a_name_is_plain(name):
    with pytest.raises(BadInput) as caught:
        replace(ROUTE, name=name)
    assert caught.value.param == "name"


@pytest.mark.parametrize("name", ["a", "app-ios_2", "a" * 64, *OWN])
def test_a_plain_name_is_good(name):
    assert replace(ROUTE, name=name).name == name


@pytest.mark.parametrize("field", ["entry", "owner"])
@pytest.mark.parametrize("text", ["", "x" * (MAX_TEXT + 1)], ids=["empty", "long"])
def test_a_route_has_an_entry_and_somebody_who_answers_for_it(field, text):
    with pytest.raises(BadInput) as caught:
        replace(ROUTE, **{field: text})
    assert caught.value.param == "owner"
    assert replace(ROUTE, entry="x" * MAX_TEXT, owner="x" * MAX_TEXT)


@pytest.mark.parametrize("probe", ["ftp://x", "app.example", "file:///x"])
def test_a_canary_tries_an_address(probe):
    with pytest.raises(BadInput) as caught:
        replace(ROUTE, probe=probe)
    assert caught.value.param == "probe"
    assert replace(ROUTE, probe="http://x").probe
    assert replace(ROUTE, probe="https://x").probe


def test_our_own_routes_are_told_from_others():
    assert not ROUTE.own
    assert replace(ROUTE, name="images.edits").own


def test_a_stopped_route_is_not_open_and_alarms_nobody():
    stopped = replace(ROUTE, stopped=NOON, tried=Tried.UNGUARDED, checked=NOON)
    assert ROUTE.open
    assert not stopped.open
    assert stopped.alarm(NOON, HOUR) == ""


@pytest.mark.parametrize(
    ("tried", "late", "alarm"),
    [
        (Tried.NEVER, timedelta(1), ""),
        (Tried.UNGUARDED, timedelta(0), "unguarded"),
        (Tried.UNREACHED, timedelta(0), "unreached"),
        (Tried.GUARDED, timedelta(0), ""),
        (Tried.GUARDED, OVERDUE * HOUR, ""),
        (Tried.GUARDED, OVERDUE * HOUR + timedelta(microseconds=1), "overdue"),
    ],
)
def test_somebody_must_look_at_a_route_that_is_not_guarded_or_not_looked_at(tried, late, alarm):
    assert replace(ROUTE, tried=tried, checked=NOON).alarm(NOON + late, HOUR) == alarm


def test_guarded_at_no_known_time_is_overdue():
    assert replace(ROUTE, tried=Tried.GUARDED).alarm(NOON, HOUR) == "overdue"
