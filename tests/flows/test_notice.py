"""A notice is in the register with its due date until a named person signs it off."""

import json
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.flows.notice import MAX_TEXT, Notices
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock

DUE = NOW + timedelta(days=4)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def notices(clock):
    return Notices(MemoryStore(clock, CountingIds()), CountingIds())


def received(notices, **changes):
    given = {"authority": "Ofcom", "reference": "X/12", "asked": "Figures.", "due": DUE, "by": "Ada"}
    return notices.receive(**(given | changes))


def test_a_notice_is_answered_and_signed_off_and_each_step_is_in_the_log(notices):
    first = received(notices)
    notices.answer(first.id, "Grace", "Question 1", "ab" * 32)
    notices.answer(first.id, "Grace", "Question 2")
    last = notices.sign_off(first.id, "Ada")
    assert [one["what"] for one in last.record["answers"]] == ["Question 1", "Question 2"]
    assert last.record["signed_off"]["by"] == "Ada"
    lines = notices.store.lines(0, 9)
    events = [json.loads(line.record)["event"] for line in lines]
    assert events == ["notice_received", "notice_answered", "notice_answered", "notice_signed_off"]
    assert last.line == 3
    assert [one.id for one in notices.every()[0]] == [first.id]


def test_what_is_closed_stays_closed_and_nothing_unanswered_is_closed(notices):
    first = received(notices)
    with pytest.raises(Conflict):
        notices.sign_off(first.id, "Ada")
    notices.answer(first.id, "Grace", "All.")
    notices.sign_off(first.id, "Ada")
    for again in (lambda: notices.sign_off(first.id, "Ada"), lambda: notices.answer(first.id, "G", "More.")):
        with pytest.raises(Conflict):
            again()


def test_a_reference_is_there_once_for_each_authority(notices):
    received(notices)
    with pytest.raises(Conflict):
        received(notices)
    received(notices, authority="Commission")
    assert len(notices.every()[0]) == 2


def test_what_is_due_and_open_is_overdue(notices, clock):
    first = received(notices)
    clock.time = DUE
    assert notices.overdue() == []
    clock.time = DUE + timedelta(seconds=1)
    assert [one.id for one in notices.overdue()] == [first.id]
    notices.answer(first.id, "Grace", "All.")
    assert notices.overdue()
    notices.sign_off(first.id, "Ada")
    assert notices.overdue() == []


@pytest.mark.parametrize("field", ["authority", "reference", "asked", "by"])
@pytest.mark.parametrize("text", ["", " ", "x" * (MAX_TEXT + 1)])
def test_nothing_is_left_empty(notices, field, text):
    with pytest.raises(BadInput):
        received(notices, **{field: text})
    assert notices.store.size() == 0


def test_a_hold_is_written_down_and_ends(notices):
    found = notices.hold("C-1", "Retention order", "Ada")
    assert (found.about, found.record["released"]) == ("C-1", None)
    ended = notices.release(found.id, "Grace", "Lifted")
    assert ended.record["released"]["by"] == "Grace"
    with pytest.raises(Conflict):
        notices.release(found.id, "Grace", "Again")
    assert len(notices.every()[1]) == 1


def test_one_is_not_the_other(notices):
    hold, notice = notices.hold("C-1", "Order", "Ada"), received(notices)
    with pytest.raises(Conflict):
        notices.answer(hold.id, "Grace", "x")
    with pytest.raises(Conflict):
        notices.release(notice.id, "Grace", "x")
    with pytest.raises(NotFound):
        notices.sign_off("ntc_9", "Ada")
