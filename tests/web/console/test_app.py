"""Every role and every screen, pair by pair: what a role does not include is shut, and the unlisted too."""

import re

import pytest

from consentry.core.staff import ROLES, STEP_UP, Permission, Role
from consentry.web.console import app
from consentry.web.console.app import SCREENS
from support.console import Desk

KINDS = [*Role, "no role", "invited", "disabled", "nobody"]
"""Who knocks."""


def address(screen) -> str:
    return re.sub(r"\{\w+\}", "nothing", screen.path)


@pytest.fixture(scope="module")
def desk():
    return Desk()


@pytest.fixture(scope="module")
def people(desk):
    """One of each kind, signed in as far as they can be."""
    found = {role: desk.member(role.value.replace("_", "-"), role) for role in Role}
    found["no role"], found["disabled"] = desk.member("no-role"), desk.member("disabled", *Role)
    desk.staff.disable("disabled")
    found["nobody"], found["invited"] = desk.person(), desk.person()
    found["nobody"].get("/sign-in")
    found["invited"].accept(desk.staff.add("invited", frozenset(Role))[1])
    return found


def gets(person, screen) -> str:
    """What becomes of somebody at a screen: `in`, `away` to sign in first, or `shut`."""
    sends = {"data": {"csrf": person.token()}} if screen.method == "POST" else {}
    reply = person.http.request(screen.method, f"/console{address(screen)}", **sends)
    if reply.status_code == 303 and reply.headers["location"].startswith("/console/sign-in"):
        return "away"
    return "shut" if reply.headers.get("consentry-code") == "not_permitted" else "in"


def due(kind, permission) -> str:
    """What should become of them, as the table of roles says."""
    if permission is None:
        return "in"
    if kind in {"disabled", "nobody"}:
        return "away"
    mine = ROLES[kind] if isinstance(kind, Role) else frozenset()
    return "in" if permission in mine | {Permission.SELF_MANAGE} else "shut"


LASTING = [screen for screen in SCREENS if screen.path != "/sign-out"]
"""Signing out ends the session that the other pairs need; it is tested with the entrance."""


@pytest.mark.parametrize("screen", LASTING, ids=lambda one: f"{one.method} {one.path}")
def test_each_screen_is_open_to_those_whose_role_includes_it_and_to_nobody_else(people, screen):
    assert {kind: gets(people[kind], screen) for kind in KINDS} == {
        kind: due(kind, screen.needs) for kind in KINDS
    }


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one.method} {one.path}")
def test_only_coming_in_is_open_to_anybody(screen):
    assert (screen.needs is None) is screen.path.startswith(("/sign-in", "/invited", "/provider"))


@pytest.mark.parametrize("screen", [one for one in SCREENS if one.method == "POST"], ids=lambda one: one.path)
@pytest.mark.parametrize("token", ["", "wrong", "of another"])
def test_no_form_is_taken_without_its_token(desk, people, screen, token):
    person = people[Role.OPERATOR]
    sent = people[Role.AUDITOR].token() if token == "of another" else token
    reply = person.http.post(f"/console{address(screen)}", data={"csrf": sent})
    assert (reply.status_code, reply.headers["consentry-code"]) == (403, "foreign_form")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8322"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_no_form_is_taken_from_another_site(people, headers):
    person = people[Role.OPERATOR]
    reply = person.http.post("/console/staff", data={"csrf": person.token()}, headers=headers)
    assert (reply.status_code, reply.headers["consentry-code"]) == (403, "foreign_form")


def test_a_screen_says_once_what_it_needs():
    ways = [(screen.method, screen.path) for screen in SCREENS]
    assert len(set(ways)) == len(ways)
    assert {screen.method for screen in SCREENS} == {"GET", "POST"}


def test_the_router_holds_the_table_and_nothing_else(desk):
    held = {(method, route.path) for route in app.router(desk.system()).routes for method in route.methods}
    table = {(screen.method, f"/console{screen.path}") for screen in SCREENS}
    assert held == table | {("GET", "/console/static/{name}")}


@pytest.mark.parametrize("path", ["/nowhere", "/staff/", "/static/app.py", "/static/..%2fapp.py", "//staff"])
def test_what_nobody_listed_is_not_there(people, path):
    assert people[Role.OPERATOR].get(path).status_code in {404, 307}


def test_what_screens_are_dressed_in_is_there(desk):
    person = desk.person()
    assert person.get("/static/console.css").headers["content-type"].startswith("text/css")
    assert person.get("/static/passkey.mjs").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("body", [b"\xff", b"&".join(b"a=1" for _ in range(300)), b"x" * 70_000])
def test_what_is_no_form_is_refused_before_anything_else(desk, body):
    assert desk.person().http.post("/console/sign-in", content=body).status_code in {400, 413}


def test_trouble_is_json_for_whoever_wants_no_page(people):
    reply = people[Role.REGULATOR].get("/staff", headers={"accept": "application/json"})
    assert reply.json()["error"]["code"] == "not_permitted"
    page = people[Role.REGULATOR].get("/staff")
    assert "Your role does not include this." in page.text
    assert "My account" in page.text


def test_what_wants_a_touch_sends_there_first_and_back(desk):
    """A screen like those that reveal an original."""
    from consentry.web.console.asked import Screen  # noqa: PLC0415 - only here

    marked = Screen(
        "GET", "/marked/{n}", Permission.ORIGINAL_REVEAL, lambda asked: asked.page("overview.html"), ""
    )
    desk.app.router.routes.insert(0, _route(desk, marked))
    person = desk.member("toucher", Role.REVIEWER)
    assert person.get("/marked/1?a=b").status_code == 200
    desk.clock.pass_(299)
    assert person.get("/marked/1?a=b").status_code == 200
    desk.clock.pass_(1)
    away = person.get("/marked/1?a=b")
    assert (away.status_code, away.headers["location"]) == (
        303,
        "/console/touch?next=%2Fconsole%2Fmarked%2F1%3Fa%3Db",
    )
    assert person.touch("/console/marked/1?a=b").headers["location"] == "/console/marked/1?a=b"
    assert person.get("/marked/1").status_code == 200
    desk.clock.pass_(300)
    operator = desk.member("late-operator", Role.OPERATOR)
    desk.clock.pass_(300)
    late = operator.post("/staff", headers={"referer": f"{desk.origin}/console/staff"}, name="finn")
    assert late.headers["location"] == "/console/touch?next=%2Fconsole%2Fstaff"
    assert Permission.ORIGINAL_REVEAL in STEP_UP


def _route(desk, screen):
    from fastapi.routing import APIRoute  # noqa: PLC0415 - only here

    return APIRoute(f"/console{screen.path}", app._endpoint(desk.system(), screen), methods=[screen.method])
