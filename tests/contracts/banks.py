"""What every store promises of banks: replaced, never merged; gone at once; followed without a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.bank import Bank, BankEntry, BankHashes, EntryStatus, Feedback, SignalKind, frames_digest
from consentry.core.errors import Conflict, NotFound
from consentry.core.match import FrameHash
from support.stores import NOON, a_known

PDQ, MD5 = SignalKind.PDQ, SignalKind.MD5
FRAMES = (FrameHash(b"\x0f" * 32, 100, 0, 0), FrameHash(b"\xf0" * 32, 49, 1, 1000))


def a_bank(name: str = "BANK_A", **changes) -> Bank:
    return replace(Bank(name), **changes)


def an_entry(number: int = 1, bank: str = "BANK_A", signal: SignalKind = PDQ, **changes) -> BankEntry:
    digits = 32 if signal is MD5 else 64
    return replace(BankEntry(bank, signal, f"{number:0{digits}x}", NOON), **changes)


def a_video(frames=FRAMES, bank: str = "BANK_A", **changes) -> BankEntry:
    made = BankEntry(bank, SignalKind.VPDQ, frames_digest(frames), NOON, frames=tuple(frames))
    return replace(made, **changes)


def put(store, *entries):
    with store.begin() as tx:
        tx.put_entries(entries)


def only(store, name="BANK_A"):
    """The entries of a bank by their hashes, without the numbers that stores give out."""
    with store.read() as view:
        found = [replace(entry, id=0) for entry in view.entries_of(name, 0, 100)]
    return sorted(found, key=lambda entry: (int(entry.value, 16), entry.signal))


def many(*numbers, bank="BANK_A", signal=PDQ, changed=NOON) -> BankHashes:
    """The hashes that `an_entry` has for these numbers."""
    packed = b"".join(bytes.fromhex(an_entry(number, signal=signal).value) for number in numbers)
    return BankHashes(bank, signal, packed, changed)


class BankContract:
    @pytest.fixture
    def banked(self, store):
        with store.begin() as tx:
            tx.add_bank(a_bank())
        return store

    @pytest.mark.parametrize("signal", [PDQ, MD5])
    def test_many_hashes_become_what_as_many_entries_would(self, banked, signal):
        old = an_entry(2, signal=signal, about="said", source_ref="r", feedback=Feedback.AGREE)
        put(banked, old)
        later = NOON + timedelta(hours=1)
        with banked.begin() as tx:
            tx.put_hashes(many(3, 2, 1, 3, signal=signal, changed=later))
        fresh = [an_entry(number, signal=signal, changed=later) for number in (1, 2, 3)]
        fresh[1] = replace(fresh[1], feedback=Feedback.AGREE)
        assert only(banked) == fresh
        with banked.read() as view:
            assert len(view.listed_since(0, 10)) == 3

    def test_many_hashes_replace_nothing_that_is_newer_and_none_are_none(self, banked):
        put(banked, an_entry(1, status=EntryStatus.WITHDRAWN))
        with banked.begin() as tx:
            tx.put_hashes(many(1, changed=NOON - timedelta(seconds=1)))
            tx.put_hashes(many())
        assert only(banked) == [an_entry(1, status=EntryStatus.WITHDRAWN)]

    def test_a_bank_comes_back_with_a_number_and_cannot_be_made_twice(self, store):
        wanted = a_bank(enabled_ratio=0.25, radius=20, source="listfile", about="ours")
        with store.begin() as tx:
            made = tx.add_bank(wanted)
            tx.add_bank(a_bank("BANK_B"))
        assert made == replace(wanted, number=made.number)
        assert made.number > 0
        with store.read() as view:
            assert view.bank("BANK_A") == made
            assert [bank.name for bank in view.banks()] == ["BANK_A", "BANK_B"]
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_bank(a_bank())

    def test_a_bank_can_be_renamed_and_keeps_its_entries(self, banked):
        put(banked, an_entry())
        with banked.begin() as tx:
            tx.save_bank(replace(tx.bank("BANK_A"), name="BANK_Z", enabled_ratio=0.5))
        assert only(banked, "BANK_Z") == [an_entry(bank="BANK_Z")]
        with banked.read() as view, pytest.raises(NotFound):
            view.bank("BANK_A")

    def test_a_bank_cannot_take_the_name_of_another(self, banked):
        with banked.begin() as tx:
            other = tx.add_bank(a_bank("BANK_B"))
        with pytest.raises(Conflict), banked.begin() as tx:
            tx.save_bank(replace(other, name="BANK_A"))
        with pytest.raises(NotFound), banked.begin() as tx:
            tx.save_bank(a_bank("BANK_C", number=999))

    @pytest.mark.parametrize(
        "look",
        [
            lambda view: view.bank("NOPE"),
            lambda view: view.entries_of("NOPE", 0, 1),
            lambda view: view.entries_about("NOPE", 1),
            lambda view: view.count_entries("NOPE"),
            lambda view: view.entry(1),
        ],
        ids=["bank", "entries_of", "entries_about", "count_entries", "entry"],
    )
    def test_what_no_bank_has_is_said_so(self, store, look):
        with store.read() as view, pytest.raises(NotFound) as caught:
            look(view)
        assert "NOPE" not in str(caught.value)

    @pytest.mark.parametrize(
        "change",
        [
            lambda tx: tx.put_entries([an_entry(bank="NOPE")]),
            lambda tx: tx.put_hashes(many(1, bank="NOPE")),
            lambda tx: tx.save_entry(an_entry(id=7)),
            lambda tx: tx.drop_bank("NOPE"),
            lambda tx: tx.end_record("NOPE", "r1", EntryStatus.DELETED, NOON),
        ],
        ids=["put_entries", "put_hashes", "save_entry", "drop_bank", "end_record"],
    )
    def test_what_no_bank_has_cannot_be_changed(self, banked, change):
        with pytest.raises(NotFound), banked.begin() as tx:
            change(tx)

    def test_an_entry_comes_back_as_it_was(self, banked):
        full = an_entry(
            source_ref="rec-1",
            case_refs=("C-1", "C-2"),
            status=EntryStatus.WITHDRAWN,
            about="words",
            feedback=Feedback.AGREE,
            paused_until=NOON + timedelta(days=1),
        )
        put(banked, full)
        put(banked, an_entry(2, signal=MD5))
        assert only(banked) == [full, an_entry(2, signal=MD5)]
        with banked.read() as view:
            first, second = view.entries_of("BANK_A", 0, 100)
            assert view.entry(first.id) == first
            assert view.entries([second.id, first.id, 999, first.id]) == [first, second]
            assert view.entries_of("BANK_A", first.id, 100) == [second]
            assert view.entries_of("BANK_A", 0, 1) == [first]
            assert view.entries_with(PDQ, full.value) == [first]
            assert view.entries_with(MD5, second.value) == [second]
            assert view.entries_with(PDQ, "f" * 64) == []

    def test_a_video_keeps_its_frames_whatever_is_said_of_it(self, banked):
        put(banked, a_video())
        assert only(banked) == [a_video()]
        put(banked, a_video(status=EntryStatus.WITHDRAWN))
        with banked.begin() as tx:
            (found,) = tx.entries_with(SignalKind.VPDQ, a_video().value)
            tx.save_entry(replace(found, about="seen", frames=FRAMES[:1]))
        assert only(banked) == [a_video(status=EntryStatus.WITHDRAWN, about="seen")]

    def test_a_later_record_replaces_what_the_source_said_and_nothing_we_said(self, banked):
        ours = {"feedback": Feedback.DISAGREE, "paused_until": NOON + timedelta(days=9)}
        put(banked, an_entry(source_ref="old", case_refs=("C-1",), about="old", **ours))
        later = an_entry(source_ref="new", status=EntryStatus.WITHDRAWN, changed=NOON + timedelta(1))
        put(banked, later)
        assert only(banked) == [replace(later, **ours)]

    def test_an_older_record_that_arrives_late_changes_nothing(self, banked):
        deleted = an_entry(status=EntryStatus.DELETED)
        put(banked, deleted)
        put(banked, an_entry(changed=NOON - timedelta(microseconds=1)))
        assert only(banked) == [deleted]

    def test_of_two_records_about_one_hash_in_one_page_the_last_counts(self, banked):
        put(banked, an_entry(about="first"), an_entry(2), an_entry(about="last"))
        assert {entry.about for entry in only(banked)} == {"last", ""}

    def test_the_same_hash_may_be_in_several_banks(self, banked):
        with banked.begin() as tx:
            tx.add_bank(a_bank("BANK_B"))
        put(banked, an_entry(), an_entry(bank="BANK_B"))
        with banked.read() as view:
            assert {entry.bank for entry in view.entries_with(PDQ, an_entry().value)} == {"BANK_A", "BANK_B"}

    def test_what_we_say_of_an_entry_is_kept_and_its_hash_is_not_ours_to_change(self, banked):
        put(banked, an_entry())
        with banked.begin() as tx:
            (found,) = tx.entries_of("BANK_A", 0, 1)
            changed = replace(found, feedback=Feedback.AGREE, about="seen", status=EntryStatus.DELETED)
            tx.save_entry(replace(changed, value="f" * 64))
        with banked.read() as view:
            assert view.entry(found.id) == changed

    def test_entries_about_one_picture_are_found_together(self, banked):
        put(banked, an_entry(1), an_entry(2))
        with banked.begin() as tx:
            first, _ = tx.entries_of("BANK_A", 0, 9)
            tx.put_entries([an_entry(3, signal=MD5, item=first.id)])
            found = tx.entries_about("BANK_A", first.id)
            assert [(entry.signal, entry.content) for entry in found] == [(PDQ, first.id), (MD5, first.id)]
            assert tx.entries_about("BANK_A", 999) == []

    def test_a_record_that_ends_takes_all_its_hashes_with_it(self, banked):
        put(
            banked,
            an_entry(1, source_ref="r1"),
            an_entry(2, signal=MD5, source_ref="r1"),
            an_entry(3, source_ref="r2"),
            an_entry(4),
            an_entry(5, source_ref="r1", changed=NOON + timedelta(days=2)),
        )
        with banked.begin() as tx:
            assert tx.end_record("BANK_A", "r1", EntryStatus.DELETED, NOON + timedelta(days=1)) == 2
            assert tx.end_record("BANK_A", "", EntryStatus.DELETED, NOON + timedelta(days=1)) == 0
        ended = [entry.value for entry in only(banked) if entry.status is EntryStatus.DELETED]
        assert ended == [an_entry(1).value, an_entry(2, signal=MD5).value]

    def test_entries_are_counted_by_kind_and_status(self, banked):
        put(
            banked, an_entry(1), an_entry(2), an_entry(3, signal=MD5), an_entry(4, status=EntryStatus.DELETED)
        )
        with banked.read() as view:
            assert view.count_entries("BANK_A") == {
                (PDQ, EntryStatus.ACTIVE): 2,
                (MD5, EntryStatus.ACTIVE): 1,
                (PDQ, EntryStatus.DELETED): 1,
            }
            assert (view.count_listed(PDQ), view.count_listed(MD5)) == (3, 1)

    def test_a_dropped_bank_takes_its_entries_with_it_and_may_be_made_again(self, banked):
        with banked.begin() as tx:
            kept = tx.add_bank(a_bank("BANK_B"))
        put(banked, an_entry(1), an_entry(2), an_entry(1, bank="BANK_B"))
        with banked.begin() as tx:
            assert tx.drop_bank("BANK_A") == 2
            assert tx.banks() == [kept]
        with banked.read() as view:
            assert [entry.bank for entry in view.entries_with(PDQ, an_entry().value)] == ["BANK_B"]
        with banked.begin() as tx:
            tx.add_bank(a_bank())
            tx.put_entries([an_entry(1)])
        assert only(banked) == [an_entry(1)]

    def test_followers_see_every_change_once_in_order(self, banked):
        with banked.read() as view:
            before = view.changes()
        put(banked, an_entry(1), an_entry(2))
        with banked.read() as view:
            fresh = view.listed_since(0, 10)
            last = view.changes()
        assert [(one.signal, one.value.hex(), one.active) for one in fresh] == [
            (PDQ, an_entry(1).value, True),
            (PDQ, an_entry(2).value, True),
        ]
        assert before < fresh[0].change < fresh[1].change <= last
        put(banked, an_entry(1, status=EntryStatus.WITHDRAWN, changed=NOON + timedelta(1)))
        with banked.read() as view:
            (again,) = view.listed_since(fresh[1].change, 10)
            assert view.listed_since(fresh[0].change, 1) == [fresh[1]]
            assert view.changes() > last
            assert again.id == fresh[0].id
            assert again.bank == view.bank("BANK_A").number
            assert not again.active

    @pytest.mark.parametrize(
        "change",
        [
            lambda tx: tx.add_bank(a_bank("BANK_B")),
            lambda tx: tx.save_bank(replace(tx.bank("BANK_A"), enabled_ratio=0.5)),
            lambda tx: tx.drop_bank("BANK_A"),
            lambda tx: tx.put_entries([an_entry(2)]),
            lambda tx: tx.put_hashes(many(2)),
            lambda tx: tx.save_entry(tx.entries_of("BANK_A", 0, 1)[0]),
            lambda tx: tx.end_record("BANK_A", "r1", EntryStatus.DELETED, NOON),
            lambda tx: tx.add_known(a_known()),
        ],
        ids=[
            "add_bank",
            "save_bank",
            "drop_bank",
            "put_entries",
            "put_hashes",
            "save_entry",
            "end_record",
            "add_known",
        ],
    )
    def test_whatever_changes_what_matches_changes_the_number(self, banked, change):
        put(banked, an_entry(1, source_ref="r1"))
        with banked.begin() as tx:
            before = tx.changes()
            change(tx)
            assert tx.changes() > before
