"""Figures of decisions are by reason, never by person; what was put right is counted."""

from dataclasses import fields, replace
from datetime import timedelta

from consentry.core.bank import Bank
from consentry.core.breaker import Ability, Tally
from consentry.core.case import Case, CaseState
from consentry.core.exchange import Progress
from consentry.core.review import Choice, Resolution, ResolutionState, ReviewState, Task, first_review
from consentry.flows.overview import HOURS, Overview, Overviews, Pace
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock

CASE = Case("C-1", CaseState.OPEN, NOW, NOW + timedelta(hours=5), ())


def standing(*changes):
    clock = StillClock()
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx:
        tx.add_case(CASE)
        for change in changes:
            change(tx)
    return Overviews(store).look()


def test_what_is_due_overdue_and_waits_for_a_second_person_is_counted():
    def reviews(tx):
        review = first_review(CASE, 1)
        tx.add_review(review)
        tx.add_review(replace(review, id="rev_2", due=NOW - timedelta(seconds=1), state=ReviewState.CONFIRM))
        tx.add_review(replace(review, id="rev_3", due=NOW + timedelta(hours=6)))
        tx.add_review(replace(review, id="rev_4", state=ReviewState.DONE))

    found = standing(reviews)
    assert (found.soon, found.overdue, found.second) == (1, 1, 1)
    assert found.jobs["dead"] == 0


def test_decisions_are_counted_by_reason_and_nobody_is_named():
    def decided(tx):
        tx.add_review(first_review(CASE, 1))
        tx.add_review(replace(first_review(CASE, 1), id="rev_res_1", task=Task.BLIND))
        done = Resolution(
            "res_1",
            "rev_C-1",
            "C-1",
            Choice.UPHOLD,
            "made",
            "ada",
            NOW,
            (),
            (),
            ResolutionState.DONE,
            seconds=40,
        )
        tx.save_resolution(done)
        tx.save_resolution(replace(done, id="res_2", seconds=60, looks=2, state=ResolutionState.REVERSED))
        tx.save_resolution(replace(done, id="res_3", because="shared", state=ResolutionState.UNDONE))
        tx.save_resolution(replace(done, id="res_4", review="rev_res_1", by="bea"))
        tx.save_resolution(replace(done, id="res_5", at=NOW - timedelta(days=31)))

    found = standing(decided)
    assert list(found.pace) == [Pace("made", 2, 40, 0.5)]
    assert (found.decided, found.put_right) == (2, 1)
    assert (found.agreement.pairs, found.agreement.same) == (1, 1.0)
    names = {one.name for each in (Overview, Pace) for one in fields(each)}
    assert not names & {"by", "member", "reviewer", "name"}


def test_the_gate_is_counted_hour_by_hour_and_lists_by_how_far_they_are_behind():
    def counted(tx):
        tx.count_asked(Ability.GENERATE, Tally(5, 1, 4))
        tx.count_asked(Ability.EDIT, Tally(2, 2, 0))
        for name in ("OWN", "LIST"):
            tx.add_bank(Bank(name))
        tx.save_progress(Progress("LIST", complete=NOW - timedelta(hours=1)))

    found = standing(counted)
    assert len(found.hours) == HOURS
    assert found.hours[-1] == (NOW, Tally(7, 3, 4))
    assert {tally.asked for _, tally in found.hours[:-1]} == {0}
    assert found.lags["LIST"] == 3600
