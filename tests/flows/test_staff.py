"""Members are invited, changed and shut out, at once, with a line in the log and nothing secret in it."""

from datetime import timedelta

import pytest

from consentry.core.errors import BadInput, Conflict, Forbidden, NotAllowed, NotFound
from consentry.core.staff import INVITED, Role
from support.console import Desk, events

BOTH = frozenset({Role.OPERATOR, Role.REVIEWER})


@pytest.fixture
def desk():
    return Desk()


def test_a_member_is_added_with_roles_and_an_invitation(desk):
    member, shown = desk.staff.add("ada", BOTH)
    assert member.roles == BOTH
    assert desk.sign_in.signed(desk.sign_in.accept(shown)).member == member
    assert desk.log()[0] == {
        "event": "added",
        "member": member.id,
        "by": "command line",
        "roles": ["operator", "reviewer"],
    }


@pytest.mark.parametrize("name", ["", "a", "A", "ä1", "1a", "a b", "a/b", "a" * 41, "ada\n", "-a"])
def test_what_is_no_name_is_refused(desk, name):
    with pytest.raises(BadInput):
        desk.staff.add(name, BOTH)


@pytest.mark.parametrize("name", ["ab", "a" * 40, "a.b-c_d1"])
def test_what_is_a_name_is_taken_once(desk, name):
    desk.staff.add(name, BOTH)
    with pytest.raises(Conflict):
        desk.staff.add(name, BOTH)


def test_an_invitation_ends_after_a_day(desk):
    _, shown = desk.staff.add("ada", BOTH)
    desk.clock.pass_(INVITED.total_seconds())
    with pytest.raises(NotAllowed):
        desk.sign_in.accept(shown)


def test_a_new_invitation_takes_the_place_of_the_one_before(desk):
    _, first = desk.staff.add("ada", BOTH)
    _, second = desk.staff.invite("ada")
    with pytest.raises(NotAllowed):
        desk.sign_in.accept(first)
    desk.sign_in.accept(second)


def test_who_is_disabled_loses_sessions_and_invitations(desk):
    _, shown = desk.staff.add("ada", BOTH)
    token = desk.sign_in.accept(shown)
    _, second = desk.staff.invite("ada")
    desk.staff.disable("ada")
    assert desk.sign_in.signed(token) is None
    with pytest.raises(NotAllowed):
        desk.sign_in.accept(second)
    with pytest.raises(Forbidden):
        desk.staff.invite("ada")
    desk.staff.enable("ada")
    assert desk.sign_in.signed(token) is None, "an ended session stays ended"
    with pytest.raises(NotAllowed):
        desk.sign_in.accept(second)


def test_nobody_changes_themselves_but_somebody_else_may(desk):
    ada, bea = (desk.staff.add(name, BOTH)[0] for name in ("ada", "bea"))
    for change in (lambda by: desk.staff.give("ada", BOTH, by), lambda by: desk.staff.disable("ada", by)):
        with pytest.raises(Forbidden):
            change(ada.id)
        change(bea.id)


def test_sessions_are_ended_counted_and_listed(desk):
    _, shown = desk.staff.add("ada", BOTH)
    desk.sign_in.accept(shown)
    desk.clock.pass_(1)
    desk.sign_in.accept(desk.staff.invite("ada")[1])
    assert len(desk.staff.sessions("ada")) == 2
    assert [(one.name, keys, sessions) for one, keys, sessions in desk.staff.everybody()] == [("ada", 0, 2)]
    assert desk.staff.end_sessions("ada") == 2
    assert desk.staff.end_sessions("ada") == 0
    assert desk.staff.sessions("ada") == []


def test_a_session_that_was_idle_is_no_longer_listed(desk):
    desk.sign_in.accept(desk.staff.add("ada", BOTH)[1])
    desk.clock.pass_(timedelta(minutes=30).total_seconds())
    assert desk.staff.sessions("ada") == []


def test_who_is_not_there_is_not_found(desk):
    for act in (desk.staff.invite, desk.staff.disable, desk.staff.enable, desk.staff.end_sessions):
        with pytest.raises(NotFound):
            act("nobody")


def test_no_invitation_is_in_the_store_or_the_log(desk):
    _, shown = desk.staff.add("ada", BOTH)
    assert shown not in str(desk.log())
    assert shown not in str(desk.store._tables)
    assert events(desk.log()) == ["added", "invited"]
