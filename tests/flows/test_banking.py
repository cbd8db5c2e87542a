"""Banks are kept with every change on record, and asked without taking blindness for a no."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.banks.listed import ListedPictures
from consentry.core.bank import FOREVER, Bank, EntryStatus, Feedback, SignalKind
from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.flows.banking import Banking, Choice
from consentry.media.decoder import PlainDecoder as VideoDecoder
from consentry.media.limits import VIDEO_LIMITS
from consentry.store.memory import MemoryStore
from contracts.banks import an_entry, many, only
from support.fakes import PlainDecoder, PlainHasher
from support.stores import NOON, CountingIds, HandClock
from support.videos import encoded, film

PDQ, MD5, SHA256 = SignalKind.PDQ, SignalKind.MD5, SignalKind.SHA256
VALUE = "0f" * 32


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def banking(clock):
    store = MemoryStore(clock, CountingIds())
    made = Banking(store, PlainDecoder(), PlainHasher(), ListedPictures(store), clock)
    made.create(Bank("BANK_A"), "key1")
    return made


def logged(banking):
    records = [json.loads(banking.store.line(at).record) for at in range(banking.store.size())]
    return [(record["event"], record["by"]) for record in records]


def test_every_change_is_on_record_without_any_hash(banking):
    number = banking.add("BANK_A", {PDQ: VALUE}, "", "key1")
    banking.change_item("BANK_A", number, "key2", feedback=Feedback.AGREE)
    banking.delete_item("BANK_A", number, "key2")
    banking.take("BANK_A", [an_entry(1), an_entry(2)], "cli")
    banking.change("BANK_A", "key1", name="BANK_Z", enabled_ratio=0.5)
    assert banking.remove("BANK_Z", "key3") == 3
    assert logged(banking) == [
        ("created", "key1"),
        ("entry added", "key1"),
        ("entry changed", "key2"),
        ("entry deleted", "key2"),
        ("taken in", "cli"),
        ("changed", "key1"),
        ("removed", "key3"),
    ]
    everything = b"".join(banking.store.line(at).record for at in range(banking.store.size()))
    assert VALUE.encode() not in everything


def test_what_cannot_be_leaves_no_line(banking):
    with pytest.raises(Conflict):
        banking.create(Bank("BANK_A"), "key1")
    for attempt in (
        lambda: banking.change("NOPE", "k", enabled_ratio=0.0),
        lambda: banking.remove("NOPE", "k"),
        lambda: banking.add("NOPE", {PDQ: VALUE}, "", "k"),
        lambda: banking.item("BANK_A", 9),
        lambda: banking.change_item("BANK_A", 9, "k", about=""),
        lambda: banking.delete_item("NOPE", 9, "k"),
        lambda: banking.take("BANK_A", [an_entry(bank="NOPE")], "k"),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(BadInput):
        banking.add("BANK_A", {}, "", "k")
    assert not banking.delete_item("BANK_A", 9, "k")
    assert logged(banking) == [("created", "key1")]


def test_a_picture_in_a_bank_is_one_item_with_all_its_hashes(banking):
    number = banking.add("BANK_A", {PDQ: VALUE, MD5: "0f" * 16}, "words", "k")
    found = banking.item("BANK_A", number)
    assert [(entry.signal, entry.content, entry.about) for entry in found] == [
        (PDQ, number, "words"),
        (MD5, number, "words"),
    ]
    banking.delete_item("BANK_A", number, "k")
    assert not banking.by_hash(MD5, "0f" * 16, Choice())
    with pytest.raises(NotFound):
        banking.item("BANK_A", number)


def test_what_was_deleted_or_paused_counts_again_when_it_is_added_again(banking, clock):
    number = banking.add("BANK_A", {PDQ: VALUE}, "", "k")
    banking.change_item("BANK_A", number, "k", paused_until=FOREVER)
    assert banking.add("BANK_A", {PDQ: VALUE}, "", "k") == number
    assert banking.by_hash(PDQ, VALUE, Choice())
    clock.pass_(5)
    banking.delete_item("BANK_A", number, "k")
    clock.pass_(-3)  # a clock that was set back must not keep an entry deleted
    assert banking.add("BANK_A", {PDQ: VALUE}, "", "k") == number
    assert banking.by_hash(PDQ, VALUE, Choice())


def test_a_list_is_taken_in_by_pieces_and_each_is_told(banking, monkeypatch):
    monkeypatch.setattr("consentry.flows.banking.PIECE", 2)
    told = []
    assert banking.take("BANK_A", (an_entry(n) for n in range(5)), "k", told.append) == 5
    assert told == [2, 2, 1]
    assert [entry.value for entry in banking.entries("BANK_A")] == [an_entry(n).value for n in range(5)]
    assert banking.status("BANK_A").counts == {(PDQ, EntryStatus.ACTIVE): 5}


def test_many_hashes_are_taken_in_where_they_stand_between_entries(banking, monkeypatch):
    monkeypatch.setattr("consentry.flows.banking.PIECE", 4)
    told = []
    ended = an_entry(2, status=EntryStatus.WITHDRAWN)
    listed = [replace(ended, status=EntryStatus.ACTIVE), many(1, 2, 3), ended, an_entry(4)]
    assert banking.take("BANK_A", listed, "k", told.append) == 6
    assert told == [4, 2]
    assert [entry.status.value for entry in banking.entries("BANK_A")].count("withdrawn") == 1
    assert only(banking.store) == [an_entry(1), ended, an_entry(3), an_entry(4)]


def test_what_a_whole_new_list_leaves_out_is_withdrawn(banking):
    banking.take("BANK_A", [an_entry(1), an_entry(2)], "k")
    later = NOON + timedelta(days=1)
    banking.take("BANK_A", [an_entry(2, changed=later), an_entry(3, changed=later)], "k")
    assert banking.withdraw_older("BANK_A", later, "k") == 1
    active = {e.value for e in banking.entries("BANK_A") if e.status is EntryStatus.ACTIVE}
    assert active == {an_entry(2).value, an_entry(3).value}


def test_a_picture_is_looked_up_by_every_hash_that_could_look(banking):
    banking.add("BANK_A", {SHA256: banking.hashed(b"broken").values[SHA256]}, "", "k")
    looked = banking.by_picture(b"broken", Choice())
    assert [near.bank.name for near in looked.found[SHA256]] == ["BANK_A"]
    assert PDQ not in looked.found
    assert looked.blind == {PDQ: "corrupt"}
    seen = banking.by_picture(b"ok", Choice())
    assert not any(seen.found.values())
    assert seen.found.keys() == {PDQ, MD5, SHA256}
    assert not seen.blind
    assert banking.by_picture(b"ok", Choice(), still=False).blind == {PDQ: "not for videos"}


def test_a_video_sent_as_a_picture_is_not_taken_for_its_first_frame(clock):
    store = MemoryStore(clock, CountingIds())
    decoder = VideoDecoder(VIDEO_LIMITS)
    banking = Banking(store, decoder, PlainHasher(), ListedPictures(store), clock)
    found = banking.hashed(encoded(film([1], each=0.2)))
    assert found.blind == {PDQ: "not for videos"}
    assert set(found.values) == {MD5, SHA256}


def test_a_flat_picture_is_blind_for_looks_not_unlike(banking):
    class Flat(PlainHasher):
        def hashes(self, picture):
            return replace(super().hashes(picture), quality=20)

    hashed = replace(banking, hasher=Flat()).hashed(b"ok")
    assert hashed.blind == {PDQ: "too little in the picture"}
    assert hashed.values.keys() == {MD5, SHA256}


def test_a_choice_of_banks_is_kept_to(banking):
    banking.create(Bank("BANK_B", 0.0), "k")
    for name in ("BANK_A", "BANK_B"):
        banking.add(name, {PDQ: VALUE}, "", "k")

    def asked(**choice):
        return [near.bank.name for near in banking.by_hash(PDQ, VALUE, Choice(**choice))]

    assert asked() == ["BANK_A"]
    assert asked(all=True) == ["BANK_A", "BANK_B"]
    assert asked(banks=frozenset({"BANK_B"})) == []
    assert asked(banks=frozenset({"BANK_B"}), all=True) == ["BANK_B"]
