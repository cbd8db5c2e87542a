"""An incident is a case at once, is stopped only when it is, and its words can be destroyed."""

import json
from datetime import timedelta

import pytest

from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.incident import Source
from consentry.flows.incident import MAX_WORDS, PURPOSE, Incidents, Outcome
from consentry.flows.passage import Passage
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock

WORDS = "what somebody asked for"
PASSES = (Outcome.PASSED, ())
REFUSED = (Outcome.REFUSED, ("floor.1",))


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    store = MemoryStore(clock, CountingIds())
    Passage(store, {}, timedelta(hours=1)).register()
    return store


@pytest.fixture
def rules():
    """What the rules say of every case, to be changed by a test."""
    return [PASSES]


@pytest.fixture
def incidents(store, rules):
    return Incidents(store, MemoryBlobs(CountingIds()), CountingIds(), lambda words, picture: rules[-1])


def records(store):
    return [json.loads(store.line(at).record) for at in range(store.size())]


def test_an_incident_with_words_is_a_case_at_once(incidents, store, clock):
    found = incidents.add(Source.REPORT, route="images.edits", decision="dec_4kq", words=WORDS)
    assert (found.seen, found.tested, found.mitigated) == (clock.now(), clock.now(), None)
    assert (found.route, found.decision, found.picture) == ("images.edits", "dec_4kq", "person")
    assert incidents.one(found.id) == found
    assert list(incidents.all()) == [found]
    assert incidents.blobs.get(found.words, PURPOSE) == WORDS.encode()
    assert records(store)[-1] == {
        "event": "incident_added",
        "incident": found.id,
        "source": "report",
        "route": "images.edits",
    }


def test_the_log_and_the_store_never_hold_the_words(incidents, store):
    incidents.erase(incidents.add(Source.RED_TEAM, words=WORDS).id)
    assert WORDS not in f"{vars(store)} {records(store)}"


def test_without_words_the_case_is_given_later_and_once(incidents, clock):
    found = incidents.add(Source.CANARY, seen=clock.now() - timedelta(days=1))
    assert (found.tested, found.picture) == (None, "")
    clock.move(seconds=60)
    given = incidents.give(found.id, WORDS, "none")
    assert (given.tested, given.picture) == (clock.now(), "none")
    with pytest.raises(Conflict):
        incidents.give(found.id, WORDS)
    assert incidents.one(found.id) == given


def test_words_whose_incident_cannot_be_kept_are_destroyed_again(incidents):
    found = incidents.add(Source.REPORT, words=WORDS)
    with pytest.raises(Conflict):
        incidents.give(found.id, "other words")
    incidents.erase(found.id)
    assert not incidents.blobs._kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"route": "nowhere"},
        {"decision": "two words"},
        {"words": " "},
        {"words": "x" * (MAX_WORDS + 1)},
        {"words": WORDS, "picture": "cat"},
    ],
)
def test_what_makes_no_sense_is_sent_back(incidents, wrong):
    with pytest.raises(BadInput):
        incidents.add(Source.REPORT, **wrong)
    assert not incidents.all()


def test_nothing_is_seen_in_the_future(incidents, clock):
    with pytest.raises(BadInput):
        incidents.add(Source.REPORT, seen=clock.now() + timedelta(seconds=1))
    found = incidents.add(Source.REPORT, seen=clock.now(), words="x" * MAX_WORDS)
    assert not found.settled


def test_what_still_passes_is_not_stopped(incidents, rules, clock):
    found = incidents.add(Source.APPEAL, words=WORDS)
    for still in (PASSES, (Outcome.HELD, ())):
        rules.append(still)
        with pytest.raises(Conflict):
            incidents.mitigate(found.id)
    assert incidents.one(found.id).mitigated is None
    rules.append(REFUSED)
    clock.move(seconds=90)
    stopped = incidents.mitigate(found.id)
    assert stopped.time_to_fix == timedelta(seconds=90)
    clock.move(seconds=90)
    assert incidents.mitigate(found.id) == stopped


def test_a_stopped_route_stops_it_as_well(incidents, store):
    found = incidents.add(Source.REPORT, route="images.edits", words=WORDS)
    Passage(store, {}, timedelta(hours=1)).switch("images.edits", on=False)
    assert incidents.mitigate(found.id).mitigated


def test_without_a_case_the_operator_is_believed(incidents):
    assert incidents.mitigate(incidents.add(Source.REPORT).id).mitigated


def test_a_replay_tries_every_case_at_this_moment(incidents, rules):
    first = incidents.add(Source.REPORT, words=WORDS)
    second = incidents.add(Source.REPORT)
    assert {one.incident.id: one.outcome for one in incidents.replay()} == {
        first.id: Outcome.PASSED,
        second.id: Outcome.NO_WORDS,
    }
    rules.append(REFUSED)
    again = next(one for one in incidents.replay() if one.incident == first)
    assert (again.outcome, again.rules) == REFUSED


def test_words_that_cannot_be_read_are_no_success(incidents):
    found = incidents.add(Source.REPORT, words=WORDS)
    incidents.blobs.shred(found.words)
    with pytest.raises(NotFound):
        incidents.replay()


def test_erased_words_are_gone_and_the_times_stay(incidents):
    found = incidents.add(Source.REPORT, words=WORDS)
    erased = incidents.erase(found.id)
    assert (erased.words, erased.tested) == ("", found.tested)
    with pytest.raises(NotFound):
        incidents.blobs.get(found.words, PURPOSE)
    assert incidents.erase(found.id) == erased


@pytest.mark.parametrize("what", ["one", "erase", "mitigate"])
def test_what_is_not_there_is_said(incidents, what):
    with pytest.raises(NotFound):
        getattr(incidents, what)("inc_9")
    with pytest.raises(NotFound):
        incidents.give("inc_9", WORDS)
