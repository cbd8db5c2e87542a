from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.case import (
    CASE_TABLE,
    COPY_TABLE,
    STOPPED,
    Case,
    CaseEvent,
    CaseState,
    Copy,
    CopyEvent,
    CopyState,
    RefusalGround,
)
from consentry.core.deadline import Deadline
from consentry.core.errors import IllegalTransition
from consentry.core.match import Method
from core.made import NOON

DUE = NOON + timedelta(hours=48)
CASE = Case("C-7KQ2-M4XD", CaseState.OPEN, NOON, DUE, (Deadline("gb.48h", "Act", "gb", DUE),), version=3)
COPY = Copy("cpy_1", CASE.id, "site", "post-1", "https://site.example/1", Method.LOCATED, 0)
GROUND = RefusalGround.NOT_INTIMATE
LATER = [NOON + timedelta(hours=n) for n in range(1, 9)]

events = st.lists(st.sampled_from(CaseEvent), max_size=8)
copy_events = st.lists(st.sampled_from(CopyEvent), max_size=8)


def ground(event):
    return GROUND if event is CaseEvent.REFUSE else None


def walk(case, path):
    """Every state of a case along `path`, an hour apart; what is not open is skipped."""
    seen = [case]
    for event, at in zip(path, LATER, strict=False):
        if (seen[-1].state, event) in CASE_TABLE:
            seen.append(seen[-1].after(event, at, ground(event)))
    return seen


@pytest.mark.parametrize("step", CASE_TABLE, ids=lambda step: f"{step[0]}-{step[1]}")
def test_every_step_in_the_table_works(step):
    state, event = step
    after = replace(CASE, state=state).after(event, LATER[0], ground(event))
    assert after.state is CASE_TABLE[step]


@pytest.mark.parametrize("step", sorted(set(product(CaseState, CaseEvent)) - set(CASE_TABLE)))
def test_every_other_step_is_refused(step):
    state, event = step
    with pytest.raises(IllegalTransition, match=rf"^{event} cannot happen to something that is {state}$"):
        replace(CASE, state=state).after(event, NOON, ground(event))


@given(events)
def test_the_clock_is_never_restarted(path):
    for case in walk(CASE, path):
        assert (case.received, case.due, case.deadlines) == (NOON, DUE, CASE.deadlines)


@given(events)
def test_the_clock_runs_or_has_a_moment_at_which_it_stopped(path):
    seen = walk(CASE, path)
    for before, case in pairwise(seen):
        assert case.running is (case.stopped is None)
        assert case.running is (case.state not in STOPPED)
        if before.stopped and case.stopped:
            assert case.stopped == before.stopped
        elif case.stopped:
            assert case.stopped > NOON


@given(events)
def test_a_case_has_a_ground_if_and_only_if_it_is_refused(path):
    for case in walk(CASE, path):
        assert (case.ground is not None) is (case.state is CaseState.REFUSED)


@given(events)
def test_nothing_else_about_a_case_changes(path):
    blank = {"state": CaseState.OPEN, "stopped": None, "ground": None}
    assert all(replace(case, **blank) == CASE for case in walk(CASE, path))


@given(events)
def test_a_sign_of_a_child_is_heard_in_every_state_and_never_forgotten(path):
    for case in walk(CASE, path):
        told = case.after(CaseEvent.CHILD_SIGN, NOON)
        assert told.state in {CaseState.ESCALATED, CaseState.SECURED}
        for later in walk(told, path):
            assert later.state in {CaseState.ESCALATED, CaseState.SECURED}


def test_the_clock_stops_only_on_proof_refusal_or_withdrawal():
    stopping = {event for (_, event), state in CASE_TABLE.items() if state in STOPPED}
    assert stopping <= {CaseEvent.ALL_GONE, CaseEvent.REFUSE, CaseEvent.WITHDRAW, CaseEvent.CHILD_SIGN}
    by_child_sign = {s for (s, e), to in CASE_TABLE.items() if e is CaseEvent.CHILD_SIGN and to in STOPPED}
    assert by_child_sign == {CaseState.SECURED}, "a sign of a child stops no clock that ran"


def test_hiding_is_no_proof():
    assert CASE.after(CaseEvent.ALL_HIDDEN, NOON).running


def test_a_copy_that_turns_up_makes_the_clock_run_again_from_where_it_began():
    gone = CASE.after(CaseEvent.ALL_GONE, LATER[0])
    back = gone.after(CaseEvent.COPY_FOUND, LATER[1])
    assert (back.state, back.stopped, back.due) == (CaseState.OPEN, None, DUE)


def test_a_wrong_removal_can_be_put_right():
    refused = CASE.after(CaseEvent.ALL_GONE, LATER[0]).after(CaseEvent.REFUSE, LATER[1], GROUND)
    assert (refused.state, refused.ground, refused.stopped) == (CaseState.REFUSED, GROUND, LATER[0])


def test_a_case_of_a_child_ends_when_every_copy_is_gone_and_begins_again_if_one_turns_up():
    secured = CASE.after(CaseEvent.CHILD_SIGN, LATER[0]).after(CaseEvent.ALL_GONE, LATER[1])
    assert (secured.state, secured.stopped) == (CaseState.SECURED, LATER[1])
    assert secured.after(CaseEvent.COPY_FOUND, LATER[2]).running


@pytest.mark.parametrize("event", CaseEvent)
def test_a_refusal_and_only_a_refusal_has_a_ground(event):
    wrong = None if event is CaseEvent.REFUSE else GROUND
    with pytest.raises(ValueError, match=r"^a refusal, and only a refusal, needs a ground$"):
        CASE.after(event, NOON, wrong)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_reached(state):
    assert state is CaseState.OPEN or state in CASE_TABLE.values()


@pytest.mark.parametrize("step", COPY_TABLE, ids=lambda step: f"{step[0]}-{step[1]}")
def test_every_step_of_a_copy_in_the_table_works(step):
    state, event = step
    assert replace(COPY, state=state).after(event, NOON).state is COPY_TABLE[step]


@pytest.mark.parametrize("step", sorted(set(product(CopyState, CopyEvent)) - set(COPY_TABLE)))
def test_every_other_step_of_a_copy_is_refused(step):
    state, event = step
    with pytest.raises(IllegalTransition, match=rf"^{event} cannot happen to something that is {state}$"):
        replace(COPY, state=state).after(event, NOON)


def test_a_copy_counts_as_gone_only_after_somebody_looked():
    assert {event for (_, event), state in COPY_TABLE.items() if state is CopyState.GONE} == {
        CopyEvent.VERIFY
    }


@given(copy_events)
def test_a_copy_keeps_the_first_moment_it_was_hidden_and_gone(path):
    copy = COPY
    for event, at in zip(path, LATER, strict=False):
        if (copy.state, event) not in COPY_TABLE:
            continue
        before, copy = copy, copy.after(event, at)
        hidden, gone = copy.state in {CopyState.HIDDEN, CopyState.GONE}, copy.state is CopyState.GONE
        assert copy.hidden == ((before.hidden or at) if hidden else None)
        assert copy.gone == ((before.gone or at) if gone else None)
        assert replace(copy, state=CopyState.FOUND, hidden=None, gone=None) == COPY


@pytest.mark.parametrize("event", [CopyEvent.HIDE, CopyEvent.VERIFY, CopyEvent.RESTORE])
def test_an_order_that_is_repeated_changes_nothing_more(event):
    hidden = COPY.after(CopyEvent.HIDE, LATER[0])
    once = hidden.after(event, LATER[1])
    assert once.after(event, LATER[2]) == once


def test_the_words_that_are_stored_never_change():
    words = {word.value for kind in (CaseState, CopyState, RefusalGround) for word in kind}
    assert words == {
        "open", "hidden", "removed", "refused", "withdrawn", "escalated", "secured", "found", "gone",
        "restored", "not_intimate_image_content", "reporter_is_neither_subject_nor_acting_for_them",
    }  # fmt: skip
