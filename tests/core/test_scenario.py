"""A scenario holds only if outcome, rules, shadow and clocks are all as promised."""

from dataclasses import replace
from datetime import date, timedelta

from consentry.core.content import Stage
from consentry.core.finding import Seen, Unavailable
from consentry.core.law import Confidence, LegalClock, Provision, Trigger
from consentry.core.policy import AtLeast, Harm, Outcome, Policy, Rule
from consentry.core.scenario import Judged, Timed

FIRST = date(2026, 6, 29)
ACT = Provision("ex.act", "Act s.1", "ex", "https://law.example", FIRST)
RULE = Rule(
    "ex.rule", Stage.UPLOAD, AtLeast("known.case", 0.5), Outcome.REFUSE, ACT, "No.", Harm.INTIMATE_SHARED
)
POLICY = Policy("v", Stage.UPLOAD, (RULE,))
SEEN = (Seen("known.case", 1.0),)
GOOD = Judged("ex", "It is refused.", FIRST, Stage.UPLOAD, SEEN, Outcome.REFUSE, frozenset({"ex.rule"}))
CLOCK = LegalClock("ex.clock", ACT, Trigger.PERSON_REPORT, 48)
RUNS = Timed("ex", "It runs.", FIRST, Trigger.PERSON_REPORT, frozenset({"ex.clock"}), 48)


def test_a_promise_that_is_kept_has_no_failures():
    assert GOOD.failures(POLICY) == ()


def test_what_is_not_named_was_looked_for_and_not_seen():
    clear = replace(GOOD, findings=(), expect=Outcome.ALLOW, applies=frozenset())
    assert clear.failures(POLICY) == ()


def test_what_is_unavailable_is_not_taken_for_clear():
    blind = replace(GOOD, findings=(Unavailable("known.case", "timeout"),))
    assert blind.failures(POLICY) == ()


def test_another_outcome_fails():
    assert replace(GOOD, expect=Outcome.HOLD).failures(POLICY) == ("outcome: promised hold, found refuse",)


def test_a_rule_that_applies_unannounced_fails():
    found = replace(GOOD, applies=frozenset()).failures(POLICY)
    assert found == ("applies: promised nothing, found ex.rule",)


def test_rules_of_other_files_are_no_concern():
    other = replace(RULE, id="floor.rule")
    assert GOOD.failures(Policy("v", Stage.UPLOAD, (RULE, other))) == ()


def test_the_day_before_it_is_shadow_and_not_a_day_later():
    early = replace(GOOD, day=FIRST - timedelta(days=1), expect=Outcome.ALLOW, applies=frozenset())
    assert early.failures(POLICY) == ("shadow: promised nothing, found ex.rule",)
    assert replace(early, shadow=frozenset({"ex.rule"})).failures(POLICY) == ()


def test_clocks_and_their_hours_are_counted():
    assert RUNS.failures([CLOCK]) == ()
    assert replace(RUNS, hours=24).failures([CLOCK]) == ("hours: promised 24, found 48",)
    assert replace(RUNS, clocks=frozenset()).failures([CLOCK]) == ("clock: promised nothing, found ex.clock",)


def test_no_clock_means_no_hours():
    early = replace(RUNS, day=FIRST - timedelta(days=1), clocks=frozenset(), hours=None)
    assert early.failures([CLOCK]) == ()
    assert replace(early, hours=48).failures([CLOCK]) == ("hours: promised 48, found None",)


def test_a_clock_of_a_weak_source_is_shown_and_has_no_hours():
    weak = replace(CLOCK, provision=replace(ACT, confidence=Confidence.LOW))
    assert replace(RUNS, hours=None).failures([weak]) == ()


def test_clocks_of_other_places_are_no_concern():
    elsewhere = replace(CLOCK, id="zz.clock", provision=replace(ACT, jurisdiction="zz"))
    assert RUNS.failures([CLOCK, elsewhere]) == ()


def test_several_names_are_listed_in_order():
    promised = replace(GOOD, applies=frozenset({"ex.b", "ex.a"}))
    assert promised.failures(POLICY) == ("applies: promised ex.a, ex.b, found ex.rule",)


def test_a_clock_that_gives_no_time_is_no_missing_clock():
    assert replace(RUNS, hours=0).failures([replace(CLOCK, hours=0)]) == ()


def test_the_shortest_of_several_clocks_counts():
    quick = replace(CLOCK, id="ex.quick", hours=2)
    both = frozenset({"ex.clock", "ex.quick"})
    assert replace(RUNS, clocks=both, hours=2).failures([CLOCK, quick]) == ()
