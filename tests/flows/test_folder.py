"""A folder says everything there is to know, and nothing of who reported."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from consentry.core.appeal import Appeal, Party
from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.entry import Kind
from consentry.core.errors import Forbidden
from consentry.core.match import Hashes, Method
from consentry.core.ports import Known
from consentry.core.review import Choice, Resolution, ResolutionState, Task, first_review
from consentry.core.staff import Member, Role
from consentry.flows.folder import OBJECTION, PAPERS, Folders, Measured, measured
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock

ADA = Member("ada", "Ada", frozenset({Role.REVIEWER}), NOW)
REPORT = {
    "standing": "self",
    "why": "made",
    "statement": "It is me.",
    "signature": "A. Person",
    "contact": "a@b.example",
}
RECORD = {
    "reasons": [{"facts": [{"measure": "located", "threshold": 0.5, "score": 1.0}]}],
    "findings": {
        "located": {"score": 1.0, "evidence": "1 of 1", "version": "1"},
        "exposure": {"unavailable": "timeout"},
    },
}


class Shelf:
    def __init__(self, state=CaseState.HIDDEN, distance=None):
        ids = CountingIds()
        self.store, self.blobs = MemoryStore(StillClock(), ids), MemoryBlobs(ids)
        papers = self.blobs.put(json.dumps(REPORT).encode(), PAPERS)
        case = Case("C-1", state, NOW - timedelta(hours=2), NOW, (), papers=papers)
        near = SimpleNamespace(distance=distance)
        self.listed = SimpleNamespace(like=lambda hashes: [] if distance is None else [near])
        with self.store.begin() as tx:
            tx.save_member(ADA)
            tx.add_case(case)
            tx.add_review(first_review(case, 1, tx.append(Kind.DECISION, RECORD)))
            copy = Copy("cpy_1", "C-1", "site", "x", "https://x.example", Method.LOCATED, 0, CopyState.GONE)
            tx.add_copy(replace(copy, hidden=NOW - timedelta(hours=1), gone=NOW))
            tx.add_known(Known("case:1", "case", Hashes("ab" * 32, (bytes(32),), 90), "C-1"))
        self.made = Resolution("res_1", "rev_C-1", "C-1", Choice.UPHOLD, "made", "ada", NOW, ("cpy_1",), ())

    def open(self, review="rev_C-1", member=ADA):
        return Folders(self.store, self.blobs, self.listed).open(review, member)

    def save(self, *kept):
        with self.store.begin() as tx:
            for one in kept:
                tx.save_resolution(one)


def test_it_says_what_was_reported_and_measured_and_not_by_whom():
    found = Shelf().open()
    assert found.report == {"standing": "self", "why": "made", "statement": "It is me."}
    assert "Person" not in str(found)
    assert list(found.measured) == [
        Measured("exposure", "could not look", "", "timeout", ""),
        Measured("located", "1", "0.5", "1 of 1", "1"),
    ]


def test_what_is_erased_is_empty():
    shelf = Shelf()
    shelf.store.erase(0)
    with shelf.store.read() as view:
        shelf.blobs.shred(view.case("C-1").papers)
    found = shelf.open()
    assert (dict(found.report), list(found.measured)) == ({}, [])
    with shelf.store.begin() as tx:
        tx.save_case(replace(tx.case("C-1"), papers=""))
        tx.save_review(replace(tx.review("rev_C-1"), line=-1))
    assert (dict(shelf.open().report), list(shelf.open().measured)) == ({}, [])
    assert list(measured({})) == []


@pytest.mark.parametrize(("distance", "known"), [(None, False), (7, False), (0, True)])
def test_what_a_bank_lists_exactly_need_not_be_looked_at(distance, known):
    found = Shelf(distance=distance).open()
    assert found.known is known
    assert len(found.listed) == (distance is not None)


def test_what_waits_and_what_can_be_undone_is_found():
    shelf = Shelf()
    assert (shelf.open().proposed, shelf.open().chosen) == (None, None)
    proposed = replace(shelf.made, state=ResolutionState.PROPOSED)
    later = replace(shelf.made, id="res_2", state=ResolutionState.CHOSEN)
    shelf.save(replace(shelf.made, id="res_0", state=ResolutionState.DONE), proposed, later)
    found = shelf.open()
    assert (found.proposed, found.chosen, found.known) == (proposed, later, True)


def test_history_is_in_the_order_in_which_it_happened():
    shelf = Shelf()
    shelf.save(replace(shelf.made, at=NOW + timedelta(hours=1)))
    times, words = zip(*shelf.open().history, strict=True)
    assert list(times) == sorted(times)
    assert words[0].startswith("The report arrived")
    assert words[-1] == "Ada chose to uphold: chosen"


def test_an_objection_is_read_with_its_words():
    shelf = Shelf()
    shelf.save(replace(shelf.made, state=ResolutionState.DONE))
    blob = shelf.blobs.put(b"It is my cat.", OBJECTION)
    with shelf.store.begin() as tx:
        tx.save_appeal(Appeal("app_1", "res_1", "C-1", Party.POSTER, "cpy_1", NOW, blob))
        review = tx.review("rev_C-1")
        tx.add_review(replace(review, id="rev_app_1", task=Task.APPEAL, appeal="app_1"))
        tx.save_case(replace(tx.case("C-1"), stopped=NOW))
    found = shelf.open("rev_app_1")
    assert found.objection == "It is my cat."
    assert {"The poster objected", "The clock stopped"} <= {words for _, words in found.history}


def test_whoever_looks_again_is_told_only_what_they_chose_themselves():
    shelf = Shelf()
    shelf.save(replace(shelf.made, state=ResolutionState.DONE))
    with shelf.store.begin() as tx:
        tx.add_review(replace(tx.review("rev_C-1"), id="rev_res_1", task=Task.BLIND))
    assert list(shelf.open("rev_res_1").resolutions) == []
    mine = replace(shelf.made, id="res_2", review="rev_res_1")
    shelf.save(mine)
    assert list(shelf.open("rev_res_1").resolutions) == [mine]


def test_the_path_of_children_is_closed_to_others():
    shelf = Shelf(CaseState.ESCALATED)
    with pytest.raises(Forbidden):
        shelf.open()
    cy = replace(ADA, roles=frozenset({Role.CHILD_SAFETY}))
    assert Choice.REFUSE not in shelf.open(member=cy).open_to
