"""Nothing is permitted that no role says, and what must be touched for is not open without."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.staff import (
    FIRST_WAIT,
    FRESH,
    IDLE,
    INVITATION,
    LONGEST,
    LONGEST_WAIT,
    ROLES,
    STEP_UP,
    Member,
    Permission,
    Role,
    Session,
    Way,
    digest_of,
    invitation_to,
    may,
    may_change_keys,
    opens,
    permitted,
    wants_touch,
)
from support.stores import NOON

TICK = timedelta(microseconds=1)
SEES = {
    Role.REVIEWER: "queue.see case.decide original.reveal figures.see",
    Role.SENIOR: "queue.see case.decide case.confirm original.reveal figures.see",
    Role.CHILD_SAFETY: "queue.see case.decide case.confirm child.see figures.see",
    Role.COMPLIANCE: "queue.see figures.see policy.activate evidence.make log.read staff.see",
    Role.OPERATOR: "figures.see jobs.drive staff.see staff.manage",
    Role.AUDITOR: "figures.see evidence.make log.read staff.see",
    Role.REGULATOR: "figures.see log.read",
}
"""What each role may do, written down a second time, so that a change is made on purpose."""


def member(*roles, **changes):
    return replace(Member("stf_1", "ada", frozenset(roles), NOON), **changes)


def session(**changes):
    return replace(Session("ses_1", "digest", "stf_1", Way.PASSKEY, NOON, NOON), **changes)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_is_written_here_and_nothing_else(role):
    assert permitted(member(role)) == {*map(Permission, SEES[role].split()), Permission.SELF_MANAGE}


def test_there_is_a_row_for_each_role():
    assert set(ROLES) == set(Role)


def test_without_a_role_only_ones_own_account_is_open():
    assert permitted(member()) == {Permission.SELF_MANAGE}


def test_roles_add_up():
    both = permitted(member(Role.REGULATOR, Role.OPERATOR))
    assert both == permitted(member(Role.REGULATOR)) | permitted(member(Role.OPERATOR))


@pytest.mark.parametrize("permission", Permission)
def test_whoever_is_disabled_may_do_nothing(permission):
    assert not may(member(*Role, active=False), permission)
    assert may(member(*Role), permission)


def test_nobody_both_runs_the_accounts_and_sees_cases_by_one_role():
    assert not [
        role for role in Role if {Permission.STAFF_MANAGE, Permission.QUEUE_SEE} <= permitted(member(role))
    ]


def test_an_original_and_the_childrens_path_are_never_of_one_role():
    assert not [
        role for role in Role if {Permission.ORIGINAL_REVEAL, Permission.CHILD_SEE} <= permitted(member(role))
    ]


@pytest.mark.parametrize("permission", Permission)
def test_an_invitation_opens_ones_own_account_and_nothing_else(permission):
    assert opens(session(way=Way.INVITATION), permission) is (permission is Permission.SELF_MANAGE)
    for way in set(Way) - {Way.INVITATION}:
        assert opens(session(way=way), permission)


@pytest.mark.parametrize(
    ("changes", "after", "good"),
    [
        ({}, IDLE - TICK, True),
        ({}, IDLE, False),
        ({"seen": NOON + LONGEST - TICK}, LONGEST - TICK, True),
        ({"seen": NOON + LONGEST - TICK}, LONGEST, False),
        ({"ended": NOON}, TICK, False),
    ],
)
def test_a_session_ends_when_it_is_idle_too_old_or_ended(changes, after, good):
    assert session(**changes).good(NOON + after) is good


def test_a_passkey_was_touched_just_now_for_five_minutes():
    touched = session(touched=NOON)
    assert touched.fresh(NOON + FRESH - TICK)
    assert not touched.fresh(NOON + FRESH)
    assert not session().fresh(NOON)


@pytest.mark.parametrize("permission", Permission)
def test_what_must_be_touched_for_is_not_open_without(permission):
    marked = permission in STEP_UP
    assert wants_touch(session(), permission, NOON) is marked
    assert wants_touch(session(touched=NOON), permission, NOON + FRESH) is marked
    assert not wants_touch(session(touched=NOON), permission, NOON)


def test_what_a_thief_of_a_session_would_want_wants_a_touch():
    assert {"original.reveal", "child.see", "policy.activate", "staff.manage"} == STEP_UP


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        (4, None),
        (5, FIRST_WAIT),
        (6, 2 * FIRST_WAIT),
        (9, 16 * FIRST_WAIT),
        (10, LONGEST_WAIT),
        (10**6, LONGEST_WAIT),
    ],
)
def test_wrong_passphrases_make_one_wait_longer_and_longer_but_not_for_ever(failures, wait):
    barred = member(failures=failures, failed=NOON).barred
    assert barred == (None if wait is None else NOON + wait)


def test_who_never_failed_does_not_wait():
    assert member(failures=9).barred is None


@pytest.mark.parametrize(
    ("passkeys", "changes", "may_change"),
    [
        (0, {"way": Way.PASSPHRASE}, True),
        (1, {"way": Way.PASSPHRASE}, False),
        (1, {"way": Way.INVITATION}, True),
        (2, {"touched": NOON}, True),
        (2, {"touched": NOON - FRESH}, False),
    ],
)
def test_a_stolen_session_lets_nobody_in_for_good(passkeys, changes, may_change):
    assert may_change_keys(session(**changes), passkeys, NOON) is may_change


def test_what_is_kept_of_a_token_is_its_digest():
    assert digest_of("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert invitation_to("a") == INVITATION + digest_of("a")
    assert digest_of("ä") != digest_of("a")
