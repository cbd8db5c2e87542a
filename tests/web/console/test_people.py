"""The list of staff tells who may do what, and only who runs the accounts changes it: nobody their own."""

import re

import pytest

from consentry.core.staff import Role
from support.console import Desk, events


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ada(desk):
    return desk.member("ada", Role.OPERATOR)


@pytest.fixture
def bea(desk):
    return desk.member("bea", Role.REVIEWER)


def test_everybody_is_listed_with_what_they_may_do(ada, bea):
    page = ada.get("/staff").text
    assert re.findall(r"<h3>(\w+)", page) == ["ada", "bea"]
    assert "1 passkey, 2 sessions now" in page
    assert page.count("<details>") == 1, "nobody changes their own roles"


def test_who_may_only_look_gets_no_forms(desk, bea):
    page = desk.member("cleo", Role.AUDITOR).get("/staff").text
    assert "<details>" not in page
    assert "Add a member" not in page


def test_a_member_is_added_and_comes_in_by_the_link(desk, ada):
    page = ada.post("/staff", name=" Dora ", roles=["reviewer", "senior"]).text
    link = re.search(r'<p class="words" tabindex="0">([^<]+)</p>', page)[1]
    assert link.startswith("http://localhost:8321/console/invited#inv_")
    person = desk.person()
    assert person.accept(link.split("#")[1]).status_code == 303
    assert "dora, reviewer, senior" in person.get("/account").text
    assert link.split("#")[1] not in str(desk.log())


def test_every_change_is_in_the_log_with_who_made_it(desk, ada, bea):
    with desk.store.read() as view:
        ids = {one.name: one.id for one in view.members()}
    before = len(desk.log())
    for act, fields in {
        "roles": {"roles": "senior"},
        "sessions/end": {},
        "disable": {},
        "enable": {},
        "invite": {},
    }.items():
        assert ada.post(f"/staff/bea/{act}", **fields).status_code in {200, 303}
    lines = desk.log()[before:]
    assert events(lines) == ["roles", "sessions_ended", "disabled", "sessions_ended", "enabled", "invited"]
    assert {(line["member"], line["by"]) for line in lines} == {(ids["bea"], ids["ada"])}
    assert "bea" not in str(lines).replace(ids["bea"], "")


def test_a_role_taken_away_counts_from_the_next_request(ada, bea):
    assert bea.get("").status_code == 200
    ada.post("/staff/bea/roles")
    assert bea.get("").headers["location"] == "/console/account"


def test_who_is_disabled_is_out_at_once_and_does_not_come_back(ada, bea):
    ada.post("/staff/bea/disable")
    assert bea.get("/account").status_code == 303
    assert bea.by_passkey().status_code == 401
    assert "disabled" in ada.get("/staff").text
    assert ada.post("/staff/bea/invite").headers["consentry-code"] == "disabled"
    ada.post("/staff/bea/enable")
    assert bea.by_passkey().status_code == 303


@pytest.mark.parametrize("act", ["roles", "disable"])
def test_nobody_changes_their_own_account(ada, act):
    assert ada.post(f"/staff/ada/{act}", roles="senior").headers["consentry-code"] == "own_account"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "ada"}, 409),
        ({"name": "x"}, 400),
        ({"name": "a b"}, 400),
        ({"name": "<b>"}, 400),
        ({"name": "finn", "roles": "king"}, 400),
    ],
)
def test_what_is_no_name_or_no_role_is_refused(ada, fields, code):
    assert ada.post("/staff", **fields).status_code == code


def test_who_is_not_there_is_not_found(ada):
    assert ada.post("/staff/nobody/disable").status_code == 404
