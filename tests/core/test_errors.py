import inspect
import re
from datetime import timedelta

import pytest

from consentry.core import errors
from consentry.core.errors import (
    BadInput,
    CallerTrouble,
    Conflict,
    Forbidden,
    IllegalTransition,
    LostLease,
    NotAllowed,
    NotFound,
    OurTrouble,
    Overloaded,
    RouteNotGated,
    SafetyUnavailable,
    SetupTrouble,
    TooLarge,
    TooMany,
    Trouble,
    UpstreamTrouble,
)

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Trouble)]
STATUS = {
    BadInput: 400, NotAllowed: 401, Forbidden: 403, NotFound: 404, RouteNotGated: 404, Conflict: 409,
    IllegalTransition: 409, TooLarge: 413, TooMany: 429, SafetyUnavailable: 503, Overloaded: 503,
    UpstreamTrouble: 502,
}  # fmt: skip


@pytest.mark.parametrize("kind", STATUS)
def test_each_error_has_the_status_the_tree_shows(kind):
    assert kind.status == STATUS[kind]


@pytest.mark.parametrize("kind", ALL)
def test_the_status_says_whose_fault_it_is(kind):
    fault = 4 if issubclass(kind, CallerTrouble) else 5
    assert kind.status // 100 == fault


@pytest.mark.parametrize("kind", ALL)
def test_every_error_tells_programs_a_code_and_people_what_to_do_next(kind):
    assert re.fullmatch(r"[a-z][a-z_]+", kind.code)
    assert re.fullmatch(r"[A-Z].{8,}\.", kind.next_step)


@pytest.mark.parametrize("kind", ALL)
def test_every_error_stands_in_the_tree_at_the_top(kind):
    assert re.search(rf"(?m)^    [│├└─ ]*{kind.__name__}\b", errors.__doc__)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_carries_what_it_is_given_and_else_what_its_kind_says(kind):
    bare = kind("It happened.")
    assert (str(bare), bare.message, bare.param) == ("It happened.", "It happened.", "")
    assert (bare.code, bare.next_step) == (kind.code, kind.next_step)
    told = kind("It happened.", code="a_code", next_step="Do this.", param="a_field")
    assert (told.code, told.next_step, told.param) == ("a_code", "Do this.", "a_field")
    assert (kind.code, kind.next_step) == (bare.code, bare.next_step), "the kind itself is not changed"


@pytest.mark.parametrize("kind", [OurTrouble, SafetyUnavailable, Overloaded, LostLease])
def test_when_we_are_at_fault_it_is_an_outage_and_never_a_refusal(kind):
    assert kind.status == 503
    assert not issubclass(kind, CallerTrouble)


def test_a_setup_at_fault_is_nobodys_request():
    assert not issubclass(SetupTrouble, CallerTrouble | OurTrouble | UpstreamTrouble)


@pytest.mark.parametrize(("wait", "seconds"), [(0, 1), (0.2, 1), (1.0, 1), (1.1, 2), (360, 360)])
def test_whoever_comes_too_often_is_told_whole_seconds_that_are_long_enough(wait, seconds):
    told = TooMany("Wait.", wait=timedelta(seconds=wait), turn="a turn")
    assert (told.seconds, told.turn) == (seconds, "a turn")
