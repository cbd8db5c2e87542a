"""People go to their organisation's sign-in and come back as themselves, in the browser that went."""

import html
import re
from urllib.parse import urlsplit

import httpx2
import pytest

from consentry.core.staff import Role
from consentry.remote.provider import Client, OpenIdProvider
from consentry.store.system import SystemClock
from support.console import ORIGIN, Desk, events
from support.provider import CLIENT, SECRET, elsewhere


@pytest.fixture(scope="module")
def theirs():
    with elsewhere() as provider:
        yield provider


@pytest.fixture
def desk(theirs):
    back = f"{ORIGIN}/console/provider/back"
    return Desk(provider=OpenIdProvider(Client(theirs.url, CLIENT, SECRET, "Elsewhere", back), SystemClock()))


def onward(reply) -> str:
    """Where a page of ours leads on to."""
    return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', reply.text)[1])


def went(person, page="/account"):
    """Where somebody stands after they came back with their cookie."""
    away = onward(person.post("/provider", page))
    back = urlsplit(httpx2.get(away).headers["location"])
    handed_on = onward(person.get(f"{back.path}?{back.query}".removeprefix("/console")))
    assert handed_on.startswith("/console/provider/finish?")
    return person.get(handed_on.removeprefix("/console"))


def linked(desk, name="ada"):
    person = desk.person()
    person.accept(desk.staff.add(name, frozenset({Role.REVIEWER}))[1])
    assert went(person).headers["location"] == "/console/account"
    return person


def test_who_linked_their_account_comes_in_by_it(desk):
    linked(desk)
    person = desk.person()
    assert "Go to Elsewhere" in person.get("/sign-in").text
    assert went(person, "/sign-in").headers["location"] == "/console"
    assert "ada, reviewer" in person.get("/account").text
    assert desk.log()[-1]["way"] == "provider"


def test_who_did_not_is_told_what_to_do(desk):
    reply = went(desk.person(), "/sign-in")
    assert reply.status_code == 401
    assert "Nobody here has linked this account." in reply.text


def test_a_state_brought_by_another_browser_counts_for_nothing(desk):
    linked(desk)
    thief, person = desk.person(), desk.person()
    away = onward(thief.post("/provider", "/sign-in"))
    back = urlsplit(httpx2.get(away).headers["location"])
    assert person.get("/sign-in").status_code == 200
    assert person.get(f"/provider/finish?{back.query}").status_code == 401
    assert person.get("/account").status_code == 303


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied"])
def test_who_comes_back_with_nothing_is_nobody(desk, query):
    person = desk.person()
    person.get("/sign-in")
    assert person.get(f"/provider/finish{query}").status_code == 401


def test_what_is_handed_on_cannot_lead_elsewhere(desk):
    reply = desk.person().get('/provider/back?code="><script>&state=//elsewhere.example')
    assert onward(reply).startswith("/console/provider/finish?code=%22%3E%3Cscript%3E&state=%2F%2Felse")
    assert "<script>" not in reply.text


def test_a_link_is_taken_away_only_after_a_touch(desk):
    person = linked(desk)
    person.register()
    assert "It is linked" in person.get("/account").text
    assert person.post("/account/unlink").status_code == 303
    assert "It is not linked" in person.get("/account").text
    assert events(desk.log())[-1] == "unlinked"
    person.by_passkey()
    desk.clock.pass_(300)
    assert person.post("/account/unlink").headers["consentry-code"] == "touch_first"


def test_who_linked_by_one_account_cannot_take_a_colleagues(desk):
    linked(desk)
    other = desk.person()
    other.accept(desk.staff.add("bea", frozenset())[1])
    assert went(other).status_code == 409


def test_a_provider_that_is_down_says_so_and_the_passkey_still_works(desk, theirs):
    ada = desk.member("ada", Role.REVIEWER)
    theirs.answer = (503, b"")
    try:
        reply = desk.person().post("/provider", "/sign-in")
    finally:
        theirs.answer = None
    assert reply.status_code == 502
    assert "does not answer as it should" in reply.text
    assert ada.by_passkey().status_code == 303
