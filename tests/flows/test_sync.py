"""A list that somebody else keeps is followed, over real HTTP, into a real store."""

import itertools
import math
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from consentry.banks.listfile import ListFile
from consentry.banks.ncmec import Ncmec
from consentry.banks.stopncii import StopNCII
from consentry.core.bank import Bank, EntryStatus, Feedback
from consentry.core.entry import Kind
from consentry.core.errors import Conflict, LostLease, NotFound, SetupTrouble, UpstreamTrouble
from consentry.core.exchange import UNREADABLE, telling
from consentry.core.ports import Job
from consentry.flows.banking import Banking
from consentry.flows.sync import PULL, Sync
from consentry.store.memory import MemoryStore
from consentry.store.sql import open_store
from support.sources import (
    FUNCTION,
    PASSWORD,
    SUBSCRIPTION,
    USER,
    Deed,
    NcmecServer,
    StopNciiServer,
    a_row,
    hex_of,
)
from support.stores import NOON, CountingIds, HandClock
from support.talking import talking

KEYS = {"FetchHashes": FUNCTION, "SubmitFeedback": FUNCTION}
T = int(NOON.timestamp()) - 100_000


@dataclass
class Scene:
    """Two services and a file, and our store."""

    clock: HandClock
    store: object
    sync: Sync
    ncii: StopNciiServer
    ncmec: NcmecServer
    file: object

    def pull(self, bank="STOP_NCII"):
        return list(self.sync.pull(bank))

    def entries(self, bank="STOP_NCII"):
        with self.store.read() as view:
            return {int(entry.value, 16): entry for entry in view.entries_of(bank, 0, 10_000)}

    def matching(self, bank="STOP_NCII"):
        return {number for number, entry in self.entries(bank).items() if entry.matches(self.clock.at)}

    def work(self):
        """Carry out what is due, as a worker would, until nothing is; how many jobs that were."""
        for many in itertools.count():
            jobs = self.store.claim(1, 60)
            if not jobs:
                return many
            self.sync.run(jobs[0])
        raise AssertionError

    def log(self):
        size = self.store.size()
        return [self.store.line(at) for at in range(size)]


@pytest.fixture(params=["memory", "sqlite"])
def scene(request, tmp_path):
    clock = HandClock()
    with ExitStack() as opened:
        if request.param == "memory":
            store = MemoryStore(clock, CountingIds())
        else:
            store = open_store(f"sqlite:///{tmp_path}/store.db", clock, CountingIds())
        opened.callback(store.close)
        ncii, ncmec, file = StopNciiServer(), NcmecServer(), tmp_path / "list.txt"
        one, two = opened.enter_context(talking(ncii)), opened.enter_context(talking(ncmec))
        exchanges = {
            "STOP_NCII": opened.enter_context(closing(StopNCII(KEYS, SUBSCRIPTION, one))),
            "NCMEC": opened.enter_context(closing(Ncmec("generative-ai", (USER, PASSWORD), clock.now, two))),
            "OURS": ListFile(file, clock.now),
        }
        yield Scene(clock, store, Sync(store, exchanges), ncii, ncmec, file)


def test_a_list_is_taken_in_whole_and_withdrawn_hashes_stop_matching_at_once(scene):
    scene.ncii.rows = [a_row(at, T + at) for at in range(1, 2001)]
    pages = scene.pull()
    assert len(pages) == 3
    assert pages[-1].lag(scene.clock.at) == 0
    assert scene.matching() == set(range(1, 2001))
    assert scene.entries()[7].case_refs == ("1007",)
    scene.ncii.rows[6] = a_row(7, T + 5000, "Withdrawn")
    scene.ncii.rows[8] = a_row(9, T + 5000, "Deleted")
    scene.pull()
    assert scene.matching() == set(range(1, 2001)) - {7, 9}
    assert scene.entries()[7].status is EntryStatus.WITHDRAWN
    scene.ncii.rows[6] = a_row(7, T + 6000, "Active")
    scene.pull()
    assert 7 in scene.matching()


def test_what_we_said_of_an_entry_outlives_its_sources_next_record(scene):
    scene.ncii.rows = [a_row(1, T)]
    scene.pull()
    entry = scene.entries()[1]
    with scene.store.begin() as tx:
        tx.save_entry(replace(entry, feedback=Feedback.DISAGREE))
    scene.ncii.rows = [a_row(1, T + 5, caseNumbers={"2": "Active"})]
    scene.pull()
    assert scene.entries()[1].feedback is Feedback.DISAGREE
    assert scene.entries()[1].case_refs == ("2",)


def test_a_record_from_the_future_can_still_be_taken_back(scene):
    scene.ncii.rows = [a_row(1, T + 10**8)]
    scene.pull()
    scene.clock.pass_(60)
    scene.ncii.rows = [a_row(1, T + 10**8 + 1, "Withdrawn")]
    scene.pull()
    assert scene.matching() == set()


def test_a_hash_of_two_members_matches_until_both_took_it_back(scene):
    def deed(member, minutes, **more):
        return Deed(
            member, f"e{member}", NOON + timedelta(minutes=minutes - 60), {"md5": hex_of(5, 32)}, **more
        )

    scene.ncmec.deeds = [deed(1, 1), deed(2, 9)]
    scene.pull("NCMEC")
    assert scene.entries("NCMEC")[5].case_refs == ("1/e1", "2/e2")
    for member, expected in ((2, {5}), (1, set())):
        scene.clock.pass_(7200)
        minutes = (scene.clock.at - NOON) / timedelta(minutes=1)
        scene.ncmec.deeds[member - 1] = deed(member, minutes, deleted=True)
        scene.pull("NCMEC")
        assert scene.matching("NCMEC") == expected


def test_pictures_of_children_are_marked_as_such(scene):
    scene.ncmec.deeds = [Deed(1, "e", NOON - timedelta(hours=1), {"pdq": hex_of(5)})]
    scene.pull("NCMEC")
    with scene.store.read() as view:
        assert view.bank("NCMEC").source == "ncmec:generative-ai"
    assert '"children": true' in scene.entries("NCMEC")[5].about


def test_a_file_replaces_the_whole_list(scene):
    scene.file.write_text("".join(f"{hex_of(at)}\n" for at in range(1, 4)))
    scene.pull("OURS")
    scene.clock.pass_(60)
    scene.file.write_text("".join(f"{hex_of(at)}\n" for at in range(3, 6)))
    scene.pull("OURS")
    assert scene.matching("OURS") == {3, 4, 5}
    scene.file.unlink()
    with pytest.raises(UpstreamTrouble):
        scene.pull("OURS")
    assert scene.matching("OURS") == {3, 4, 5}


def test_a_malformed_page_stalls_nothing_and_loses_nothing_that_follows(scene):
    scene.ncii.rows = [a_row(at, T + at) for at in range(1, 2001)]
    poison = scene.ncii.rows[1233]
    scene.ncii.spoil = lambda rows: poison in rows
    last = scene.pull()[-1]
    assert scene.matching() == set(range(1, 2001)) - {1234}
    assert last.troubles > 0
    assert scene.sync.lags()["STOP_NCII"] == math.inf
    scene.ncii.spoil = lambda _rows: False
    scene.pull()
    assert scene.matching() == set(range(1, 2001))
    assert scene.sync.lags()["STOP_NCII"] == 0


def test_a_source_that_makes_no_sense_at_all_is_given_up_with_its_reason_on_record(scene):
    scene.ncii.spoil = lambda _rows: True
    with pytest.raises(UpstreamTrouble) as caught:
        scene.pull()
    assert caught.value.code == UNREADABLE
    assert scene.sync.progress()["STOP_NCII"].trouble == UNREADABLE


def test_a_source_that_refuses_us_leaves_the_cursor_where_it_was(scene):
    scene.ncii.rows = [a_row(1, T)]
    before = scene.pull()[-1]
    bad = StopNCII({"FetchHashes": "wrong"}, SUBSCRIPTION, scene.sync.exchanges["STOP_NCII"]._caller._base)
    with closing(bad), pytest.raises(UpstreamTrouble):
        list(Sync(scene.store, {"STOP_NCII": bad}).pull("STOP_NCII"))
    after = scene.sync.progress()["STOP_NCII"]
    assert after.cursor == before.cursor
    assert after.trouble == "bank_refused_us"
    scene.pull()
    assert scene.sync.progress()["STOP_NCII"].trouble == ""


def test_workers_take_in_one_page_a_job_and_order_the_next(scene):
    scene.ncii.rows = [a_row(at, T + at) for at in range(1, 2001)]
    scene.file.write_text(hex_of(1))
    assert scene.sync.schedule() == 3
    assert scene.sync.schedule() == 0
    assert scene.work() == 3 + 2
    assert len(scene.matching()) == 2000
    assert set(scene.sync.lags().values()) == {0}
    scene.clock.pass_(scene.sync.interval.total_seconds())
    assert scene.sync.schedule() == 3
    assert scene.work() == 3
    assert scene.sync.lags()["STOP_NCII"] == 0
    scene.clock.pass_(17)
    assert scene.sync.lags()["STOP_NCII"] == 17


def test_whoever_lost_the_race_or_the_lease_changes_nothing(scene):
    scene.ncii.rows = [a_row(1, T)]
    scene.sync.schedule()
    late, *_ = [job for job in scene.store.claim(10, 5) if job.payload["bank"] == "STOP_NCII"]
    scene.clock.pass_(6)
    scene.store.claim(10, 600)
    with pytest.raises(LostLease):
        scene.sync.run(late)
    assert scene.entries("STOP_NCII") == {}

    fetch = scene.sync.exchanges["STOP_NCII"].fetch
    scene.sync.exchanges["STOP_NCII"].fetch = lambda cursor: overtake() or fetch(cursor)

    def overtake():
        scene.sync.exchanges["STOP_NCII"].fetch = fetch
        scene.pull()

    with pytest.raises(Conflict):
        scene.sync.step("STOP_NCII")
    scene.sync.exchanges["STOP_NCII"].fetch = lambda cursor: overtake() or fetch(cursor)
    with scene.store.begin() as tx:
        tx.enqueue(Job(PULL, {"bank": "STOP_NCII"}, "again", tx.now()))
    (job,) = scene.store.claim(1, 60)
    scene.sync.run(job)
    assert scene.store.queue()["done"] == 1


def test_a_page_that_cannot_be_stored_is_fetched_again(scene, monkeypatch):
    scene.ncii.rows = [a_row(1, T)]
    scene.pull()
    scene.ncii.rows.append(a_row(2, T + 1))
    with monkeypatch.context() as patch:
        patch.setattr("consentry.flows.sync._log", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scene.pull()
    assert scene.matching() == {1}
    scene.pull()
    assert scene.matching() == {1, 2}


def test_feedback_is_sent_back_once_a_change(scene):
    scene.ncii.rows = [a_row(1, T)]
    scene.pull()
    for feedback in (Feedback.AGREE, Feedback.DISAGREE, Feedback.AGREE):
        scene.clock.pass_(1)
        entry = replace(scene.entries()[1], feedback=feedback)
        with scene.store.begin() as tx:
            tx.save_entry(entry)
            tx.enqueue(Job(*telling(entry, tx.now())))
        assert scene.work() == 1
    words = [said["hashFeedbacks"][0]["feedbackValue"] for _, said in scene.ncii.said]
    assert words == ["Blocked", "NotBlocked", "Blocked"]


def test_whoever_curates_is_heard_by_the_source(scene):
    scene.ncii.rows = [a_row(1, T)]
    scene.pull()
    banking = Banking(scene.store, None, None, None, scene.clock)
    banking.change_item("STOP_NCII", scene.entries()[1].content, "somebody", feedback=Feedback.DISAGREE)
    assert scene.work() == 1
    assert scene.ncii.said[0][1]["hashFeedbacks"][0]["feedbackValue"] == "NotBlocked"


def test_feedback_on_what_nobody_follows_is_let_go(scene):
    with scene.store.begin() as tx:
        tx.enqueue(Job("bank.feedback", {"entry": "4711"}, "one", tx.now()))
    assert scene.work() == 1


def test_entries_of_two_sources_are_never_mixed(scene):
    with scene.store.begin() as tx:
        tx.add_bank(Bank("STOP_NCII"))
    with pytest.raises(SetupTrouble):
        scene.pull()
    with pytest.raises(NotFound):
        scene.pull("NOBODY")


def test_each_sync_that_brought_something_is_in_the_log_and_nothing_secret_is(scene):
    scene.ncii.rows = [a_row(1, T), {}]
    scene.ncii.rows.pop()
    scene.pull()
    scene.pull()
    lines = scene.log()
    records = [line.record.decode() for line in lines if line.entry.kind is Kind.SYSTEM]
    assert [("bank_made" in record, "synced" in record) for record in records][:2] == [
        (True, False),
        (False, True),
    ]
    assert not [word for record in records for word in (FUNCTION, SUBSCRIPTION, hex_of(1)) if word in record]


def test_progress_is_told_of_banks_that_never_were_synced(scene):
    assert scene.sync.lags() == {"STOP_NCII": math.inf, "NCMEC": math.inf, "OURS": math.inf}
