from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Breaker, Limits, Tally, ability
from consentry.core.content import Account, Picture, Request
from core.made import NOON

SECOND = timedelta(seconds=1)
PICTURE = Picture(b"x", "2d71")


@pytest.mark.parametrize(
    ("pictures", "which"),
    [
        ({}, "generate"),
        ({"inputs": (PICTURE,)}, "edit"),
        ({"mask": PICTURE}, "edit"),
        ({"markup": PICTURE}, "edit"),
    ],
)
def test_any_picture_makes_it_an_edit(pictures, which):
    assert ability(Request("r", Account("a"), "a harbour", **pictures)) == Ability(which)


@pytest.mark.parametrize(
    ("limits", "tally", "why"),
    [
        (Limits(), Tally(10_000, 10_000), ""),
        (Limits(asked=10), Tally(10), ""),
        (Limits(asked=10), Tally(11), "requests"),
        (Limits(share=0.5), Tally(20, 10), ""),
        (Limits(share=0.5), Tally(20, 11), "refusals"),
        (Limits(share=0.5), Tally(19, 19), ""),
        (Limits(share=0.5, least=1), Tally(1, 1), "refusals"),
        (Limits(share=0.0, least=0), Tally(0, 0), ""),
        (Limits(asked=10, share=0.0), Tally(30, 30), "requests"),
    ],
)
def test_too_much_is_more_than_the_limit(limits, tally, why):
    assert limits.exceeded(tally) == why


def test_the_limits_are_these_unless_somebody_says_otherwise():
    found = Limits()
    assert (found.asked, found.share, found.least) == (0, 1.0, 20)
    assert (found.window, found.pause) == (timedelta(minutes=10), timedelta(minutes=30))
    assert Tally() == Tally(0, 0, 0)


def test_a_breaker_opens_for_its_time_and_closes_by_itself():
    limits = Limits(pause=SECOND)
    closed = Breaker(Ability.EDIT)
    opened = closed.opening(NOON, "refusals", limits)
    assert opened == Breaker(Ability.EDIT, "refusals", NOON, NOON + SECOND)
    assert not closed.paused(NOON)
    assert opened.paused(NOON)
    assert not opened.paused(NOON + SECOND)


def test_a_person_closes_it_at_once_and_it_is_remembered_why_it_was_open():
    opened = Breaker(Ability.EDIT).opening(NOON, "refusals", Limits())
    closed = opened.closing(NOON + SECOND)
    assert closed == Breaker(Ability.EDIT, "refusals", NOON, NOON + SECOND)
    assert not closed.paused(NOON + SECOND)


def test_what_was_counted_before_it_closed_does_not_count_again():
    limits = Limits(window=timedelta(minutes=10), pause=timedelta(minutes=1))
    now = NOON + timedelta(minutes=5)
    assert Breaker(Ability.EDIT).counted_since(now, limits) == now - timedelta(minutes=10)
    opened = Breaker(Ability.EDIT).opening(NOON, "refusals", limits)
    assert opened.counted_since(now, limits) == NOON + timedelta(minutes=1, microseconds=1)
    late = NOON + timedelta(hours=1)
    assert opened.counted_since(late, limits) == late - timedelta(minutes=10)
