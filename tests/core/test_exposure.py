"""Every look is counted, and there is a limit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.errors import Forbidden, NotFound
from consentry.core.exposure import BREAK_AFTER, DAY, SHOWN, STRETCH, Reveal, exposure, must_have_room

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LOOK = Reveal("rvl_1", "digest", "C-1", "cpy_1", "ada", NOW)
MOMENT = timedelta(microseconds=1)


def test_a_look_opens_once_for_who_asked_and_for_ten_seconds():
    assert timedelta(seconds=10) == SHOWN
    LOOK.must_open("ada", NOW)
    LOOK.must_open("ada", NOW + SHOWN - MOMENT)
    for look, member, at in (
        (LOOK, "ada", NOW + SHOWN),
        (LOOK, "bea", NOW),
        (replace(LOOK, used=NOW), "ada", NOW),
    ):
        with pytest.raises(NotFound) as trouble:
            look.must_open(member, at)
        assert trouble.value.code == "covered"


@pytest.mark.parametrize(
    ("used", "covered", "seconds"),
    [(None, None, 0), (None, 3, 0), (1, None, 10), (1, 4, 3), (1, 99, 10), (4, 1, 0)],
)
def test_how_long_it_lasted(used, covered, seconds):
    at = {"used": used, "covered": covered}
    times = {name: None if value is None else NOW + timedelta(seconds=value) for name, value in at.items()}
    assert replace(LOOK, **times).lasted == timedelta(seconds=seconds)


def test_looks_of_a_day_count_against_the_limit_and_those_of_an_hour_towards_a_break():
    old = replace(LOOK, at=NOW - DAY)
    today = replace(LOOK, at=NOW - DAY + MOMENT, used=NOW - DAY + MOMENT)
    lately = replace(LOOK, at=NOW - STRETCH + MOMENT, used=NOW, covered=NOW + timedelta(seconds=2))
    seen = exposure([old, today, replace(LOOK, at=NOW - STRETCH), lately], NOW, 4)
    assert (seen.in_a_day, seen.seconds, seen.lately, seen.limit) == (3, 12, 1, 4)
    assert not seen.spent
    assert exposure([LOOK] * 4, NOW, 4).spent


def test_nobody_looks_beyond_the_limit():
    must_have_room(exposure([LOOK] * 3, NOW, 4))
    with pytest.raises(Forbidden) as trouble:
        must_have_room(exposure([LOOK] * 4, NOW, 4))
    assert trouble.value.code == "enough_for_today"
    assert "4" in trouble.value.message


@pytest.mark.parametrize(("looks", "tired"), [(BREAK_AFTER - 1, False), (BREAK_AFTER, True)])
def test_a_break_is_due_after_many_looks_within_an_hour(looks, tired):
    assert exposure([LOOK] * looks, NOW, 99).tired is tired
