"""One's own account shows how one signs in, and changes only for its owner."""

import re

import pytest

from consentry.core.staff import Role
from support.console import Desk, events
from support.softkey import SoftKey


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ada(desk):
    return desk.member("ada", Role.REVIEWER)


def shown(page: str) -> str:
    return re.search(r'<p class="words" tabindex="0">([^<]+)</p>', page)[1]


def test_it_shows_passkeys_and_sessions(ada):
    page = ada.get("/account").text
    assert "Blue key" in page
    assert "This browser" in page
    assert "by passkey" in page
    assert "ada, reviewer" in page


def test_a_passphrase_is_shown_once_and_works(desk, ada):
    words = shown(ada.post("/account/passphrase").text)
    assert len(words.split()) == 6
    page = ada.get("/account").text
    assert words not in page
    assert "You have one." in page
    assert ada.by_passphrase("ada", words).status_code == 303
    assert words not in str(desk.log())


def test_a_passphrase_that_was_removed_opens_nothing(ada):
    words = shown(ada.post("/account/passphrase").text)
    ada.post("/account/passphrase/drop")
    assert ada.by_passphrase("ada", words).status_code == 401


def test_a_passkey_that_was_removed_opens_nothing(desk, ada):
    name = re.search(r'name="passkey" value="([^"]+)"', ada.get("/account").text)[1]
    assert ada.post("/account/passkey/drop", passkey=name).status_code == 303
    assert "none yet" in ada.get("/account").text
    assert ada.by_passkey().status_code == 401
    assert events(desk.log())[-1] == "passkey_dropped"


def test_nobody_removes_what_is_a_colleagues(desk, ada):
    bea = desk.member("bea", Role.REVIEWER)
    name = re.search(r'name="passkey" value="([^"]+)"', bea.get("/account").text)[1]
    assert ada.post("/account/passkey/drop", passkey=name).status_code == 404
    with desk.store.read() as view:
        mine = view.sessions(view.member_named("bea").id)[0].id
    assert ada.post("/account/session/end", session=mine).status_code == 404
    assert bea.get("/account").status_code == 200


@pytest.mark.parametrize("path", ["/account/passphrase", "/account/passphrase/drop", "/account/passkey/drop"])
def test_after_five_minutes_keys_are_changed_only_after_a_touch(desk, ada, path):
    desk.clock.pass_(300)
    assert "confirm with your passkey first" in ada.get("/account").text
    reply = ada.post(path)
    assert (reply.status_code, reply.headers["consentry-code"]) == (403, "touch_first")
    ada.touch()
    assert ada.post(path).headers.get("consentry-code") != "touch_first"


def test_one_ends_ones_other_sessions(desk, ada):
    other = desk.person()
    other.key = ada.key
    other.by_passkey()
    for name in re.findall(r'name="session" value="([^"]+)"', other.get("/account").text):
        assert other.post("/account/session/end", session=name).status_code == 303
    assert ada.get("/account").status_code == 303
    assert other.get("/account").status_code == 200


def test_the_same_passkey_is_registered_once(ada):
    assert ada.register().status_code == 409


def test_a_label_is_only_text_and_not_long(desk, ada):
    ada.key = SoftKey(desk.origin, b"another")
    ada.register("<b>x</b> " + "y" * 100)
    page = ada.get("/account").text
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt; " + "y" * 51 + "<" in page


def test_who_may_see_no_figures_goes_to_their_account(desk):
    person = desk.member("nobody")
    assert person.get("").headers["location"] == "/console/account"
    assert "with no role yet" in person.get("/account").text
