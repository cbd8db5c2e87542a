"""What every store promises of routes, breakers and incidents: they come back whole, and counts add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Breaker, Tally
from consentry.core.errors import NotFound
from consentry.core.incident import Incident, Source
from consentry.core.route import Route, Tried
from support.stores import NOON

APP = Route(
    "app-ios", "the app's edit button", "mobile team", NOON, "https://app.example/probe", NOON,
    Tried.UNREACHED, NOON + timedelta(1), "dec_1",
)  # fmt: skip
EDITS = Route("images.edits", "POST /v1/images/edits", "gate", NOON)
INCIDENT = Incident("inc_1", Source.RED_TEAM, "images.edits", "dec_1", NOON)
EDIT, GENERATE = Ability.EDIT, Ability.GENERATE


class RouteContract:
    def test_routes_come_back_whole_by_name_and_are_replaced(self, store):
        with store.begin() as tx:
            tx.save_route(EDITS)
            tx.save_route(APP)
            assert list(tx.routes()) == [APP, EDITS]
        guarded = replace(EDITS, tried=Tried.GUARDED, checked=NOON, decision="dec_2")
        with store.begin() as tx:
            tx.save_route(guarded)
        with store.read() as view:
            assert view.route("images.edits") == guarded
            assert view.route("app-ios") == APP
            with pytest.raises(NotFound):
                view.route("nowhere")

    def test_what_is_asked_for_adds_up_by_capability_and_minute(self, store):
        with store.begin() as tx:
            began = tx.now().replace(second=0, microsecond=0)
            tx.count_asked(EDIT, Tally(1, 1, 0))
            tx.count_asked(EDIT, Tally(1, 0, 1))
            tx.count_asked(GENERATE, Tally(5, 0, 5))
        with store.read() as view:
            assert view.tally(EDIT, began) == Tally(2, 1, 1)
            assert view.tally(GENERATE, began - timedelta(1)) == Tally(5, 0, 5)
            assert view.tally(EDIT, began + timedelta(minutes=5)) == Tally()

    def test_what_was_rolled_back_was_not_counted(self, store):
        with pytest.raises(ZeroDivisionError), store.begin() as tx:
            tx.count_asked(EDIT, Tally(1))
            raise ZeroDivisionError
        with store.read() as view:
            assert view.tally(EDIT, NOON - timedelta(1)) == Tally()

    def test_a_breaker_is_closed_until_it_was_saved_open(self, store):
        opened = Breaker(EDIT, "refusals", NOON, NOON + timedelta(minutes=30))
        with store.begin() as tx:
            assert tx.breaker(EDIT) == Breaker(EDIT)
            tx.save_breaker(opened)
        with store.read() as view:
            assert view.breaker(EDIT) == opened
            assert view.breaker(GENERATE) == Breaker(GENERATE)

    def test_incidents_come_back_whole_first_seen_first(self, store):
        later = replace(INCIDENT, id="inc_0", seen=NOON + timedelta(1), words="blb_1", picture="person")
        with store.begin() as tx:
            tx.save_incident(later)
            tx.save_incident(INCIDENT)
        done = replace(INCIDENT, mitigated=NOON + timedelta(1), tested=NOON + timedelta(2))
        with store.begin() as tx:
            tx.save_incident(done)
        with store.read() as view:
            assert list(view.incidents()) == [done, later]
            assert view.incident("inc_0") == later
            with pytest.raises(NotFound):
                view.incident("inc_9")
