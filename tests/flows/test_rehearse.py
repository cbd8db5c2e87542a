"""Past decisions are decided again, and the figures are those of truly deciding."""

import json
from dataclasses import replace
from datetime import date

import pytest

from consentry.core.content import Stage
from consentry.core.decide import decide
from consentry.core.entry import Kind
from consentry.core.finding import Seen, Unavailable
from consentry.core.lawbook import Lawbook
from consentry.core.policy import AtLeast, Outcome
from consentry.flows.rehearse import Plan, Rehearse
from consentry.store.memory import MemoryStore
from core.made import policy, rule
from support.fakes import CountingIds, Eye, StillClock, judge, request

DAY = date(2026, 11, 22)
SCORES = (0.0, 0.2, 0.5, 0.7, 0.9, 1.0)


@pytest.fixture
def store():
    return MemoryStore(StillClock(), CountingIds())


def filled(store):
    """Some decisions of real judges, one of them by somebody who could not look."""
    for score in (*SCORES, ValueError("gone")):
        context = {"tier": "paid" if score == 0.9 else "free", "place": "", "route": "images"}
        judge(store, Eye("m", score))(request(), known={}, place="", context=context)
    return store


def book(threshold):
    made = rule("new", AtLeast("m", threshold), Outcome.REFUSE)
    return Lawbook((), (rule_at(made, Stage.ASK),))


def rule_at(made, stage):
    return replace(made, stage=stage)


def rehearsed(store, threshold=0.3, **plan):
    return Rehearse(store, {}, lambda _: Everywhere(book(threshold)))(Plan(DAY, **plan))


class Everywhere:
    """A law book whose rules count in every place."""

    def __init__(self, found):
        self.rules = found.rules

    def policy(self, stage, places):
        return policy(*self.rules) if stage is Stage.ASK else policy()


def truly(store, threshold):
    """What deciding again says, by the decisions' own findings."""
    found = []
    for line in store.lines(0, store.size()):
        record = json.loads(line.record)
        findings = {
            name: Unavailable(name, one["unavailable"]) if "unavailable" in one else Seen(name, one["score"])
            for name, one in record["findings"].items()
        }
        decision = decide(policy(*book(threshold).rules), findings, DAY)
        found.append((record["outcome"], decision.outcome.name.lower(), decision.blind))
    return found


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.3, 0.6, 0.95, 1.0])
def test_the_figures_are_those_of_truly_deciding_again(store, threshold):
    tally = rehearsed(filled(store), threshold).tally.record()
    expected = truly(store, threshold)
    assert sum(row["decisions"] for row in tally["outcomes"]) == len(expected) == 7
    for row in tally["outcomes"]:
        assert row["decisions"] == sum((row["was"], row["now"]) == one[:2] for one in expected)
    assert tally["changed_unseen"] == sum(was != now and blind for was, now, blind in expected)


def test_nothing_is_written(store):
    size = filled(store).size()
    rehearsed(store)
    assert store.size() == size


def test_it_says_how_far_it_is(store):
    read = []
    Rehearse(filled(store), {}, lambda _: Everywhere(book(0.3)))(Plan(DAY), read.append)
    assert read == [7]


def test_only_the_days_asked_for_are_replayed(store):
    filled(store)
    assert rehearsed(store, first=DAY, last=DAY).tally.decisions == 7
    assert rehearsed(store, first=date(2026, 11, 23)).tally.decisions == 0
    assert rehearsed(store, last=date(2026, 11, 21)).tally.decisions == 0


def test_probes_and_other_lines_are_no_decisions(store):
    judge(store, Eye("m", 0.9))(request(), known={}, place="", context={"probe": True})
    with store.begin() as tx:
        tx.append(Kind.SYSTEM, {"event": "canary"})
    assert rehearsed(store).tally.decisions == 0


def test_what_is_erased_is_left_out_and_said(store):
    filled(store).erase(2)
    found = rehearsed(store)
    assert (found.tally.decisions, found.erased, found.altered) == (6, 1, ())


def test_what_does_not_open_its_line_is_left_out_and_named(store):
    filled(store)
    line = store.line(1)
    store._tables.lines[1] = replace(line, record=line.record.replace(b"0.2", b"0.1"))
    found = rehearsed(store)
    assert (found.tally.decisions, found.altered) == (6, (1,))


def test_the_new_policy_rests_on_what_was_measured(store):
    filled(store)
    found = Rehearse(store, {"x": frozenset({Stage.REPORT})}, lambda _: book(0.3)).measured()
    assert found == {"x": {Stage.REPORT}, "m": {Stage.ASK, Stage.ANSWER}}


def test_a_place_adds_to_those_that_always_count(store):
    judge(store, Eye("m", 0.9))(request(), known={}, place="gb", context={"place": "gb"})
    asked = []

    class Asked(Everywhere):
        def policy(self, stage, places):
            asked.append(places)
            return super().policy(stage, places)

    Rehearse(store, {}, lambda _: Asked(book(0.3)))(Plan(DAY, configured=frozenset({"eu"})))
    Rehearse(store, {}, lambda _: Asked(book(0.3)))(Plan(DAY))
    assert asked == [{"eu", "gb"}, frozenset()]
