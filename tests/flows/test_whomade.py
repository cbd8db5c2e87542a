"""The ledger answers by bytes, by name and by looks; every question is written down before it is answered."""

import json

import pytest

from consentry.core.errors import BadInput
from consentry.core.making import MakingState
from consentry.core.match import Match, Method
from consentry.flows.whomade import METHODS, MOST, WhoMade
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, PlainDecoder, PlainFinder, PlainHasher, StillClock
from support.stores import a_making

FILE = b"ok found online"
DIGEST = PlainDecoder().decode(FILE).sha256


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def enter(store, *makings):
    with store.begin() as tx:
        for making in makings:
            tx.add_making(making)


def ask(store, *matches, claimed=()):
    class Looking(PlainHasher):
        looks = PlainHasher.hashes

    who = WhoMade(store, PlainDecoder(), Looking(), PlainFinder(list(matches)), lambda _: claimed)
    return who.ask(FILE, "key_1")


def match(number, distance, view="", method=Method.NEAR):
    return Match(f"mak_{number}", "made", method, distance, view=view)


def test_the_question_is_written_down_with_who_asked_whatever_is_found(store):
    answer = ask(store)
    assert answer.sighted == ()
    record = json.loads(store.line(answer.place).record)
    assert record == {"event": "who_made", "by": "key_1", "question": DIGEST}


def test_the_surest_comes_first_and_says_how_it_was_found(store):
    enter(
        store,
        a_making(1),
        a_making(2, decision="dec_named"),
        a_making(3),
        a_making(4, sha256=DIGEST, state=MakingState.REFUSED),
        a_making(5, judged=DIGEST),
    )
    answer = ask(
        store, match(1, 8), match(3, 4, "without border, mirrored"), match(4, 0), claimed=("dec_named",)
    )
    found = [(one.making.id, one.method, one.distance) for one in answer.sighted]
    assert found == [
        ("mak_4", "exact", 0), ("mak_5", "exact", 0), ("mak_2", "credential", 0), ("mak_1", "near", 8),
        ("mak_3", "part", 4),
    ]  # fmt: skip
    assert [one.method for one in answer.sighted] == sorted(
        (one.method for one in answer.sighted), key=METHODS.index
    )


def test_a_name_alone_says_that_the_bytes_are_others(store):
    enter(store, a_making(1, decision="dec_named"))
    (sighted,) = ask(store, claimed=("dec_named", "dec_of_nobody")).sighted
    assert (sighted.method, sighted.view) == ("credential", "names the decision; the bytes are others")


def test_the_nearer_of_two_looks_counts(store):
    enter(store, a_making(1))
    (sighted,) = ask(store, match(1, 20), match(1, 6)).sighted
    assert sighted.distance == 6


def test_a_match_that_has_no_entry_any_more_is_left_out(store):
    assert ask(store, match(9, 3)).sighted == ()


@pytest.mark.parametrize("view", ["in its frame", "panel", "without border"])
def test_a_part_of_the_file_is_called_a_part(store, view):
    enter(store, a_making(1))
    (sighted,) = ask(store, match(1, 3, view)).sighted
    assert (sighted.method, sighted.view) == ("part", view)


def test_an_answer_has_an_end(store):
    enter(store, *(a_making(number, sha256=DIGEST) for number in range(MOST + 9)))
    assert len(ask(store).sighted) == MOST


def test_what_is_no_picture_is_sent_back_and_not_asked(store):
    who = WhoMade(store, PlainDecoder(), PlainHasher(), PlainFinder(), lambda _: ())
    with pytest.raises(BadInput):
        who.ask(b"garbage", "key_1")
    assert store.size() == 0
