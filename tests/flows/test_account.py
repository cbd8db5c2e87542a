"""Ways of signing in are changed by their owner alone, soon after a touch, and never beyond measure."""

from dataclasses import replace

import pytest

from consentry.core.errors import BadInput, Conflict, Forbidden, NotAllowed, NotFound
from consentry.core.staff import Role, Way
from consentry.flows.account import MOST
from support.console import Desk, events
from support.softkey import SoftKey


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def signed(desk):
    _, shown = desk.staff.add("ada", frozenset({Role.REVIEWER}))
    return desk.sign_in.signed(desk.sign_in.accept(shown))


def added(desk, signed, key=None, label="Blue", browser="b"):
    key = key or SoftKey(desk.origin)
    answer = key.make(desk.accounts.to_make(signed.member, "b"))
    return desk.accounts.add_passkey(signed.member, signed.session, browser, answer, label)


def look(desk, signed):
    return desk.accounts.look(signed.member, signed.session)


def test_what_one_has_is_shown(desk, signed):
    before = look(desk, signed)
    assert (before.passkeys, before.passphrase, before.linked, before.changeable) == ([], False, False, True)
    passkey = added(desk, signed)
    desk.accounts.make_passphrase(signed.member, signed.session)
    desk.accounts.link(signed.member, signed.session, "me")
    member = desk.staff.everybody()[0][0]
    after = desk.accounts.look(member, signed.session)
    assert (after.passkeys, after.passphrase, after.linked) == ([passkey], True, True)
    assert after.sessions == [signed.session]


def test_a_passkey_is_made_for_the_browser_that_asked_and_once(desk, signed):
    with pytest.raises(NotAllowed):
        added(desk, signed, browser="another")
    key = SoftKey(desk.origin)
    answer = key.make(desk.accounts.to_make(signed.member, "b"))
    desk.accounts.add_passkey(signed.member, signed.session, "b", answer, "")
    with pytest.raises(NotAllowed):
        desk.accounts.add_passkey(signed.member, signed.session, "b", answer, "")


def test_a_passkey_of_somebody_cannot_be_taken_by_another(desk, signed):
    key = SoftKey(desk.origin)
    added(desk, signed, key)
    _, shown = desk.staff.add("bea", frozenset())
    with pytest.raises(Conflict):
        added(desk, desk.sign_in.signed(desk.sign_in.accept(shown)), key)


def test_nobody_has_more_than_ten(desk, signed):
    for number in range(MOST):
        added(desk, signed, SoftKey(desk.origin, f"key {number}".encode()))
    with pytest.raises(BadInput):
        added(desk, signed, SoftKey(desk.origin, b"one more"))


def test_a_passkey_without_a_name_gets_one(desk, signed):
    assert added(desk, signed, label=" \n ").label == "Passkey"


def test_without_a_touch_nothing_is_changed_once_there_is_a_passkey(desk, signed):
    added(desk, signed)
    member, stolen = signed.member, replace(signed.session, way=Way.PASSPHRASE)
    lines = len(desk.log())
    for change in (
        lambda: desk.accounts.drop_passkey(member, stolen, "x"),
        lambda: desk.accounts.make_passphrase(member, stolen),
        lambda: desk.accounts.drop_passphrase(member, stolen),
        lambda: desk.accounts.link(member, stolen, "thief"),
    ):
        with pytest.raises(Forbidden) as refused:
            change()
        assert refused.value.code == "touch_first"
    assert not desk.accounts.look(member, stolen).changeable
    assert len(desk.log()) == lines


def test_an_identity_is_of_one_member_and_can_be_taken_away(desk, signed):
    desk.accounts.link(signed.member, signed.session, "me")
    _, shown = desk.staff.add("bea", frozenset())
    other = desk.sign_in.signed(desk.sign_in.accept(shown))
    with pytest.raises(Conflict):
        desk.accounts.link(other.member, other.session, "me")
    desk.accounts.link(signed.member, signed.session, "")
    desk.accounts.link(other.member, other.session, "me")
    assert events(desk.log())[-2:] == ["unlinked", "linked"]


def test_what_one_has_not_is_not_dropped_or_ended(desk, signed):
    with pytest.raises(NotFound):
        desk.accounts.drop_passkey(signed.member, signed.session, "x")
    with pytest.raises(NotFound):
        desk.accounts.end(signed.member, signed.session, "ses_x")


def test_a_passphrase_is_kept_as_a_digest(desk, signed):
    words = desk.accounts.make_passphrase(signed.member, signed.session)
    assert words not in str(desk.store._tables)
    desk.accounts.drop_passphrase(signed.member, signed.session)
    assert not look(desk, signed).passphrase
