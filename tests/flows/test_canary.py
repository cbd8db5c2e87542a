"""A route that answers without the gate is an alarm, whatever it says; so is one that nobody can reach."""

import contextlib
import json
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Limits
from consentry.core.entry import Kind
from consentry.core.probe import Heard
from consentry.core.route import OWN, Tried
from consentry.flows.canary import DUE, FLY, Canary
from consentry.flows.passage import Passage
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, StillClock

OUTSIDE = "https://app.example/probe"


@dataclass
class World:
    """A store, a canary over it, and what answers at each address."""

    clock: StillClock = field(default_factory=StillClock)
    asked: list = field(default_factory=list)
    outcome: str = ""
    images: bool = False
    old: bool = False

    def __post_init__(self):
        self.store = MemoryStore(self.clock, CountingIds())
        self.passage = Passage(self.store, {one: Limits() for one in Ability}, timedelta(hours=1))
        self.passage.register()

    def canary(self, **changes):
        given = {"base": "http://us", "figure": lambda: b"png", "makes": False, "every": timedelta(hours=1)}
        return Canary(self.store, self.key, self.knock, **(given | changes))

    @contextlib.contextmanager
    def key(self):
        yield "a key"

    def knock(self, url, body, key):
        self.asked.append((url, body.decode(), key))
        if url.startswith("http://us"):
            return self.decided("refuse" if "Anna" in self.asked[-1][1] else "allow")
        return (
            self.decided(self.outcome, images=self.images)
            if self.outcome
            else Heard(200, "", "", images=True)
        )

    def decided(self, outcome, *, images=False):
        with self.store.begin() as tx:
            place = tx.append(Kind.DECISION, {"decision": f"dec_{tx.now()}", "outcome": outcome})
        if self.old:
            self.clock.move(minutes=5)
        return Heard(400, json.loads(self.store.line(place).record)["decision"], str(place), images=images)


@pytest.fixture
def world():
    return World()


def test_our_own_routes_are_tried_with_a_key_and_found_guarded(world):
    assert world.canary(makes=True).fly() == dict.fromkeys(OWN, Tried.GUARDED)
    assert len(world.asked) == 2 * len(OWN)
    assert {key for _, _, key in world.asked} == {"Bearer a key"}
    assert world.passage.alarms() == {}
    edits = next(route for route in world.passage.routes() if route.name == "images.edits")
    assert edits.decision.startswith("dec_")


def test_a_route_that_answers_without_the_gate_is_an_alarm(world, caplog):
    world.passage.add("app", "the edit button", "mobile team", OUTSIDE)
    with caplog.at_level(logging.ERROR):
        assert world.canary().fly()["app"] is Tried.UNGUARDED
    assert "alarm: route app is unguarded" in caplog.text
    assert world.passage.alarms() == {"app": "unguarded"}
    records = [json.loads(world.store.line(at).record) for at in range(world.store.size())]
    assert {"event": "canary", "route": "app", "tried": "unguarded"} in records


def test_ways_outside_are_never_shown_our_key(world):
    world.passage.add("app", "the edit button", "mobile team", OUTSIDE)
    world.canary().fly()
    assert (OUTSIDE, "") in {(url, key) for url, _, key in world.asked}


@pytest.mark.parametrize(
    ("outcome", "images", "tried"),
    [("refuse", False, "guarded"), ("allow", False, "unguarded"), ("refuse", True, "unguarded")],
)
def test_a_way_outside_must_show_the_gates_refusal(world, outcome, images, tried):
    world.passage.add("app", "the edit button", "mobile team", OUTSIDE)
    world.outcome, world.images = outcome, images
    assert world.canary().fly()["app"] == tried


def test_an_old_decision_shown_again_is_none(world):
    world.passage.add("app", "the edit button", "mobile team", OUTSIDE)
    old = world.decided("refuse")
    world.clock.move(minutes=5)
    canary = replace(world.canary(), knock=lambda *_: old)
    assert canary.fly()["app"] is Tried.UNGUARDED


@pytest.mark.parametrize("place", ["", "x", "-1", "999999", "0", "²"])
def test_a_decision_that_does_not_stand_in_the_log_is_none(world, place):
    canary = replace(world.canary(), knock=lambda *_: Heard(400, "dec_1", place, images=False))
    assert set(canary.fly().values()) == {Tried.UNGUARDED}


def test_what_is_stopped_or_cannot_be_tried_is_left_alone(world):
    world.passage.add("bot", "a bot without an address", "community team", "")
    world.passage.switch("images.edits", on=False)
    assert set(world.canary().fly()) == set(OWN) - {"images.edits"}


def test_one_flight_is_ordered_for_all_replicas_and_carried_out(world):
    for _ in range(3):
        world.canary().schedule()
    (job,) = world.store.claim(5, 60.0)
    assert job.kind == FLY
    world.canary().run(job)
    assert world.asked
    assert flights(world) == 1  # for the routes, which are new
    world.clock.move(hours=1)
    world.canary().schedule()
    assert len(world.store.claim(5, 60.0)) == 1


def test_without_a_schedule_none_is_ordered(world):
    world.canary(every=timedelta(0)).schedule()
    assert world.store.claim(5, 60.0) == []


def test_a_way_outside_gets_the_authorization_that_is_its_own(world):
    world.passage.add("app", "the edit button", "mobile team", OUTSIDE)
    world.canary(outside=lambda name: f"Token of {name}").fly()
    assert (OUTSIDE, "Token of app") in {(url, key) for url, _, key in world.asked}
    assert {key for url, _, key in world.asked if url != OUTSIDE} == {"Bearer a key"}


def flights(world):
    """How many flights are due once those after a change are."""
    world.clock.move(seconds=DUE.total_seconds())
    return done(world)


def done(world):
    """How many flights are due now; they are over at once."""
    jobs = world.store.claim(9, 60.0)
    for job in jobs:
        with world.store.begin() as tx:
            tx.finish(job)
    return len(jobs)


def test_a_server_that_is_not_what_the_last_one_was_is_tried_once(world):
    for setup, ordered in (("a", 1), ("a", 0), ("b", 1), ("a", 1), ("a", 0)):
        world.canary(setup=setup).after_start()
        assert done(world) == 0
        assert flights(world) == ordered


def test_canaries_that_fly_only_when_told_to_do_not_fly_after_a_start(world):
    world.canary(setup="a", every=timedelta(0)).after_start()
    assert flights(world) == 0


def test_a_change_of_the_routes_is_tried_at_once(world):
    world.canary().schedule()
    flights(world)
    for change in (
        lambda: world.passage.add("app", "the edit button", "mobile team", OUTSIDE),
        lambda: world.passage.switch("images.edits", on=False),
        lambda: world.passage.switch("images.edits", on=True),
    ):
        world.canary().schedule()
        assert flights(world) == 0
        change()
        world.canary().schedule()
        assert flights(world) == 1
