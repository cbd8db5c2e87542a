"""A report is refused with a reason that its reporter reads, and somebody else hears the complaint."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.case import CaseEvent, CaseState, CopyEvent, CopyState, RefusalGround
from consentry.core.caution import Caution
from consentry.core.errors import BadInput, Conflict, Forbidden, IllegalTransition, NotAllowed, NotFound
from consentry.core.staff import Member, Role
from consentry.flows.refusal import Refusals
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, PlainPassphrases, StillClock
from support.stores import a_case, a_copy

WHY = "It shows a harbour, and nobody in it."
NO = "Please look again: it shows me at the harbour."
YES = "We looked again, and you are right."
WORDS = "one two three four five six"
GROUND = RefusalGround.NOT_INTIMATE


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def refusals(clock):
    ids, passphrases = CountingIds(), PlainPassphrases()
    store = MemoryStore(clock, ids)
    with store.begin() as tx:
        due = NOW + timedelta(hours=48)
        tx.add_case(a_case(received=NOW, due=due))
        tx.add_copy(a_copy())
        tx.put_secret("C-0001", passphrases.digest("C-0001", WORDS))
        for name, role in (("ada", Role.REVIEWER), ("bea", Role.SENIOR), ("odo", Role.OPERATOR)):
            tx.save_member(Member(f"stf_{name}", name, frozenset({role}), NOW))
        tx.save_member(Member("stf_old", "old", frozenset({Role.REVIEWER}), NOW, active=False))
    return Refusals(store, MemoryBlobs(ids), passphrases, ids, timedelta(hours=24))


def records(refusals):
    store = refusals.store
    return [json.loads(store.line(index).record) for index in range(store.size())]


def test_the_reporter_reads_ground_and_reason_and_the_log_holds_neither_words_nor_name(refusals):
    case = refusals.refuse("C-0001", GROUND, f"  {WHY} ", "ada")
    assert (case.state, case.ground) == (CaseState.REFUSED, GROUND)
    (told,) = refusals.told("C-0001", WORDS)
    assert (told.ground, told.at, told.reason, told.complained) == (GROUND, NOW, WHY, None)
    (line,) = records(refusals)
    assert (line["event"], line["by"], line["ground"]) == ("refuse", "stf_ada", GROUND.value)
    assert "harbour" not in json.dumps(line)
    assert "ada" not in repr(told)


@pytest.mark.parametrize("by", ["odo", "old", "nobody", ""])
def test_only_who_may_decide_refuses_and_all_others_hear_the_same(refusals, by):
    with pytest.raises(Forbidden) as refused:
        refusals.refuse("C-0001", GROUND, WHY, by)
    assert refused.value.code == "may_not_decide"
    assert records(refusals) == []


def test_a_refusal_without_a_reason_or_a_case_does_not_happen(refusals):
    with pytest.raises(BadInput):
        refusals.refuse("C-0001", GROUND, "no", "ada")
    with pytest.raises(NotFound):
        refusals.refuse("C-0002", GROUND, WHY, "ada")
    refusals.refuse("C-0001", GROUND, WHY, "ada")
    with pytest.raises(IllegalTransition):
        refusals.refuse("C-0001", GROUND, WHY, "ada")


def test_a_complaint_has_a_short_deadline_and_goes_to_somebody_else(refusals, clock):
    refusals.refuse("C-0001", GROUND, WHY, "ada")
    clock.move(hours=1)
    asked = refusals.object("C-0001", WORDS, NO)
    assert asked.due == NOW + timedelta(hours=25)
    with pytest.raises(Forbidden) as refused:
        refusals.answer("C-0001", YES, "ada", upheld=False)
    assert refused.value.code == "same_person"
    case = refusals.answer("C-0001", YES, "bea", upheld=False)
    assert case.state is CaseState.REFUSED
    (told,) = refusals.told("C-0001", WORDS)
    assert (told.complained, told.answer, told.upheld) == (NOW + timedelta(hours=1), YES, False)
    with pytest.raises(IllegalTransition):
        refusals.object("C-0001", WORDS, NO)


def test_a_complaint_that_is_right_hides_again_and_restarts_no_clock(refusals, clock):
    refusals.refuse("C-0001", GROUND, WHY, "ada")
    with refusals.store.begin() as tx:
        tx.save_copy(tx.copy("cpy_1").after(CopyEvent.RESTORE, NOW))
    refusals.object("C-0001", WORDS, NO)
    clock.move(hours=20)
    case = refusals.answer("C-0001", YES, "bea", upheld=True)
    assert (case.state, case.received, case.due) == (CaseState.OPEN, NOW, NOW + timedelta(hours=48))
    assert {job.kind for job in refusals.store.claim(20, 60)} >= {"hide"}
    events = [record["event"] for record in records(refusals)]
    assert events == ["refuse", "complaint", "appeal_upheld"]
    with pytest.raises(Conflict):
        refusals.object("C-0001", WORDS, NO)
    refusals.refuse("C-0001", GROUND, WHY, "bea")
    assert [told.upheld for told in refusals.of("C-0001")] == [True, False]


def test_only_whoever_holds_the_words_reads_and_objects(refusals):
    refusals.refuse("C-0001", GROUND, WHY, "ada")
    for door in (lambda: refusals.told("C-0001", "x"), lambda: refusals.object("C-0001", "x", NO)):
        with pytest.raises(NotAllowed) as refused:
            door()
        assert refused.value.code == "wrong_passphrase"


def test_nothing_is_objected_to_that_was_not_refused(refusals):
    with pytest.raises(Conflict) as refused:
        refusals.object("C-0001", WORDS, NO)
    assert refused.value.code == "not_refused"
    with pytest.raises(Conflict):
        refusals.answer("C-0001", YES, "bea", upheld=True)


def test_escalating_hides_what_is_public_whatever_holds_it_back(refusals):
    assert refusals.escalate("C-0001", WHY, "ada") == 1
    (order,) = refusals.store.claim(20, 60)
    assert (order.kind, order.payload["copy"]) == ("hide", "cpy_1")
    with refusals.store.begin() as tx:
        tx.save_copy(tx.copy("cpy_1").after(CopyEvent.HIDE, NOW))
    assert refusals.escalate("C-0001", WHY, "ada") == 0
    with refusals.store.begin() as tx:
        tx.save_case(tx.case("C-0001").after(CaseEvent.WITHDRAW, NOW))
    with pytest.raises(IllegalTransition):
        refusals.escalate("C-0001", WHY, "ada")
    assert refusals.store.size() == 2


@pytest.mark.parametrize("before", [Caution.MANY, Caution.NONE])
def test_after_that_nothing_of_the_case_waits_for_a_person(refusals, before):
    with refusals.store.begin() as tx:
        tx.save_case(replace(tx.case("C-0001"), caution=before))
    refusals.escalate("C-0001", WHY, "ada")
    with refusals.store.read() as view:
        assert view.case("C-0001").caution is (Caution.LOOKED if before.waits else Caution.NONE)


def test_what_was_erased_is_told_as_nothing(refusals):
    refusals.refuse("C-0001", GROUND, WHY, "ada")
    with refusals.store.begin() as tx:
        made = tx.refusals("C-0001")[0]
        tx.save_refusal(type(made)(made.id, made.case, made.ground, made.by, made.at, ""))
    assert refusals.of("C-0001")[0].reason == ""
    with refusals.store.read() as view:
        assert view.copy("cpy_1").state is CopyState.FOUND
