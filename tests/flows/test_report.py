"""A report: valid before it is sent, a clock from receipt, a case nobody needs an account for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.candidate import CandidateState
from consentry.core.case import CaseEvent, CaseState, RefusalGround
from consentry.core.caution import Caution
from consentry.core.content import Stage
from consentry.core.errors import BadInput, IllegalTransition, NotAllowed, SafetyUnavailable
from consentry.core.lawbook import compile_book
from consentry.core.match import Match, Method
from consentry.core.message import Side
from consentry.core.policy import Outcome
from consentry.core.report import DeviceHash, Report, Standing, Under18
from consentry.flows.report import DEVICE, PAPERS, Desk
from consentry.law import read_files
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import (
    NOW,
    BreakingStore,
    CountingIds,
    PlainFinder,
    PlainPassphrases,
    StillClock,
    judge,
    rule,
)

REPORT = Report(
    Standing.SELF, Under18.NO, ("https://site.example/media/post-1",), "Made without my agreement.",
    declares_intimate=True, good_faith=True, signature="A. Person", contact="a@person.example", place="gb",
)  # fmt: skip


@pytest.fixture(scope="module")
def law():
    return compile_book(read_files(), {})


@pytest.fixture
def desk(law):
    clock, ids = StillClock(), CountingIds()
    store = MemoryStore(clock, ids)
    site = MemoryPlatform("site", "https://site.example", clock)
    site.publish(b"ok", "poster", "text")
    return Desk(
        judge=judge(store, stage=Stage.REPORT, rules=[rule("report.valid", Outcome.HOLD, Stage.REPORT)]),
        platforms={"site": site},
        store=store,
        blobs=MemoryBlobs(ids),
        passphrases=PlainPassphrases(),
        uploads=PlainFinder(),
        law=law,
        places=frozenset({"gb", "us"}),
        fallback=timedelta(hours=48),
        clock=clock,
        ids=ids,
    )


def jobs(desk):
    desk.store.clock = desk.clock
    return desk.store.claim(10, 60)


def test_a_report_opens_a_case_with_the_clock_running_from_receipt(desk):
    receipt = desk.receive(REPORT)
    assert receipt.case.state is CaseState.OPEN
    assert receipt.case.received == desk.clock.now()
    assert receipt.case.due == desk.clock.now() + timedelta(hours=48)


def test_every_address_that_is_ours_is_to_be_hidden_at_once(desk):
    desk.receive(replace(REPORT, urls=(*REPORT.urls, "https://elsewhere.example/x")))
    assert [job.kind for job in jobs(desk)] == ["hide"]


def test_the_same_address_twice_is_one_copy(desk):
    receipt = desk.receive(replace(REPORT, urls=REPORT.urls * 2))
    _, copies = desk.look_up(receipt.reference, receipt.passphrase)
    assert len(copies) == 1


def test_a_sign_of_a_child_goes_to_specialists_and_is_hidden_all_the_same(desk):
    receipt = desk.receive(replace(REPORT, under18=Under18.UNSURE))
    assert receipt.case.state is CaseState.ESCALATED
    assert [job.kind for job in jobs(desk)] == ["hide"]


def test_a_report_that_is_not_complete_is_sent_back_while_the_person_is_there(desk):
    with pytest.raises(BadInput) as sent_back:
        desk.receive(replace(REPORT, signature=" "))
    assert sent_back.value.param == "signature"
    assert desk.store.size() == 0


def test_nothing_the_person_wrote_is_in_the_log(desk):
    desk.receive(REPORT)
    records = b"".join(desk.store.line(index).record for index in range(desk.store.size()))
    for private in (b"A. Person", b"a@person.example", b"without my agreement", b"post-1", b"one two three"):
        assert private not in records


def test_what_the_person_wrote_is_kept_encrypted(desk):
    receipt = desk.receive(REPORT)
    assert b"a@person.example" in desk.blobs.get(receipt.case.papers, PAPERS)


def test_if_the_log_cannot_be_written_no_case_is_opened(desk):
    broken = replace(desk, judge=replace(desk.judge, store=BreakingStore(desk.store)))
    with pytest.raises(SafetyUnavailable):
        broken.receive(REPORT)
    with desk.store.begin() as tx:
        assert tx.cases(running=True) == []


@pytest.mark.parametrize("passphrase", ["", "one two three four five", "six five four three two one"])
def test_only_the_passphrase_opens_a_case(desk, passphrase):
    receipt = desk.receive(REPORT)
    with pytest.raises(NotAllowed):
        desk.look_up(receipt.reference, passphrase)
    with pytest.raises(NotAllowed):
        desk.withdraw(receipt.reference, passphrase)


def test_an_unknown_place_gets_the_strictest_clock(desk):
    receipt = replace(desk, places=frozenset()).receive(replace(REPORT, place=""))
    assert receipt.case.due <= desk.clock.now() + timedelta(hours=2)


def test_the_reporters_place_can_only_shorten_the_clock(desk):
    receipt = desk.receive(replace(REPORT, place="in"))
    assert receipt.case.due == desk.clock.now() + timedelta(hours=2)


def test_taking_a_report_back_restores_what_was_hidden(desk):
    receipt = desk.receive(REPORT)
    assert desk.withdraw(receipt.reference, receipt.passphrase).state is CaseState.WITHDRAWN
    assert sorted(job.kind for job in jobs(desk)) == ["hide", "restore"]


HASH = DeviceHash("0f" * 32, 90)
LIKE = Match("upl_9", "upload", Method.NEAR, 12, view="mirrored")


def test_a_picture_hashed_at_home_finds_candidates_and_hides_nothing(desk):
    desk.uploads.matches = [LIKE]
    receipt = desk.receive(replace(REPORT, urls=(), hashes=(HASH,)))
    assert jobs(desk) == []
    with desk.store.read() as view:
        (candidate,) = view.candidates(CandidateState.OPEN)
        (known,) = view.known_of(receipt.reference)
    assert (candidate.picture, candidate.match.distance, candidate.match.case) == (
        "upl_9",
        12,
        receipt.reference,
    )
    assert (known.source, known.hashes.pdq) == (DEVICE, (bytes.fromhex("0f" * 32),))


def test_a_hash_that_can_be_of_nothing_is_not_searched_with(desk):
    desk.uploads.matches = [LIKE]
    receipt = desk.receive(replace(REPORT, hashes=(DeviceHash("0" * 64, 90), DeviceHash("0f" * 32, 20))))
    with desk.store.read() as view:
        assert view.candidates(CandidateState.OPEN) == []
        assert view.known_of(receipt.reference) == []


def test_more_places_are_hidden_like_the_first_and_the_clock_goes_on(desk):
    receipt = desk.receive(replace(REPORT, urls=(), where="a group"))
    assert jobs(desk) == []
    desk.clock.move(hours=3)
    copies = desk.add_places(receipt.reference, receipt.passphrase, REPORT.urls * 2)
    assert [copy.url for copy in copies] == ["https://site.example/media/post-1"]
    assert [job.kind for job in jobs(desk)] == ["hide"]
    case, _ = desk.look_up(receipt.reference, receipt.passphrase)
    assert (case.received, case.due) == (receipt.case.received, receipt.case.due)
    desk.add_places(receipt.reference, receipt.passphrase, REPORT.urls)
    assert jobs(desk) == []


def test_a_place_named_later_opens_a_case_that_was_done(desk):
    receipt = desk.receive(replace(REPORT, urls=(), where="a group"))
    with desk.store.begin() as tx:
        tx.save_case(tx.case(receipt.reference).after(CaseEvent.ALL_GONE, NOW))
    desk.add_places(receipt.reference, receipt.passphrase, REPORT.urls)
    assert desk.look_up(receipt.reference, receipt.passphrase)[0].running


def test_a_report_taken_back_takes_no_more_places(desk):
    receipt = desk.receive(REPORT)
    desk.withdraw(receipt.reference, receipt.passphrase)
    with pytest.raises(IllegalTransition):
        desk.add_places(receipt.reference, receipt.passphrase, ("https://site.example/media/post-2",))


def test_messages_are_kept_encrypted_and_read_by_whoever_holds_the_passphrase(desk):
    receipt = desk.receive(REPORT)
    desk.write(receipt.reference, receipt.passphrase, " It is back. ")
    desk.answer(receipt.reference, "We are looking.")
    letters = desk.read(receipt.reference, receipt.passphrase)
    assert [(letter.side, letter.text) for letter in letters] == [
        (Side.REPORTER, "It is back."),
        (Side.STAFF, "We are looking."),
    ]
    with desk.store.read() as view:
        assert not any("back" in message.words for message in view.messages(receipt.reference))
    for act in (desk.read, lambda *who: desk.write(*who, "x")):
        with pytest.raises(NotAllowed):
            act(receipt.reference, "six five four three two one")


MANY = tuple(f"https://site.example/media/post-{number}" for number in range(1, 4))


@pytest.fixture
def crowded(desk):
    """A desk that hides two copies of a report by itself, and a site with three pictures."""
    for name in (b"ok two", b"ok three"):
        desk.platforms["site"].publish(name, "poster", "text")
    return replace(desk, hide_at_once=2)


def test_a_report_of_very_many_places_waits_for_a_person_with_its_clock_running(crowded):
    receipt = crowded.receive(replace(REPORT, urls=MANY))
    case, copies = crowded.look_up(receipt.reference, receipt.passphrase)
    assert (case.caution, case.state, case.due) == (Caution.MANY, CaseState.OPEN, receipt.case.due)
    assert len(copies) == 3
    assert jobs(crowded) == []
    records = b"".join(crowded.store.line(index).record for index in range(crowded.store.size()))
    assert b'"event":"person_first"' in records


def test_very_many_places_with_a_sign_of_a_child_are_hidden_at_once(crowded):
    receipt = crowded.receive(replace(REPORT, urls=MANY, under18=Under18.YES))
    assert receipt.case.state is CaseState.ESCALATED
    assert [job.kind for job in jobs(crowded)] == ["hide"] * 3


def test_places_named_one_after_the_other_are_not_hidden_without_end(crowded):
    receipt = crowded.receive(REPORT)
    assert [job.kind for job in jobs(crowded)] == ["hide"]
    crowded.add_places(receipt.reference, receipt.passphrase, MANY)
    assert jobs(crowded) == []
    assert crowded.look_up(receipt.reference, receipt.passphrase)[0].caution is Caution.MANY


def test_after_refused_reports_from_a_network_a_person_looks_first_and_nobody_is_refused(desk):
    for _ in range(3):
        receipt = desk.receive(REPORT, "203.0.113.0/24")
        with desk.store.begin() as tx:
            tx.save_case(tx.case(receipt.reference).after(CaseEvent.REFUSE, NOW, RefusalGround.NOT_INTIMATE))
    assert desk.receive(REPORT, "203.0.113.0/24").case.caution is Caution.REFUSED_BEFORE
    assert desk.receive(REPORT, "198.51.100.0/24").case.caution is Caution.NONE
    assert desk.receive(REPORT).case.caution is Caution.NONE
