"""A case is taken, read, decided and undone; what was typed is never lost; some choices take two people."""

import re

import pytest

from consentry.core.case import CaseState
from consentry.core.review import CLAIM, Choice
from consentry.core.staff import Role
from support.console import Desk

WHY = {"choice": "uphold", "because_uphold": "made", "note": "as before"}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def review(desk):
    return desk.reported()


@pytest.fixture
def ada(desk):
    return desk.member("ada", Role.REVIEWER)


def fields(page: str, **more) -> dict:
    """What the form of a case holds, as a browser would send it."""
    listed = re.findall(r'name="listed" value="([^"]+)"', page)
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    return {"version": version, "listed": listed, "ticked": listed, **WHY, **more}


def taken(person, review: str) -> str:
    assert person.post(f"/cases/{review}/claim").status_code == 303
    return person.get(f"/cases/{review}").text


def test_a_case_says_what_is_known_and_loads_nothing_of_the_picture(ada, review):
    page = ada.get(f"/cases/{review}").text
    for words in ("C-CONS-1", "48 h", "located, 0 bits, hidden", "Take this case", "No bank lists it"):
        assert words in page
    assert 'src="/console/cases' not in page
    assert "/console/look" not in page
    assert "Press and hold" not in page, "only whoever has it in hand may look"


def test_everything_that_would_follow_is_shown_before_it_is_confirmed_and_undone_after(desk, ada, review):
    form = fields(taken(ada, review))
    preview = ada.post(f"/cases/{review}/preview", **form).text
    assert "(an address that only they get)" in preview
    assert preview.count("stays as it is") == 2
    assert ada.post(f"/cases/{review}/decide", **form).headers["location"] == f"/console/cases/{review}"
    page = ada.get(f"/cases/{review}").text
    undo = re.search(r'action="/console(/resolutions/[^"]+/undo)"', page)[1]
    assert ada.post(undo).status_code == 303
    desk.work()
    assert desk.site.notices == {}
    ada.post(f"/cases/{review}/decide", **fields(ada.get(f"/cases/{review}").text))
    desk.work()
    assert set(desk.site.notices) == {"poster0", "poster1"}


@pytest.mark.parametrize("wrong", [{"because_uphold": ""}, {"choice": ""}, {"note": "n" * 2001}])
def test_what_is_missing_is_said_and_what_was_typed_is_still_there(ada, review, wrong):
    form = fields(taken(ada, review), **wrong)
    for path in ("preview", "decide"):
        reply = ada.post(f"/cases/{review}/{path}", **form)
        assert reply.status_code == 400
        assert 'role="alert"' in reply.text
        assert form["note"] in reply.text


def test_a_lost_claim_says_so_and_keeps_the_note(desk, ada, review):
    form = fields(taken(ada, review), note="what I typed")
    desk.clock.pass_(CLAIM.total_seconds())
    bea = desk.member("bea", Role.REVIEWER)
    bea.post(f"/cases/{review}/claim")
    reply = ada.post(f"/cases/{review}/decide", **form)
    assert (reply.status_code, "what I typed" in reply.text) == (409, True)
    assert "In the hands of <b>bea</b>" in reply.text


def test_going_back_from_what_would_follow_keeps_everything(ada, review):
    form = fields(taken(ada, review), ticked="", note="hm")
    page = ada.post(f"/cases/{review}/back", **form).text
    assert ">hm</textarea>" in page
    assert 'value="uphold" required data-key="2" aria-keyshortcuts="2" checked' in page
    assert page.count('type="checkbox" name="ticked"') == 2
    assert not re.search(r'name="ticked" value="[^"]+" checked', page)


def test_a_case_is_extended_put_back_and_handed_over(desk, ada, review):
    taken(ada, review)
    desk.member("bea", Role.REVIEWER)
    assert ada.post(f"/cases/{review}/hand", to="bea").status_code == 303
    assert "In the hands of <b>bea</b>" in ada.get(f"/cases/{review}").text
    assert ada.post(f"/cases/{review}/release").status_code == 409


def test_a_second_person_agrees_or_does_not_and_is_never_the_first(desk, review):
    ada, bea = desk.member("ada", Role.SENIOR), desk.member("bea", Role.SENIOR)
    form = fields(taken(ada, review), choice="escalate", because_escalate="looks_young")
    ada.post(f"/cases/{review}/decide", **form)
    assert "/agree" not in ada.get(f"/cases/{review}").text
    page = bea.get(f"/cases/{review}").text
    agree = re.search(r'action="/console(/resolutions/[^"]+/agree)"', page)[1]
    assert ada.post(agree).status_code == 403
    assert bea.post(agree.replace("agree", "decline")).headers["location"] == "/console/queue"
    cleo = desk.member("cleo", Role.SENIOR)
    form = fields(taken(cleo, review), choice="escalate", because_escalate="looks_young")
    cleo.post(f"/cases/{review}/decide", **form)
    again = re.findall(r'action="/console(/resolutions/[^"]+/agree)"', bea.get(f"/cases/{review}").text)
    if again:
        bea.post(again[0])
    desk.work()
    with desk.store.read() as view:
        assert view.case("C-CONS-1").state is CaseState.ESCALATED


def test_of_children_there_is_no_picture_and_others_see_nothing(desk):
    review = desk.reported("C-CONS-2", CaseState.ESCALATED)
    assert desk.member("ada", Role.SENIOR).get(f"/cases/{review}").status_code == 403
    cy = desk.member("cy", Role.CHILD_SAFETY)
    page = cy.get(f"/cases/{review}").text
    assert "Nothing of this case is displayed" in page
    assert "data-look" not in page
    assert f'value="{Choice.REFUSE.value}"' not in page
    desk.clock.pass_(6 * 60)
    assert cy.get(f"/cases/{review}").headers["location"].startswith("/console/touch?next=")


def test_whoever_looks_again_is_not_told_what_was_chosen(desk, ada, review):
    bench = desk.bench
    object.__setattr__(bench, "again", 1.0)
    ada.post(f"/cases/{review}/decide", **fields(taken(ada, review)))
    desk.work()
    bea = desk.member("bea", Role.REVIEWER)
    with desk.store.read() as view:
        (blind,) = [one for one in view.reviews_of("C-CONS-1") if one.task.value == "blind"]
    page = taken(bea, blind.id)
    assert "Nothing yet." in page
    assert "chose to uphold" not in page
    form = fields(page, choice="refuse", because_refuse="not_intimate_image_content")
    assert bea.post(f"/cases/{blind.id}/preview", **form).text.count("<li><p>") == 0
    bea.post(f"/cases/{blind.id}/decide", **form)
    desk.work()
    with desk.store.read() as view:
        assert view.case("C-CONS-1").state is CaseState.HIDDEN
    found = desk.overviews.look()
    assert (found.agreement.pairs, found.agreement.same, found.decided) == (1, 0.0, 1)
