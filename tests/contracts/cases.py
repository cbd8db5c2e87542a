"""What every store promises of cases beside each other: items they share, refusals, and the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.case import CaseState, CopyEvent, CopyState, RefusalGround
from consentry.core.errors import NotFound
from consentry.core.escalation import Pressing
from consentry.core.refusal import Refusal
from support.stores import NOON, a_case, a_copy

MADE = Refusal("ref_1", "C-0001", RefusalGround.NOT_THE_PERSON, "stf_1", NOON, "blb_1")
ASKED = MADE.objected("blb_2", NOON, NOON + timedelta(hours=24))
ANSWERED = ASKED.settled("stf_2", "blb_3", NOON + timedelta(hours=2), upheld=True)


class CaseContract:
    def test_what_cases_say_of_one_item_is_found(self, store):
        with store.begin() as tx:
            for number in (1, 2, 3):
                tx.add_case(a_case(number))
            mine = [a_copy(number, case=f"C-{number:04}", item="one") for number in (1, 2)]
            for copy in (*mine, a_copy(3, case="C-0003", item="two")):
                tx.add_copy(copy)
        with store.read() as view:
            assert view.copies_at("site", "one") == mine
            assert view.copies_at("other", "one") == []

    def test_copies_are_counted_by_state(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            assert dict(tx.copy_states("C-0001")) == {}
            for number in range(4):
                tx.add_copy(a_copy(number))
            tx.save_copy(a_copy(1).after(CopyEvent.HIDE, NOON))
        with store.read() as view:
            assert dict(view.copy_states("C-0001")) == {CopyState.FOUND: 3, CopyState.HIDDEN: 1}

    def test_a_refusal_comes_back_whole_at_every_step(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
        for step in (MADE, ASKED, ANSWERED):
            with store.begin() as tx:
                tx.save_refusal(step)
            with store.read() as view:
                assert view.refusal("ref_1") == step
                assert view.refusals("C-0001") == [step]
                assert view.complaints() == ([step] if step.waiting else [])

    def test_refusals_come_in_the_order_made_and_complaints_by_when_they_are_due(self, store):
        later = replace(MADE, id="ref_0", at=NOON + timedelta(hours=1))
        sooner = replace(ASKED, id="ref_2", case="C-0002", due=NOON)
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_case(a_case(2))
            for one in (later, ASKED, sooner):
                tx.save_refusal(one)
        with store.read() as view:
            assert [one.id for one in view.refusals("C-0001")] == ["ref_1", "ref_0"]
            assert [one.id for one in view.complaints()] == ["ref_2", "ref_1"]

    def test_a_refusal_has_its_case(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_refusal(MADE)
        with pytest.raises(NotFound), store.read() as view:
            view.refusal("ref_1")

    def test_cases_are_counted_against_their_clocks(self, store):
        with store.begin() as tx:
            assert tx.pressing() == Pressing()
            now = tx.now()
            for number, (hours, state) in enumerate(
                [
                    (48, CaseState.OPEN),
                    (5, CaseState.OPEN),
                    (5, CaseState.HIDDEN),
                    (-1, CaseState.ESCALATED),
                    (-1, CaseState.REMOVED),
                    (5, CaseState.REFUSED),
                ],
                1,
            ):
                tx.add_case(a_case(number, state=state, due=now + timedelta(hours=hours)))
            tx.save_refusal(replace(ASKED, due=now - timedelta(seconds=1)))
            tx.save_refusal(replace(ASKED, id="ref_2", due=now + timedelta(hours=1)))
            tx.save_refusal(replace(ANSWERED, id="ref_3"))
            assert tx.pressing() == Pressing(
                running=4, soon=2, overdue=1, unverified=1, complaints=2, complaints_overdue=1
            )
