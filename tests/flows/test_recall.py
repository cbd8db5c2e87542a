"""What came of one thing is counted, called back copy by copy, and can be shown again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.banks.known import KnownPictures
from consentry.core.case import CaseState, CopyState
from consentry.core.consent import Use
from consentry.core.errors import BadInput, NotFound
from consentry.core.making import MADE, RECALL, SEEDS, Handle, MakingState
from consentry.core.ports import Known
from consentry.flows import recall as flow
from consentry.flows.consent import Consents, Terms
from consentry.flows.recall import Recall
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, PlainDecoder, PlainHasher, PlainPassphrases, StillClock
from support.stores import LEASE, a_making

PICTURE = PlainDecoder().decode(b"ok portrait")


class Looking(PlainHasher):
    looks = PlainHasher.hashes


def hashes(number):
    return Looking().hashes(PlainDecoder().decode(b"ok %d" % number))


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def recall(store):
    return Recall(
        store=store,
        decoder=PlainDecoder(),
        hasher=Looking(),
        seeds=KnownPictures(store, lambda source: source == SEEDS),
        uploads=KnownPictures(store, lambda source: source == "upload"),
        ids=CountingIds(),
        passphrases=PlainPassphrases(),
        within=timedelta(hours=48),
    )


def enter(store, number, *, posted=0, **changes):
    """One image in the ledger, and so many copies of it that a platform accepted."""
    with store.begin() as tx:
        tx.add_making(a_making(number, **changes))
        tx.add_known(Known(f"mak_{number}", MADE, hashes(number)))
        for copy in range(posted):
            name = f"upl_{number}_{copy}"
            tx.add_known(Known(name, "upload", hashes(number), "", "site", name, f"https://x/{name}"))


def carry_out(store, recall):
    """Carry out every job of a recall; returns how many."""
    done = 0
    while jobs := [job for job in store.claim(50, LEASE) if job.kind == RECALL]:
        for job in jobs:
            recall.run(job)
            done += 1
    return done


def copies(store, reference):
    with store.read() as snapshot:
        return {copy.item: copy for copy in snapshot.copies(reference)}


def state(store, number):
    with store.read() as snapshot:
        return snapshot.making(f"mak_{number}").state


BY_ACCOUNT = ((Handle.ACCOUNT, "account"),)


def test_it_is_counted_first_and_nothing_happens(store, recall):
    enter(store, 1, posted=2)
    enter(store, 2, state=MakingState.REFUSED)
    enter(store, 3, posted=1, account="another")
    counted = recall.count(BY_ACCOUNT)
    assert counted.images == {MakingState.PASSED: 1, MakingState.REFUSED: 1}
    assert counted.copies == 2
    assert state(store, 1) is MakingState.PASSED
    assert store.size() == 0


def test_every_copy_of_what_left_is_ordered_hidden_and_of_nothing_else(store, recall):
    enter(store, 1, posted=2)
    enter(store, 2, posted=1)
    enter(store, 3, posted=1, account="another")
    reference = recall.begin(BY_ACCOUNT, "operator")
    carry_out(store, recall)
    found = copies(store, reference)
    assert set(found) == {"upl_1_0", "upl_1_1", "upl_2_0"}
    assert {copy.state for copy in found.values()} == {CopyState.FOUND}
    assert [state(store, number) for number in (1, 2, 3)] == [
        MakingState.RECALLED, MakingState.RECALLED, MakingState.PASSED,
    ]  # fmt: skip
    with store.read() as snapshot:
        case = snapshot.case(reference)
    assert case.state is CaseState.OPEN
    assert case.due - case.received == timedelta(hours=48)
    assert {job.kind for job in store.claim(9, LEASE)} <= {"hide"}


def test_what_was_called_back_is_not_accepted_again(store, recall):
    enter(store, 1)
    reference = recall.begin(BY_ACCOUNT, "operator")
    carry_out(store, recall)
    with store.read() as snapshot:
        (known,) = snapshot.known_of(reference)
    assert (known.source, known.active, known.hashes) == ("case", True, hashes(1))


def test_a_recall_of_what_nobody_posted_leaves_no_case_waiting(store, recall):
    enter(store, 1)
    reference = recall.begin(BY_ACCOUNT, "operator")
    carry_out(store, recall)
    with store.read() as snapshot, pytest.raises(NotFound):
        snapshot.case(reference)
    assert state(store, 1) is MakingState.RECALLED


def test_what_never_left_is_not_called_back(store, recall):
    enter(store, 1, posted=1, state=MakingState.REFUSED)
    enter(store, 2, posted=1, state=MakingState.WITHHELD)
    reference = recall.begin(BY_ACCOUNT, "operator")
    carry_out(store, recall)
    assert copies(store, reference) == {}
    assert state(store, 1) is MakingState.REFUSED


def test_many_images_are_called_back_portion_by_portion(store, recall, monkeypatch):
    monkeypatch.setattr(flow, "PORTION", 2)
    for number in range(1, 6):
        enter(store, number, posted=1)
    assert recall.count(BY_ACCOUNT).copies == 5
    reference = recall.begin(BY_ACCOUNT, "operator")
    assert carry_out(store, recall) == 3
    assert len(copies(store, reference)) == 5


def test_a_portion_carried_out_twice_does_nothing_twice(store, recall):
    enter(store, 1, posted=1)
    reference = recall.begin(BY_ACCOUNT, "operator")
    (job,) = store.claim(1, LEASE)
    recall.run(job)
    again = replace(job, token=job.token)
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it says, nothing is done
        recall.run(again)
    assert len(copies(store, reference)) == 1


def test_what_was_made_from_a_picture_is_found_by_it(store, recall):
    enter(store, 1, posted=1)
    enter(store, 2, posted=1)
    with store.begin() as tx:
        tx.add_known(Known("mak_1:0", SEEDS, Looking().hashes(PICTURE)))
        tx.add_known(Known("mak_1:1", SEEDS, Looking().hashes(PICTURE)))
    targets = recall.made_from(b"ok portrait")
    assert targets == ((Handle.MAKING, "mak_1"),)
    reference = recall.begin(targets, "operator")
    carry_out(store, recall)
    assert set(copies(store, reference)) == {"upl_1_0"}
    with pytest.raises(BadInput):
        recall.made_from(b"garbage")


def test_a_recall_is_undone(store, recall):
    enter(store, 1, posted=1)
    reference = recall.begin(BY_ACCOUNT, "operator")
    carry_out(store, recall)
    assert recall.undo(reference, "operator") == 1
    assert state(store, 1) is MakingState.PASSED
    with store.read() as snapshot:
        assert snapshot.case(reference).state is CaseState.WITHDRAWN
        assert not any(known.active for known in snapshot.known_of(reference))


def test_only_a_recall_can_be_undone(recall):
    with pytest.raises(NotFound):
        recall.undo("C-0001", "operator")


def test_withdrawing_a_consent_calls_back_what_was_made_under_it(store, clock, recall):
    consents = Consents(store, clock, CountingIds(), PlainPassphrases(), PlainDecoder(), Looking())
    terms = Terms("p", "account", Use.MAKE, adult=True, lasts=timedelta(days=1), evidence="e")
    given = consents.record(terms, "key_1").consent
    enter(store, 1, posted=1, consent=given.id)
    enter(store, 2, posted=1, consent="")
    consents.withdraw(given.id, "key_1")
    carry_out(store, recall)
    assert state(store, 1) is MakingState.RECALLED
    assert state(store, 2) is MakingState.PASSED
    assert set(copies(store, "C-TEST-0001")) == {"upl_1_0"}
