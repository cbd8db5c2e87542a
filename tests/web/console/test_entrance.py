"""People come in by passkey, by passphrase and by invitation, go where they wanted, and leave."""

import pytest

from consentry.core.staff import Role
from support.console import Desk, events


@pytest.fixture(scope="module")
def desk():
    return Desk()


@pytest.fixture(scope="module")
def ada(desk):
    return desk.member("ada", Role.REVIEWER)


def test_who_wants_a_screen_signs_in_first_and_then_gets_it(desk, ada):
    person = desk.person()
    away = person.get("/account?x=1")
    assert away.headers["location"] == "/console/sign-in?next=%2Fconsole%2Faccount%3Fx%3D1"
    person.key = ada.key
    assert person.by_passkey("/console/account?x=1").headers["location"] == "/console/account?x=1"
    assert person.get("/account").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/console",
        "//elsewhere.example/console",
        "/console\\@elsewhere.example",
        "/consolefoo",
        "/",
        "javascript:alert(1)",
        "/console/a\n\rb",
        "/console/../v1",
        "",
    ],
)
def test_nobody_is_sent_out_of_the_console(desk, ada, wanted):
    location = ada.by_passkey(wanted).headers["location"]
    assert location == "/console" or location.startswith("/console/..")


def test_the_cookie_is_for_this_very_host_and_for_no_script(desk):
    secure = Desk(origin="https://console.example")
    person = secure.member("ada", Role.REVIEWER)
    cookie = person.by_passkey().headers["set-cookie"]
    assert cookie.startswith("__Host-consentry=in_")
    assert set(cookie.lower().split("; ")[1:]) == {"httponly", "path=/", "samesite=strict", "secure"}
    assert person.get("/account").status_code == 200


def test_without_tls_on_this_machine_the_cookie_says_so(ada):
    cookie = ada.by_passkey().headers["set-cookie"]
    assert cookie.startswith("consentry-development=in_")
    assert set(cookie.lower().split("; ")[1:]) == {"httponly", "path=/", "samesite=strict"}


def test_signing_in_gives_the_browser_something_new_to_hold(desk, ada):
    person = desk.person()
    person.key = ada.key
    before = person.csrf()
    person.by_passkey()
    assert person.csrf("/account") != before


def test_a_passkey_nobody_registered_opens_nothing(desk):
    reply = desk.person().by_passkey()
    assert reply.status_code == 401
    assert "This passkey is not known here." in reply.text


def test_an_answer_counts_once_and_for_its_own_browser_only(desk, ada):
    person = desk.person()
    answer = ada.key.touch(person.options("/sign-in/question", "/sign-in"))
    thief = desk.person()
    assert thief.post("/sign-in/passkey", "/sign-in", answer=answer).status_code == 401
    fields = {"csrf": person.csrf(), "answer": answer}
    held = dict(person.http.cookies)
    assert person.http.post("/console/sign-in/passkey", data=fields).status_code == 303
    person.http.cookies = held
    again = person.http.post("/console/sign-in/passkey", data=fields)
    assert again.status_code == 401
    assert "That was used before." in again.text


def test_a_passphrase_signs_in_and_says_so_in_the_log(desk):
    person = desk.member("bea", Role.REVIEWER)
    words = desk.accounts.make_passphrase(*pair(desk, person))
    reply = person.by_passphrase(" BEA ", words.upper(), next="/console/account")
    assert reply.headers["location"] == "/console/account"
    assert desk.log()[-1]["way"] == "passphrase"


@pytest.mark.parametrize(("name", "words"), [("cleo", "zebra"), ("nobody", "zebra"), ("", ""), ("cleo", "")])
def test_wrong_words_are_told_from_wrong_names_by_nobody(desk, name, words):
    if not [one for one, _, _ in desk.staff.everybody() if one.name == "cleo"]:
        person = desk.member("cleo", Role.REVIEWER)
        desk.accounts.make_passphrase(*pair(desk, person))
    reply = desk.person().by_passphrase(name, words)
    assert reply.status_code == 401
    assert "Name and passphrase do not belong together, or were tried too often." in reply.text
    assert words not in reply.text or not words


def test_an_invitation_opens_the_account_once(desk):
    _, shown = desk.staff.add("dora", frozenset({Role.OPERATOR}))
    person = desk.person()
    assert person.accept(f" {shown}\n").headers["location"] == "/console/account"
    assert "came with an invitation" in person.get("/account").text
    again = desk.person().accept(shown)
    assert again.status_code == 401
    assert shown not in again.text


def test_a_touch_that_proves_nothing_changes_nothing(desk, ada):
    ada.by_passkey()
    stranger = desk.person().key
    options = ada.options("/touch/question", "/touch")
    reply = ada.post("/touch", "/touch", answer=stranger.touch(options))
    assert reply.status_code == 401
    assert "not known here" in reply.text


def test_a_colleagues_passkey_does_not_count(desk, ada):
    other = desk.member("ed", Role.REVIEWER)
    ada.by_passkey()
    desk.clock.pass_(600)
    options = ada.options("/touch/question", "/touch")
    reply = ada.post("/touch", "/touch", answer=other.key.touch(options))
    assert "somebody else&#39;s" in reply.text
    assert "touched" not in events(desk.log()[-1:])


def test_who_has_no_passkey_is_told_where_to_register_one(desk):
    person = desk.person()
    person.accept(desk.staff.add("finn", frozenset())[1])
    assert "Register one in your account" in person.get("/touch").text


def test_who_leaves_is_gone(desk, ada):
    ada.by_passkey()
    held = dict(ada.http.cookies)
    reply = ada.post("/sign-out")
    assert reply.headers["location"] == "/console/sign-in"
    assert desk.log()[-1]["event"] == "signed_out"
    ada.http.cookies = held
    assert ada.get("/account").status_code == 303


def test_who_is_signed_in_needs_not_sign_in(ada):
    ada.by_passkey()
    assert ada.get("/sign-in?next=/console/account").headers["location"] == "/console/account"


def pair(desk, person):
    from consentry.web.console.asked import DEVELOPMENT  # noqa: PLC0415 - only here

    signed = desk.sign_in.signed(person.http.cookies[DEVELOPMENT])
    return signed.member, signed.session


def test_who_came_by_invitation_signs_in_and_leaves_it_behind(desk):
    _, shown = desk.staff.add("gina", frozenset({Role.REVIEWER}))
    person = desk.person()
    person.accept(shown)
    person.register()
    assert person.get("/sign-in").status_code == 200
    answer = person.key.touch(person.options("/sign-in/question", "/sign-in"))
    assert person.post("/sign-in/passkey", "/sign-in", answer=answer).headers["location"] == "/console"
    assert [one.way.value for one in desk.staff.sessions("gina")] == ["passkey"]
