"""The queue shows the most urgent first, and of children only how many to whoever may not see them."""

import pytest

from consentry.core.case import CaseState
from consentry.core.staff import Role
from support.console import Desk


@pytest.fixture
def desk():
    return Desk()


def test_the_most_urgent_case_comes_first_and_is_taken_with_one_press(desk):
    late = desk.reported("C-QUEUE-2")
    desk.clock.pass_(60)
    desk.reported("C-QUEUE-3")
    ada = desk.member("ada", Role.REVIEWER)
    page = ada.get("/queue").text
    assert page.index("C-QUEUE-2") < page.index("C-QUEUE-3")
    reply = ada.post("/queue/next")
    assert reply.headers["location"] == f"/console/cases/{late}"
    assert "ada" in desk.member("bea", Role.REVIEWER).get("/queue").text
    assert ada.post("/queue/next").headers["location"] == "/console/cases/rev_C-QUEUE-2"


def test_what_is_overdue_says_so_in_words(desk):
    desk.reported("C-QUEUE-4")
    desk.clock.pass_(49 * 3600)
    page = desk.member("ada", Role.REVIEWER).get("/queue").text
    assert "overdue by 1 h 0 min" in page
    assert "<b>1</b> overdue" in page


def test_of_children_others_see_only_how_many(desk):
    desk.reported("C-QUEUE-5", CaseState.ESCALATED)
    page = desk.member("ada", Role.REVIEWER).get("/queue").text
    assert "C-QUEUE-5" not in page
    assert "1 more on the path of children" in page
    assert "C-QUEUE-5" in desk.member("cy", Role.CHILD_SAFETY).get("/queue").text
    assert desk.member("bea", Role.REVIEWER).post("/queue/next").headers["location"] == "/console/queue"


def test_an_empty_queue_says_so(desk):
    assert "Nothing is due" in desk.member("ada", Role.REVIEWER).get("/queue").text
