"""A record replaces; a hash matches as long as one record lists it; order is of no consequence."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.bank import Bank, BankEntry, EntryStatus, SignalKind
from consentry.core.exchange import (
    TELL,
    UNREADABLE,
    Page,
    Progress,
    Record,
    entries_from,
    keys_of,
    note,
    of_children,
    says_children,
    telling,
    unreadable,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MD5 = SignalKind.MD5


def key(number):
    return MD5, f"{number:032x}"


def a_record(ref, at, *numbers):
    """What the record `ref` lists at minute `at`; nothing once it is taken back."""
    status = EntryStatus.ACTIVE if numbers else EntryStatus.DELETED
    return Record(tuple(map(key, numbers)), NOON + timedelta(minutes=at), status, ref)


class Shelf:
    """A bank and what it remembers, as a store would keep them."""

    def __init__(self):
        self.records, self.entries = {}, {}

    def take_in(self, *records):
        before = {record.ref: self.records[record.ref] for record in records if record.ref in self.records}
        keys = keys_of([*before.values(), *records])
        held = {key: self.entries[key] for key in keys if key in self.entries}
        entries, kept = entries_from("BANK", records, before, held)
        for entry in entries:
            place = entry.signal, entry.value
            if place not in self.entries or entry.replaces(self.entries[place]):
                self.entries[place] = entry
        self.records |= {record.ref: record for record in kept}

    @property
    def matching(self):
        return {int(value, 16) for (_, value), entry in self.entries.items() if entry.matches(NOON)}


def test_a_record_whose_name_is_its_hash_becomes_its_entry():
    withdrawn = Record((key(1),), NOON, EntryStatus.WITHDRAWN, "", ("1001",), "{}")
    assert entries_from("BANK", [withdrawn], {}, {}) == (
        [BankEntry("BANK", MD5, key(1)[1], NOON, "", ("1001",), EntryStatus.WITHDRAWN, "{}")],
        [],
    )


def test_a_hash_matches_as_long_as_one_record_lists_it():
    shelf = Shelf()
    shelf.take_in(a_record("a", 1, 1, 2), a_record("b", 5, 2))
    assert shelf.matching == {1, 2}
    shelf.take_in(a_record("a", 3))
    assert shelf.matching == {2}
    assert shelf.entries[key(2)].case_refs == ("b",)
    shelf.take_in(a_record("b", 6))
    assert shelf.matching == set()
    assert shelf.entries[key(2)].status is EntryStatus.DELETED


def test_a_record_replaces_all_its_hashes():
    shelf = Shelf()
    shelf.take_in(a_record("a", 1, 1, 2))
    shelf.take_in(a_record("a", 2, 2, 3))
    assert shelf.matching == {2, 3}


def test_a_record_that_arrives_late_brings_nothing_back():
    shelf = Shelf()
    shelf.take_in(a_record("a", 5))
    shelf.take_in(a_record("a", 4, 1))
    assert shelf.matching == set()


DEEDS = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(1, 4), unique=True, max_size=3)), max_size=12
)


@given(DEEDS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_whatever_the_order_and_the_pages_what_is_listed_last_matches(deeds, chance, size):
    records = [a_record(ref, at, *numbers) for at, (ref, numbers) in enumerate(deeds)]
    newest = {record.ref: record for record in records}
    shuffled = [*records, *records]
    chance.shuffle(shuffled)
    shelf = Shelf()
    for start in range(0, len(shuffled), size):
        shelf.take_in(*shuffled[start : start + size])
    assert shelf.matching == {int(value, 16) for record in newest.values() for _, value in record.listed}


def test_progress_counts_one_sync_and_lags_from_its_end():
    start = Progress("BANK")
    assert start.lag(NOON) == math.inf
    first = start.after(Page((a_record("a", 1, 1),), "c1", more=True, skipped={"malformed": 2}), NOON)
    assert (first.cursor, first.taken, first.passed_over, first.under_way) == ("c1", 1, 2, True)
    assert first.lag(NOON) == math.inf
    around = first.around("c2")
    assert (around.cursor, around.troubles, around.trouble, around.taken) == ("c2", 1, UNREADABLE, 1)
    done = around.after(Page((a_record("b", 1, 1),), "c3", more=False), NOON)
    assert (done.taken, done.troubles, done.trouble, done.under_way) == (2, 1, "", False)
    assert done.lag(NOON + timedelta(seconds=7)) == 7
    assert done.lag(NOON - timedelta(seconds=7)) == 0
    again = done.after(Page((), "c4", more=False), NOON)
    assert (again.taken, again.troubles) == (0, 0)


def test_a_sync_that_went_round_something_ends_but_is_not_complete():
    done = Progress("BANK", complete=NOON).after(Page((), "c", more=False, whole=False), NOON + timedelta(1))
    assert not done.under_way
    assert done.complete == NOON


def test_what_cannot_be_read_has_a_code():
    assert unreadable().code == UNREADABLE
    assert unreadable().message == "A page of the list could not be read."


@pytest.mark.parametrize("about", ["", "{", "[]", "3", '{"children": 1}', '{"children": false}'])
def test_only_a_plain_word_makes_it_about_children(about):
    assert not says_children(about)


def test_children_are_known_by_the_source_or_by_the_entry():
    def entry(about):
        return BankEntry("BANK", MD5, key(1)[1], NOON, about=about)

    assert of_children(Bank("BANK", source="ncmec:generative-ai"), entry(""))
    assert of_children(Bank("BANK", source="ncmec"), entry(""))
    assert of_children(Bank("BANK", source="listfile"), entry(note(children=True)))
    assert not of_children(Bank("BANK", source="stopncii"), entry(note(children=False, x=1)))
    assert note(children=False) == ""
    assert note(children=True, b="y", a="") == '{"b": "y", "children": true}'
    assert note(children=True, z="y") == '{"children": true, "z": "y"}'


def test_our_word_is_told_once_for_each_moment_it_changes():
    entry = BankEntry("BANK", MD5, key(1)[1], NOON, id=7)
    moment = NOON.isoformat()
    assert telling(entry, NOON) == (TELL, {"entry": "7"}, f"{TELL}:7:{moment}", NOON)


def test_a_sync_that_begins_counts_from_nothing():
    old = Progress("BANK", taken=3, passed_over=4, troubles=5)
    begun = old.after(Page((), "c", more=True), NOON)
    assert (begun.taken, begun.passed_over, begun.troubles) == (0, 0, 0)
    around = old.around("c")
    assert (around.taken, around.passed_over, around.troubles, around.under_way) == (0, 0, 1, True)


def test_of_two_records_of_one_moment_the_later_counts():
    shelf = Shelf()
    shelf.take_in(a_record("a", 1, 1))
    shelf.take_in(a_record("a", 1, 2))
    assert shelf.matching == {2}


def test_an_entry_says_whose_it_is_and_what_was_said_of_it():
    shelf = Shelf()
    first = replace(a_record("a", 1, 1), about="first")
    second = replace(a_record("b", 2, 1), about="second")
    shelf.take_in(first, second)
    listed = shelf.entries[key(1)]
    assert (listed.bank, listed.source_ref, listed.about) == ("BANK", "b", "second")
    shelf.take_in(replace(a_record("b", 3), about="gone"))
    left = shelf.entries[key(1)]
    assert (left.source_ref, left.case_refs, left.about) == ("a", ("a",), "second")


def test_an_entry_ends_as_its_last_record_ended():
    shelf = Shelf()
    shelf.take_in(a_record("a", 1, 1))
    shelf.take_in(Record((key(1),), NOON + timedelta(minutes=2), EntryStatus.WITHDRAWN, "a"))
    assert shelf.entries[key(1)].status is EntryStatus.WITHDRAWN
