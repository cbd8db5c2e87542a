"""Whoever steals a member's session sees what they see for a while, and neither goes further nor stays."""

import pytest

from consentry.core.staff import Role
from support.console import Desk


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def thief(desk):
    """A browser with the cookie of an operator who touched their passkey a while ago."""
    ada = desk.member("ada", Role.OPERATOR)
    desk.clock.pass_(600)
    thief = desk.person()
    thief.http.cookies = ada.http.cookies
    assert "ada" in thief.get("/staff").text
    return thief


def test_a_thief_lets_nobody_in(desk, thief):
    for path, fields in {
        "/staff": {"name": "mallory", "roles": "operator"},
        "/staff/ada/invite": {},
        "/staff/ada/roles": {"roles": "senior"},
    }.items():
        assert thief.post(path, **fields).headers["location"].startswith("/console/touch")
    assert [one.name for one, _, _ in desk.staff.everybody()] == ["ada"]


def test_a_thief_adds_no_way_of_signing_in(thief):
    assert thief.register().headers["consentry-code"] == "touch_first"
    assert thief.post("/account/passphrase").headers["consentry-code"] == "touch_first"
    assert "You have none." in thief.get("/account").text


def test_a_thief_cannot_touch_with_a_passkey_of_their_own(desk, thief):
    mallory = desk.member("mallory", Role.REVIEWER)
    answer = mallory.key.touch(thief.options("/touch/question", "/touch"))
    assert thief.post("/touch", "/touch", answer=answer).status_code == 401


def test_a_thief_is_out_as_soon_as_the_owner_ends_their_sessions(desk, thief):
    desk.staff.end_sessions("ada")
    assert thief.get("/staff").headers["location"].startswith("/console/sign-in")


def test_a_thief_is_out_at_the_end_of_the_day_however_busy(desk, thief):
    for _ in range(8 * 3):
        desk.clock.pass_(20 * 60)
        reply = thief.get("/staff")
    assert reply.headers["location"].startswith("/console/sign-in")
