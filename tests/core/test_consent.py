from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.consent import LONGEST, Consent, Use
from consentry.core.match import Hashes
from core.made import NOON

HOUR = timedelta(hours=1)
CONSENT = Consent("con_1", "per_1", "acc_1", Use.MAKE, adult=True, given=NOON, expires=NOON + 24 * HOUR)

moments = st.integers(-48, 72).map(lambda hours: NOON + hours * HOUR)


def test_a_consent_covers_its_account_its_use_and_its_time():
    assert CONSENT.covers("acc_1", Use.MAKE, NOON)
    assert CONSENT.covers("acc_1", Use.MAKE, NOON + 24 * HOUR - timedelta(microseconds=1))


@pytest.mark.parametrize("account", ["", "acc_2", "ACC_1", "per_1"])
def test_no_other_account_may_rely_on_it(account):
    assert not CONSENT.covers(account, Use.MAKE, NOON)


@pytest.mark.parametrize("use", Use)
def test_making_is_not_publishing(use):
    assert CONSENT.covers("acc_1", use, NOON) is (use is Use.MAKE)
    assert replace(CONSENT, use=Use.PUBLISH).covers("acc_1", use, NOON) is (use is Use.PUBLISH)


@given(moments)
def test_nobody_who_was_not_verified_adult_can_consent(at):
    assert not replace(CONSENT, adult=False).covers("acc_1", Use.MAKE, at)


@given(moments)
def test_it_counts_from_when_it_was_given_until_before_it_expires(at):
    assert CONSENT.covers("acc_1", Use.MAKE, at) is (CONSENT.given <= at < CONSENT.expires)


@given(moments, moments)
def test_revoking_it_ends_it_at_once_and_never_prolongs_it(revoked, at):
    taken_back = replace(CONSENT, revoked=revoked)
    assert taken_back.covers("acc_1", Use.MAKE, at) is (
        CONSENT.covers("acc_1", Use.MAKE, at) and at < revoked
    )


def test_at_the_moment_it_expires_it_no_longer_counts():
    assert not CONSENT.covers("acc_1", Use.MAKE, CONSENT.expires)


def test_at_the_moment_of_revoking_it_no_longer_counts():
    assert not replace(CONSENT, revoked=NOON).covers("acc_1", Use.MAKE, NOON)


def test_a_consent_lasts_a_year_at_most():
    assert timedelta(days=366) == LONGEST


def test_without_named_routes_it_is_for_all_of_them():
    assert CONSENT.covers("acc_1", Use.MAKE, NOON, "images.edits")
    assert CONSENT.covers("acc_1", Use.MAKE, NOON, "a route not invented yet")


def test_with_named_routes_it_is_for_these_alone():
    edits = replace(CONSENT, routes=frozenset({"images.edits", "app"}))
    assert edits.covers("acc_1", Use.MAKE, NOON, "app")
    assert not edits.covers("acc_1", Use.MAKE, NOON, "images.generations")
    assert not edits.covers("acc_1", Use.MAKE, NOON)


def hashes(number: int, quality: int = 90) -> Hashes:
    return Hashes(f"{number:064x}", (number.to_bytes(32),), quality)


ONE, NEAR_ONE, OTHER = hashes(0), hashes(2**31 - 1), hashes(2**32 - 1)


def test_it_names_its_own_pictures_and_their_copies():
    given = replace(CONSENT, inputs=(ONE, hashes(2**200 - 1)))
    assert given.names([ONE])
    assert given.names([NEAR_ONE, ONE])
    assert given.names([])


def test_one_picture_that_it_does_not_name_is_one_too_many():
    given = replace(CONSENT, inputs=(ONE,))
    assert not given.names([OTHER])
    assert not given.names([ONE, OTHER])


def test_a_consent_to_no_picture_in_particular_names_none():
    assert not CONSENT.names([ONE])
    assert CONSENT.names([])
