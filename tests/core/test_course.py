"""What a case did is undone when it is refused or taken back, and done again when that was wrong."""

from dataclasses import replace

import pytest

from consentry.core.candidate import FORGET, Candidate, CandidateState, Kept
from consentry.core.case import CaseEvent, CaseState, CopyEvent, CopyState, RefusalGround
from consentry.core.course import LET_GO, again, let_go, others, refuse, reopen
from consentry.core.errors import IllegalTransition
from consentry.core.match import Match, Method
from consentry.store.memory import MemoryStore
from support.stores import NOON, CountingIds, HandClock, a_case, a_copy, a_known

GROUND = RefusalGround.NOT_INTIMATE


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def store(clock):
    made = MemoryStore(clock, CountingIds())
    with made.begin() as tx:
        tx.add_case(a_case())
        tx.add_copy(a_copy())
        tx.save_copy(a_copy().after(CopyEvent.HIDE, NOON))
        tx.save_case(tx.case("C-0001").after(CaseEvent.ALL_HIDDEN, NOON))
        tx.add_known(a_known())
        tx.keep_features(Kept("case:1", "case", "blb_9"))
        tx.add_candidate(
            Candidate("cnd_1", "upl_1", Match("case:1", "case", Method.PARTIAL, 9, "C-0001"), NOON)
        )
    return made


def jobs(store):
    return {job.dedup: job for job in store.claim(50, 60)}


def test_a_refused_case_stops_shows_again_and_knows_nothing(store):
    with store.begin() as tx:
        case = refuse(tx, "C-0001", GROUND, tx.now())
        assert (case.state, case.ground, case.stopped) == (CaseState.REFUSED, GROUND, NOON)
        assert [known.active for known in tx.known_of("C-0001")] == [False]
        assert tx.candidate("cnd_1").state is CandidateState.WITHDRAWN
    queued = jobs(store)
    (order,) = [job for job in queued.values() if job.kind == "restore"]
    assert order.payload == {"copy": "cpy_1", "key": f"cpy_1:restore:{case.version}"}
    assert [job.payload["blob"] for job in queued.values() if job.kind == FORGET] == ["blb_9"]


def test_a_refusal_that_was_wrong_hides_everything_again_and_restarts_no_clock(store, clock):
    with store.begin() as tx:
        refuse(tx, "C-0001", GROUND, tx.now())
        tx.save_copy(tx.copy("cpy_1").after(CopyEvent.RESTORE, NOON))
    clock.pass_(3600 * 47.5)
    with store.begin() as tx:
        case = reopen(tx, "C-0001", tx.now())
        assert (case.state, case.stopped, case.ground) == (CaseState.OPEN, None, None)
        assert (case.received, case.due) == (a_case().received, a_case().due)
        assert [known.active for known in tx.known_of("C-0001")] == [True]
    queued = jobs(store)
    (order,) = [job for job in queued.values() if job.kind == "hide"]
    assert order.payload["key"] == f"cpy_1:{case.version}"
    assert f"watch:C-0001:last_hour:{case.version}" in queued  # it is the last hour already


def test_what_was_not_refused_is_not_reopened(store):
    with store.begin() as tx, pytest.raises(IllegalTransition):
        reopen(tx, "C-0001", tx.now())


@pytest.mark.parametrize("state", [CaseState.ESCALATED, CaseState.SECURED, CaseState.WITHDRAWN])
def test_what_has_a_sign_of_a_child_or_has_ended_is_never_refused(store, state):
    with store.begin() as tx:
        tx.add_case(a_case(2, state=state))
        with pytest.raises(IllegalTransition):
            refuse(tx, "C-0002", GROUND, tx.now())


def test_others_are_the_cases_about_the_same_item_by_whether_they_let_go(store):
    with store.begin() as tx:
        for number, state in enumerate(CaseState, 2):
            tx.add_case(a_case(number, state=state))
            tx.add_copy(a_copy(number, case=f"C-{number:04}", item="item1"))
        tx.add_copy(replace(a_copy(99, case="C-0002"), item="elsewhere"))
        alive = {tx.case(copy.case).state for copy in others(tx, a_copy(), alive=True)}
        gone = {tx.case(copy.case).state for copy in others(tx, a_copy(), alive=False)}
    assert gone == LET_GO
    assert alive == set(CaseState) - LET_GO


@pytest.mark.parametrize("events", [(), (CopyEvent.RESTORE,), (CopyEvent.HIDE,), (CopyEvent.VERIFY,)])
def test_again_means_that_nobody_takes_it_for_hidden_any_more(store, events):
    with store.begin() as tx:
        copy = a_copy()
        for event in events:
            copy = copy.after(event, NOON)
        tx.save_copy(copy)
        again(tx, copy, "key", tx.now())
        hidden = copy.state in {CopyState.HIDDEN, CopyState.GONE}
        assert tx.copy("cpy_1").state is (CopyState.FOUND if hidden else copy.state)
        assert tx.case("C-0001").state is (CaseState.OPEN if hidden else CaseState.HIDDEN)
    assert jobs(store)["hide:key"].payload == {"copy": "cpy_1", "key": "key"}


@pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.ESCALATED])
def test_again_leaves_a_case_that_runs_as_it_is(store, state):
    with store.begin() as tx:
        tx.add_case(a_case(2, state=state))
        tx.add_copy(a_copy(2, case="C-0002"))
        hidden = a_copy(2, case="C-0002").after(CopyEvent.HIDE, NOON)
        tx.save_copy(hidden)
        again(tx, hidden, "key", tx.now())
        assert tx.case("C-0002").state is state


def test_letting_go_twice_is_letting_go_once(store):
    with store.begin() as tx:
        let_go(tx, "C-0001", NOON)
        let_go(tx, "C-0001", NOON)
        assert tx.candidates(CandidateState.OPEN) == []
