"""What no example proves is named: a rule, a clock, either side of a date."""

from datetime import date

from consentry.core.lawbook import compile_book
from consentry.core.lawproof import broken, gaps
from support.lawfiles import MEASURES, clock, files, judged, place, provision, rule, timed

BEFORE, FIRST = date(2026, 6, 28), date(2026, 6, 29)
IN_SHADOW = judged(day=BEFORE, shadow=["ex.upload.known"])
APPLIES = judged(day=FIRST, applies=["ex.upload.known"])
QUIET = judged(day=FIRST, findings={}, expect="allow")
NO_CLOCK = timed(day=BEFORE)
RUNS = timed(day=FIRST, clock=["ex.report"], hours=48)


def found(*scenarios: dict[str, object], **parts: object) -> tuple[str, ...]:
    written = files(ex=place(scenario=list(scenarios), **parts))
    del written["floor"]["rule"]
    return gaps(compile_book(written, MEASURES))


def test_a_rule_proved_on_both_sides_leaves_nothing_open():
    assert found(IN_SHADOW, APPLIES, QUIET) == ()


def test_a_rule_about_everything_needs_no_example_in_which_it_does_not_apply():
    everything = [rule("ex.upload.known", "ex.act.s1", when="always")]
    shadow = judged(day=BEFORE, findings={}, expect="allow", shadow=["ex.upload.known"])
    assert found(shadow, APPLIES, rule=everything) == ()
    assert "ex.upload.known: no scenario in which it applies" in found(shadow, rule=everything)


def test_a_rule_needs_an_example_in_which_it_applies():
    assert "ex.upload.known: no scenario in which it applies" in found(IN_SHADOW, QUIET)


def test_a_rule_needs_an_example_in_which_it_is_in_force_and_does_not_apply():
    missing = "ex.upload.known: no scenario in which it is in force and does not apply"
    assert found(IN_SHADOW, APPLIES) == (missing,)
    clear_before = judged(day=BEFORE, findings={}, expect="allow")
    assert found(IN_SHADOW, APPLIES, clear_before) == (missing,)


def test_a_rule_needs_the_last_day_before_in_shadow():
    assert found(APPLIES, QUIET) == ("ex.upload.known: no scenario on 2026-06-28",)
    long_before = judged(day=date(2026, 6, 1), shadow=["ex.upload.known"])
    assert found(long_before, APPLIES, QUIET) == ("ex.upload.known: no scenario on 2026-06-28",)


def test_a_rule_needs_the_first_day():
    late = judged(day=date(2026, 6, 30), applies=["ex.upload.known"])
    assert found(IN_SHADOW, late, QUIET) == ("ex.upload.known: no scenario on 2026-06-29",)


def test_a_rule_that_ends_needs_its_last_day_and_the_day_after():
    ending = [provision("ex.act.s1", until=date(2027, 1, 1))]
    assert found(IN_SHADOW, APPLIES, QUIET, provision=ending) == (
        "ex.upload.known: no scenario on 2026-12-31",
        "ex.upload.known: no scenario on 2027-01-01",
    )
    last = judged(day=date(2026, 12, 31), applies=["ex.upload.known"])
    over = judged(day=date(2027, 1, 1))
    assert found(IN_SHADOW, APPLIES, QUIET, last, over, provision=ending) == ()


def test_a_rule_without_a_date_needs_an_example_in_shadow():
    undated = [provision("ex.act.s1", since=None, date_unknown="nobody knows.")]
    assert found(provision=undated) == ("ex.upload.known: no scenario shows it in shadow",)
    assert found(IN_SHADOW, provision=undated) == ()


def test_a_clock_needs_both_sides_of_its_date():
    parts = {"clock": [clock("ex.report", "ex.act.s1")], "rule": []}
    assert found(NO_CLOCK, RUNS, **parts) == ()
    assert found(RUNS, **parts) == ("ex.report: no scenario on 2026-06-28",)
    assert found(NO_CLOCK, **parts) == ("ex.report: no scenario on 2026-06-29",)
    assert "ex.report: no scenario for its trigger" in found(**parts)


def test_an_example_of_another_place_proves_nothing():
    written = files(ex=place(), zz=place("zz", scenario=[judged(applies=["zz.upload.known"])]))
    assert "ex.upload.known: no scenario in which it applies" in gaps(compile_book(written, MEASURES))


def test_broken_examples_come_with_what_happened_instead():
    written = files(ex=place(scenario=[APPLIES, judged(expect="hold")]))
    ((scenario, failures),) = broken(compile_book(written, MEASURES))
    assert scenario.expect.name == "HOLD"
    assert failures[0] == "outcome: promised hold, found refuse"


def test_every_stage_is_proved_by_itself():
    other = rule("ex.ask.x", "ex.act.s1", stage="ask", when="prompt.harm >= 0.5")
    missing = found(IN_SHADOW, APPLIES, QUIET, rule=[rule("ex.upload.known", "ex.act.s1"), other])
    assert missing
    assert all(gap.startswith("ex.ask.x: ") for gap in missing)


def test_an_example_at_another_stage_of_the_same_place_proves_nothing():
    elsewhere = judged(stage="ask", expect="allow", findings={"known.case": 0}, day=FIRST)
    assert found(IN_SHADOW, APPLIES, elsewhere) == (
        "ex.upload.known: no scenario in which it is in force and does not apply",
    )


def test_an_example_for_another_trigger_or_place_proves_no_clock():
    parts = {"clock": [clock("ex.report", "ex.act.s1")], "rule": []}
    other = timed(day=BEFORE, trigger="order")
    assert found(RUNS, other, **parts) == ("ex.report: no scenario on 2026-06-28",)
    written = files(ex=place(scenario=[RUNS], **parts), zz=place("zz", scenario=[NO_CLOCK]))
    assert "ex.report: no scenario on 2026-06-28" in gaps(compile_book(written, MEASURES))


def test_a_clock_that_ends_needs_its_last_day_and_the_day_after():
    ending = [provision("ex.act.s1", until=date(2027, 1, 1))]
    parts = {"clock": [clock("ex.report", "ex.act.s1")], "rule": [], "provision": ending}
    assert found(NO_CLOCK, RUNS, **parts) == (
        "ex.report: no scenario on 2026-12-31",
        "ex.report: no scenario on 2027-01-01",
    )
    last, over = timed(day=date(2026, 12, 31), clock=["ex.report"], hours=48), timed(day=date(2027, 1, 1))
    assert found(NO_CLOCK, RUNS, last, over, **parts) == ()
