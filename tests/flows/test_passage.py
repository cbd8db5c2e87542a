"""A stopped route is stopped everywhere at once; a capability that is misused is paused for everybody."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Limits, Tally
from consentry.core.content import Account
from consentry.core.egress import Guarded
from consentry.core.errors import Conflict, NotFound, RouteNotGated, SafetyUnavailable
from consentry.core.route import OWN, Tried
from consentry.flows.passage import Passage
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock, request

LIMITS = Limits(asked=5, share=0.5, least=2, window=timedelta(minutes=10), pause=timedelta(minutes=30))
CANARY = replace(request(), account=Account("canary", probe=True))


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def passage(store):
    found = Passage(store, dict.fromkeys(Ability, LIMITS), timedelta(hours=1))
    found.register()
    return found


def events(store):
    return [json.loads(store.line(at).record)["event"] for at in range(store.size())]


def why(passage, asked=None):
    try:
        passage.enter(asked or request())
    except SafetyUnavailable as trouble:
        return trouble.code
    return ""


def test_our_own_routes_are_registered_once(passage, store):
    size = store.size()
    passage.register()
    assert {route.name for route in passage.routes()} == set(OWN)
    assert (store.size(), size) == (len(OWN), len(OWN))


def test_a_route_that_is_not_registered_does_not_exist(passage):
    with pytest.raises(RouteNotGated):
        passage.enter(replace(request(), route="somewhere"))


def test_a_stopped_route_answers_at_once_on_every_replica_and_that_is_logged(passage, store):
    replica = Passage(store, passage.limits, passage.every)
    passage.switch("images.generations", on=False)
    assert why(replica) == "route_stopped"
    assert why(replica, replace(request(), route="images.edits")) == ""
    passage.switch("images.generations", on=False)
    replica.switch("images.generations", on=True)
    assert why(passage) == ""
    assert events(store)[-2:] == ["route_stopped", "route_started"]


def test_a_stopped_route_is_closed_to_canaries_too(passage):
    passage.switch("images.generations", on=False)
    assert why(passage, CANARY) == "route_stopped"


def test_a_route_that_is_not_there_cannot_be_stopped(passage):
    with pytest.raises(NotFound):
        passage.switch("nowhere", on=False)


def test_ways_outside_are_registered_with_somebody_who_answers_for_them(passage, store):
    added = passage.add("app-ios", "the edit button", "mobile team", "https://app.example/probe")
    assert added in passage.routes()
    assert events(store)[-1] == "route_added"
    with pytest.raises(Conflict):
        passage.add("app-ios", "another", "somebody", "")


def ask(passage, times, *, refused=False, asked=None):
    for _ in range(times):
        passage.left(asked or request(), refused=refused, made=True)


def test_what_is_counted_is_told_beside_what_guards_counted(passage, clock):
    ask(passage, 2)
    ask(passage, 1, refused=True, asked=request("a hat", b"ok"))
    guard = Guarded(clock.now(), {"permitted": 3})
    found = passage.egress(clock.now() - timedelta(hours=1), [guard])
    assert (found.gate, found.guards) == (Tally(3, 1, 3), [guard])
    clock.move(minutes=90)
    assert passage.egress(clock.now() - timedelta(hours=1), []).gate == Tally()


def test_too_many_requests_pause_that_capability_for_everybody(passage, store, caplog):
    ask(passage, 5)
    assert why(passage) == ""
    with caplog.at_level(logging.ERROR):
        ask(passage, 1)
    assert why(Passage(store, passage.limits, passage.every)) == "capability_paused"
    assert why(passage, request("a hat", b"ok")) == ""
    assert "alarm: generate is paused: too many requests" in caplog.text
    assert events(store)[-1] == "capability_paused"


def test_too_large_a_share_of_refusals_does_the_same(passage):
    edit = request("a hat", b"ok")
    ask(passage, 1, refused=True, asked=edit)
    assert why(passage, edit) == ""
    ask(passage, 1, refused=True, asked=edit)
    assert why(passage, edit) == "capability_paused"


def test_it_goes_on_by_itself_after_a_time_with_a_clean_slate(passage, clock):
    ask(passage, 6)
    clock.move(minutes=30)
    assert why(passage) == ""
    clock.move(minutes=1)
    ask(passage, 5)
    assert why(passage) == ""


def test_a_person_lets_it_go_on_and_that_is_logged_once(passage, store, clock):
    ask(passage, 6)
    passage.resume(Ability.GENERATE)
    size = store.size()
    passage.resume(Ability.GENERATE)
    assert (why(passage), store.size()) == ("", size)
    assert events(store)[-1] == "capability_resumed"
    clock.move(minutes=1)
    ask(passage, 5)
    assert why(passage) == ""


def test_what_was_long_ago_does_not_count(passage, clock):
    ask(passage, 5)
    clock.move(minutes=11)
    ask(passage, 5)
    assert why(passage) == ""


def test_while_it_is_paused_it_is_not_paused_anew(passage, store):
    ask(passage, 6)
    size = store.size()
    ask(passage, 6)
    assert store.size() == size


def test_canaries_are_counted_nowhere_and_pass_a_pause(passage):
    ask(passage, 50, asked=CANARY)
    assert why(passage) == ""
    ask(passage, 6)
    assert why(passage, CANARY) == ""


def test_a_route_in_alarm_is_told_until_it_is_guarded_again(passage, store):
    passage.check()
    with store.begin() as tx:
        tx.save_route(replace(tx.route("images.edits"), tried=Tried.UNGUARDED, checked=tx.now()))
    assert passage.alarms() == {"images.edits": "unguarded"}
    with pytest.raises(SafetyUnavailable) as caught:
        passage.check()
    assert caught.value.code == "route_unguarded"
