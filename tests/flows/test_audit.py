"""A log that was edited, cut or exchanged is found out; one from which people were erased is sound."""

from dataclasses import replace

import pytest

from consentry.core import merkle
from consentry.core.checkpoint import Checkpoint
from consentry.core.entry import Kind, canonical, seal
from consentry.flows.audit import audit
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock

SIZE = 13


def filled(size=SIZE, word="x"):
    store = MemoryStore(StillClock(), CountingIds())
    for number in range(size):
        with store.begin() as tx:
            tx.append(Kind.SYSTEM, {"event": word, "number": number})
    return store


def kept(store, size):
    return Checkpoint("log.example", size, store.root(size))


def edit(store, index, **changes):
    store._tables.lines[index] = replace(store.line(index), **changes)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, SIZE])
def test_the_root_is_worked_out_from_the_lines(size):
    found = audit(filled(size), None)
    assert (found.size, found.erased, found.problems) == (size, 0, ())
    assert found.root == filled(size).root(size)


def test_a_log_that_only_grew_agrees_with_every_checkpoint_of_it():
    store = filled()
    for size in range(SIZE + 1):
        assert audit(store, kept(store, size)).problems == ()


def test_erasing_a_persons_records_leaves_the_log_sound():
    store = filled()
    before = kept(store, SIZE)
    for index in (0, 5, 12):
        store.erase(index)
    found = audit(store, before)
    assert (found.erased, found.problems) == (3, ())


@pytest.mark.parametrize("index", [0, 6, 12])
def test_an_edited_record_is_named(index):
    store = filled()
    edit(store, index, record=canonical({"event": "nothing"}))
    assert audit(store, None).problems == (f"line {index}: its record is not the one written",)


@pytest.mark.parametrize("index", [0, 6, 12])
def test_an_edited_line_is_found_though_record_and_seal_agree(index):
    store = filled()
    line, record = store.line(index), canonical({"event": "nothing"})
    edit(store, index, record=record, entry=seal(Kind.SYSTEM, line.entry.at, record, line.salt))
    assert audit(store, None).problems == ("the stored tree is not that of the lines: a line was edited",)


def test_half_an_erasure_is_no_erasure():
    store = filled()
    edit(store, 3, record=None)
    assert audit(store, None).problems == ("line 3: its record is not the one written",)


def test_a_log_that_was_cut_is_a_rollback():
    (problem,) = audit(filled(SIZE - 1), kept(filled(), SIZE)).problems
    assert problem.startswith("rolled back")


@pytest.mark.parametrize("size", [1, 6, SIZE])
def test_another_log_of_the_same_name_is_a_fork(size):
    (problem,) = audit(filled(word="y"), kept(filled(), size)).problems
    assert problem == f"forked: the first {size} lines are not those that were kept account of"


def test_a_rebuilt_log_is_a_fork_though_it_agrees_with_itself():
    forged = filled(SIZE - 1)
    with forged.begin() as tx:
        tx.append(Kind.SYSTEM, {"event": "other"})
    assert audit(forged, None).problems == ()
    assert audit(forged, kept(filled(), SIZE - 1)).problems == ()
    assert audit(forged, kept(filled(), SIZE)).problems[0].startswith("forked")


def test_nothing_kept_of_an_empty_log_holds_against_any():
    assert audit(filled(), Checkpoint("log.example", 0, merkle.EMPTY_ROOT)).problems == ()


def test_it_says_how_far_it_is():
    read = []
    audit(filled(), None, read.append)
    assert read == [SIZE]
