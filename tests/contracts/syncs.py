"""What every store promises of syncs: progress without races, records and hashes as they were remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.bank import Bank, EntryStatus, Feedback, SignalKind
from consentry.core.errors import Conflict, NotFound
from consentry.core.exchange import Progress, Record
from contracts.banks import a_bank, an_entry, only, put
from support.stores import NOON

MD5 = SignalKind.MD5
PROGRESS = Progress("BANK_A", "a cursor", 0, NOON, 5, 1, 2, "bank_unreadable", under_way=True)
RECORD = Record(((MD5, "0" * 32), (SignalKind.PDQ, "1" * 64)), NOON, ref="42/one")


class SyncContract:
    @pytest.fixture
    def followed(self, store):
        with store.begin() as tx:
            tx.add_bank(a_bank())
        return store

    def test_progress_comes_back_whole_and_is_saved_by_whoever_read_the_last(self, followed):
        with followed.begin() as tx:
            assert tx.progress("BANK_A") == Progress("BANK_A")
            saved = tx.save_progress(PROGRESS)
        assert saved == replace(PROGRESS, version=1)
        with followed.begin() as tx:
            assert tx.progress("BANK_A") == saved
            assert tx.save_progress(replace(saved, complete=None)).version == 2
            assert tx.progress("BANK_A").complete is None
        for late in (PROGRESS, saved):
            with pytest.raises(Conflict), followed.begin() as tx:
                tx.save_progress(late)

    def test_records_come_back_with_what_they_list_now(self, followed):
        ended = replace(RECORD, status=EntryStatus.DELETED, ref="42/two", about="x", case_refs=("c",))
        with followed.begin() as tx:
            tx.save_records("BANK_A", [RECORD, ended])
            found = tx.records("BANK_A", ["42/one", "42/two", "42/three"])
        assert found == {"42/one": RECORD, "42/two": Record((), NOON, EntryStatus.DELETED, "42/two")}
        later = replace(RECORD, hashes=((MD5, "2" * 32),), changed=NOON + timedelta(1))
        with followed.begin() as tx:
            tx.save_records("BANK_A", [later])
            assert tx.records("BANK_A", ["42/one"]) == {"42/one": later}

    def test_entries_are_found_by_their_hashes_in_one_bank(self, followed):
        with followed.begin() as tx:
            tx.add_bank(a_bank("BANK_B"))
        put(followed, an_entry(1), an_entry(2, signal=MD5), an_entry(3), an_entry(1, "BANK_B"))
        wanted = {
            (entry.signal, entry.value) for entry in (an_entry(1), an_entry(2, signal=MD5), an_entry(9))
        }
        with followed.read() as view:
            found = view.entries_at("BANK_A", wanted)
        assert {key: replace(entry, id=0) for key, entry in found.items()} == {
            (entry.signal, entry.value): entry for entry in (an_entry(1), an_entry(2, signal=MD5))
        }

    def test_many_at_once_are_found(self, followed):
        entries = [an_entry(at) for at in range(1, 1202)]
        put(followed, *entries)
        with followed.read() as view:
            assert len(view.entries_at("BANK_A", {(e.signal, e.value) for e in entries})) == 1201
            assert view.records("BANK_A", {f"r{at}" for at in range(1201)}) == {}

    def test_what_did_not_come_since_is_ended_at_once(self, followed):
        later = NOON + timedelta(hours=1)
        withdrawn = an_entry(3, status=EntryStatus.WITHDRAWN)
        put(followed, an_entry(1, feedback=Feedback.AGREE), an_entry(2, changed=later), withdrawn)
        with followed.begin() as tx:
            before = tx.changes()
            assert tx.end_older("BANK_A", later, EntryStatus.DELETED) == 1
            assert tx.changes() > before
            assert not tx.listed_since(before, 10)[0].active
        ended = an_entry(1, feedback=Feedback.AGREE, status=EntryStatus.DELETED, changed=later)
        assert only(followed) == [ended, an_entry(2, changed=later), withdrawn]

    def test_a_bank_that_goes_takes_its_sync_along(self, followed):
        with followed.begin() as tx:
            tx.save_progress(PROGRESS)
            tx.save_records("BANK_A", [RECORD])
            tx.drop_bank("BANK_A")
            tx.add_bank(Bank("BANK_A"))
            assert tx.progress("BANK_A") == Progress("BANK_A")
            assert tx.records("BANK_A", ["42/one"]) == {}

    @pytest.mark.parametrize(
        "ask",
        [
            lambda tx: tx.progress("NOBODY"),
            lambda tx: tx.save_progress(Progress("NOBODY")),
            lambda tx: tx.records("NOBODY", ["x"]),
            lambda tx: tx.save_records("NOBODY", [RECORD]),
            lambda tx: tx.entries_at("NOBODY", []),
            lambda tx: tx.end_older("NOBODY", NOON, EntryStatus.DELETED),
        ],
        ids=["progress", "save_progress", "records", "save_records", "entries_at", "end_older"],
    )
    def test_without_its_bank_there_is_nothing(self, store, ask):
        with pytest.raises(NotFound), store.begin() as tx:
            ask(tx)
