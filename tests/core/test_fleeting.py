"""Somebody's own, until its end; and the sweep comes soon after, never before."""

from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.fleeting import EVERY, SWEEP, Fleeting

ENDS = datetime(2026, 6, 1, 12, 5, tzinfo=UTC)
ONE = Fleeting("check 1", "k1", ENDS)


@pytest.mark.parametrize(
    ("account", "late", "good"),
    [("k1", -1, True), ("k1", 0, False), ("k1", 1, False), ("k2", -1, False), ("", -1, False)],
)
def test_it_is_good_for_its_own_account_until_its_end(account, late, good):
    assert ONE.good(account, ENDS + timedelta(microseconds=late)) is good


@pytest.mark.parametrize(
    ("after", "sweep"),
    [
        (timedelta(0), ENDS),
        (timedelta(microseconds=1), ENDS + EVERY),
        (timedelta(minutes=4, seconds=59), ENDS + EVERY),
        (timedelta(minutes=5), ENDS + EVERY),
    ],
)
def test_the_sweep_is_the_next_after_its_end(after, sweep):
    assert Fleeting("x", "k1", ENDS + after).swept == sweep


def test_nothing_is_held_that_was_not_given():
    assert (ONE.digest, ONE.blob) == ("", "")
    assert SWEEP == "sweep"
