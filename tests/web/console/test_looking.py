"""No byte of an original leaves before the log says so, and none after ten seconds."""

import pytest

from consentry.core.case import CaseState
from consentry.core.exposure import SHOWN
from consentry.core.staff import Role
from consentry.media.covered import plain
from support.console import Desk
from support.fakes import PlainDecoder

COPY = "cpy_C-CONS-1-0"


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def review(desk):
    return desk.reported()


@pytest.fixture
def ada(desk, review):
    person = desk.member("ada", Role.REVIEWER)
    person.post(f"/cases/{review}/claim")
    return person


def original():
    """What an original looks like when it leaves."""
    return plain(PlainDecoder().decode(b"ok 0").frames[0])


def looked(desk):
    return sum(desk.store.line(at).record.count(b'"looked"') for at in range(desk.store.size()))


def test_no_byte_of_an_original_leaves_before_a_look_is_in_the_log_and_none_after_it_ends(desk, ada, review):
    shown = original()
    for path in (
        f"/cases/{review}",
        "/queue",
        f"/cases/{review}/cover/{COPY}",
        f"/cases/{review}/cover/{COPY}?style=blur&size=large&blur=weak",
        f"/cases/{review}/describe/{COPY}",
        "/look/opn_1",
    ):
        body = ada.get(path).content
        assert shown not in body
        assert b"ok 0" not in body
    assert looked(desk) == 0
    answer = ada.post(f"/cases/{review}/look/{COPY}").json()
    assert looked(desk) == 1
    path = answer["at"].removeprefix("/console")
    assert ada.get(path).content == shown
    assert ada.get(path).status_code == 404
    late = ada.post(f"/cases/{review}/look/{COPY}").json()["at"].removeprefix("/console")
    desk.clock.pass_(SHOWN.total_seconds())
    reply = ada.get(late)
    assert (reply.status_code, shown in reply.content) == (404, False)


def test_an_address_opens_for_nobody_else(desk, ada, review):
    at = ada.post(f"/cases/{review}/look/{COPY}").json()["at"].removeprefix("/console")
    assert desk.member("bea", Role.REVIEWER).get(at).status_code == 404
    assert desk.member("eve", Role.AUDITOR).get(at).status_code == 403
    assert desk.person().get(at).status_code == 303


def test_a_look_wants_a_passkey_touched_just_now(desk, ada, review):
    desk.clock.pass_(6 * 60)
    ada.post(f"/cases/{review}/claim")
    reply = ada.post(f"/cases/{review}/look/{COPY}")
    assert (reply.status_code, reply.headers["location"]) == (303, "/console/touch")
    assert looked(desk) == 0


def test_what_is_shown_is_kept_by_nothing(desk, ada, review):
    at = ada.post(f"/cases/{review}/look/{COPY}").json()["at"].removeprefix("/console")
    for reply in (ada.get(at), ada.get(f"/cases/{review}/cover/{COPY}")):
        assert reply.headers["content-type"] == "image/jpeg"
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["content-security-policy"] == "sandbox"
    ada.post(f"{at}/close")
    assert sum(desk.store.line(i).record.count(b'"covered"') for i in range(desk.store.size())) == 1


def test_there_is_a_limit_to_a_day(desk, ada, review):
    for _ in range(desk.looks.limit):
        assert ada.post(f"/cases/{review}/look/{COPY}").status_code == 200
    reply = ada.http.post(
        f"/console/cases/{review}/look/{COPY}", data={"csrf": ada.token()}, headers={"accept": "*/*"}
    )
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "enough_for_today")


def test_of_children_nothing_is_shown_in_any_way(desk):
    review = desk.reported("C-CONS-3", CaseState.ESCALATED)
    copy = "cpy_C-CONS-3-0"
    cy = desk.member("cy", Role.CHILD_SAFETY)
    cy.post(f"/cases/{review}/claim")
    for path in (f"/cases/{review}/cover/{copy}", f"/cases/{review}/describe/{copy}"):
        assert cy.get(path).status_code == 403
    assert cy.post(f"/cases/{review}/look/{copy}").status_code == 403
