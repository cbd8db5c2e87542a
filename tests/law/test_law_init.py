"""The law that is shipped: every example holds, every date is crossed, and nothing loosens the floor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.deadline import binding, deadlines
from consentry.core.decide import decide
from consentry.core.decision import Decision
from consentry.core.errors import SetupTrouble
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.core.law import ACCUSING, Confidence, Duty, Trigger
from consentry.core.lawbook import MEASURES, Lawbook, compile_book, declared
from consentry.core.lawproof import gaps
from consentry.core.policy import Outcome
from consentry.core.scenario import Scenario
from consentry.law import MAX_BYTES, read_files

FILES = read_files()
STAGES = declared(FILES)
BOOK = compile_book(FILES, STAGES)
TODAY = date(2026, 11, 22)
EVERYWHERE: frozenset[str] = frozenset()
OUTSIDE_US = frozenset({"gb", "eu", "in", "au", "my"})
WHEN = {rule.id: rule.when for rule in BOOK.rules}
RULE_IDS = set(WHEN)


def at(stage: Stage) -> list[str]:
    return sorted(name for name, stages in STAGES.items() if stage in stages)


def judge(
    stage: Stage,
    seen: dict[str, float | None],
    places: frozenset[str] = EVERYWHERE,
    book: Lawbook = BOOK,
    day: date = TODAY,
) -> Decision:
    """What is decided if `seen` was seen (None: could not look) and everything else was clear."""
    scores = dict.fromkeys(at(stage), 0.0) | seen
    findings: dict[str, Finding] = {
        name: Unavailable(name, "timeout") if score is None else Seen(name, score)
        for name, score in scores.items()
    }
    return decide(book.policy(stage, places), findings, day)


def named(scenario: Scenario) -> str:
    return f"{scenario.place} {scenario.day} {scenario.says}"


@pytest.mark.parametrize("scenario", BOOK.scenarios, ids=named)
def test_an_example_holds(scenario: Scenario):
    assert BOOK.failures(scenario) == ()


def test_every_rule_clock_and_date_is_proved_by_an_example():
    assert gaps(BOOK) == ()


@pytest.mark.parametrize("code", sorted(set(FILES) - {MEASURES}))
def test_a_file_without_its_examples_is_seen(code: str):
    bare = compile_book({**FILES, code: {**FILES[code], "scenario": []}}, STAGES)
    held = [name for name in RULE_IDS | {clock.id for clock in BOOK.clocks} if name.startswith(f"{code}.")]
    assert {gap.split(":")[0] for gap in gaps(bare)} <= set(held)
    assert len(gaps(bare)) >= len(held) > 0


CITED = {rule.provision for rule in BOOK.rules} | {clock.provision for clock in BOOK.clocks}
DATED = sorted(each.id for each in CITED if each.since is not None and each.since > date.min)


@pytest.mark.parametrize("provision", DATED)
@pytest.mark.parametrize("days", [-1, 1])
def test_a_date_that_is_one_day_off_is_seen(provision: str, days: int):
    code = provision.split(".", maxsplit=1)[0]
    rows = [dict(row) for row in FILES[code]["provision"]]
    (row,) = [row for row in rows if row["id"] == provision]
    row["since"] += timedelta(days=days)
    book = compile_book({**FILES, code: {**FILES[code], "provision": rows}}, STAGES)
    assert any(book.failures(scenario) for scenario in book.scenarios)


def test_every_provision_has_an_address_and_a_date_or_says_why_not():
    provisions = [provision for place in BOOK.jurisdictions for provision in place.provisions]
    assert len(provisions) > 60
    assert all(provision.url.startswith("https://") and provision.cite for provision in provisions)
    assert all(provision.since or " No date: " in provision.text for provision in provisions)


def test_every_rule_speaks_to_the_person_it_concerns():
    assert all(rule.says[0].isupper() and rule.says.endswith(".") for rule in BOOK.rules)
    assert all(len(rule.says.split()) >= 5 for rule in BOOK.rules)


def test_every_measure_of_a_rule_is_declared_and_every_declared_measure_is_used():
    read = {name for name in STAGES if any(name in str(rule.when) for rule in BOOK.rules)}
    assert read == set(STAGES)


# ---------------------------------------------------------------- the floor


@pytest.mark.parametrize("places", [{"gb"}, {"my"}, {"gb", "us"}, {"atlantis"}, set()])
@pytest.mark.parametrize("stage", Stage)
def test_the_floor_is_the_same_everywhere(stage: Stage, places: set[str]):
    floor = {rule.id for rule in BOOK.rules if rule.id.startswith("floor.") and rule.stage is stage}
    assert floor
    assert floor <= {rule.id for rule in BOOK.policy(stage, frozenset(places)).rules}


@given(st.frozensets(st.sampled_from([*sorted(BOOK.places), "fr", "uk", "atlantis"]), min_size=1), st.data())
def test_knowing_a_place_can_only_tighten(configured: frozenset[str], data: st.DataObject):
    more = data.draw(st.sampled_from([*sorted(BOOK.places), "fr", "uk", "atlantis", ""]))
    stage = data.draw(st.sampled_from(Stage))
    before, after = (BOOK.policy(stage, places) for places in (configured, configured | {more}))
    assert set(before.rules) <= set(after.rules)


@given(st.data())
def test_ignorance_is_never_an_advantage(data: st.DataObject):
    stage = data.draw(st.sampled_from(Stage))
    scores = data.draw(st.fixed_dictionaries({name: st.floats(0, 1) for name in at(stage)}))
    blinded = data.draw(st.frozensets(st.sampled_from(at(stage))))
    sighted = judge(stage, scores)
    blind = judge(stage, {name: None if name in blinded else score for name, score in scores.items()})
    assert blind.outcome >= sighted.outcome


@pytest.mark.parametrize("stage", Stage)
def test_an_outage_accuses_nobody(stage: Stage):
    decision = judge(stage, dict.fromkeys(at(stage)))
    assert decision.outcome > Outcome.LABEL
    assert decision.blind
    assert not decision.owed & ACCUSING


def test_what_was_seen_weighs_even_during_an_outage():
    decision = judge(Stage.ASK, {"prompt.minor": 0.9, "prompt.harm": None, "person": 1.0})
    assert Duty.STRIKE in decision.owed


ANSWERED = [
    name
    for name in at(Stage.ANSWER)
    if not name.startswith(("prompt.", "consent.", "profile.", "known.bank", "known.case", "known.optout"))
]


@pytest.mark.parametrize("measure", ANSWERED)
def test_no_answer_leaves_while_a_judge_is_down(measure: str):
    decision = judge(Stage.ANSWER, {measure: None}, frozenset({"gb"}))
    assert not decision.passes
    assert "floor.answer.looked" in {reason.rule for reason in decision.reasons}


@pytest.mark.parametrize("measure", ["consent.make", "prompt.suspicion"])
def test_an_ordinary_request_is_not_held_for_a_measure_that_does_not_matter(measure: str):
    assert judge(Stage.ASK, {measure: None}).outcome is Outcome.ALLOW
    assert judge(Stage.ASK, {measure: None, "person": 1.0}).outcome is Outcome.ALLOW


SEEN_CHILD = [{"exposure.minor": 0.3, name: 0.5} for name in ("exposure.explicit", "exposure.intimate")]


@pytest.mark.parametrize("seen", [*SEEN_CHILD, {"exposure.minor": 0.3, "exposure.minimal": 0.5}])
@pytest.mark.parametrize("consent", [0.0, 1.0])
def test_no_consent_allows_anything_sexual_with_a_sign_of_a_child(seen: dict[str, float], consent: float):
    decision = judge(Stage.ANSWER, {**seen, "consent.make": consent, "person": 1.0}, OUTSIDE_US)
    assert decision.outcome is Outcome.REFUSE


def test_the_request_alone_is_never_reported_as_child_abuse_material():
    decision = judge(Stage.ASK, {"prompt.minor": 1.0, "person": 1.0})
    assert decision.outcome is Outcome.REFUSE
    assert Duty.REPORT_CSEA not in decision.duties


def test_an_intimate_image_of_a_person_needs_their_consent():
    seen = {"exposure.intimate": 0.9, "change.exposure": 0.9, "person": 1.0}
    assert judge(Stage.ANSWER, seen).outcome is Outcome.REFUSE
    assert judge(Stage.ANSWER, {**seen, "consent.make": 1.0}, OUTSIDE_US).passes
    assert judge(Stage.ANSWER, {**seen, "consent.make": 1.0}).outcome is Outcome.REFUSE, "Minnesota"


A = {"person": 1.0}
ADDED = {"person": 1.0, "change.exposure": 0.9}
DOUBT = {"person": 1.0, "prompt.suspicion": 0.6}
CHILD = {"exposure.minor": 0.9}
BARE = {"exposure.explicit": 0.9}
THRESHOLDS = [
    ("floor.ask.minor", {}, "prompt.minor", 0.5),
    ("floor.ask.harm", A, "prompt.harm", 0.85),
    ("floor.ask.harm", {"prompt.harm": 0.9}, "person", 0.5),
    ("floor.ask.unwilling", {}, "prompt.unwilling", 0.85),
    ("floor.ask.compare", {}, "prompt.suspicion", 0.5),
    ("floor.answer.request", {}, "prompt.minor", 0.5),
    ("floor.answer.request", {}, "prompt.unwilling", 0.85),
    ("floor.answer.request", {}, "known.case", 0.5),
    ("floor.answer.request", A, "prompt.harm", 0.85),
    ("floor.answer.intimate", A, "exposure.explicit", 0.5),
    ("floor.answer.intimate", A, "exposure.intimate", 0.5),
    ("floor.answer.intimate", BARE, "person", 0.5),
    ("floor.answer.more", A, "change.exposure", 0.5),
    ("floor.answer.some-more", A, "change.exposure", 0.3),
    ("floor.answer.suspect", {"person": 1.0, "exposure.minimal": 0.9}, "prompt.suspicion", 0.5),
    ("floor.answer.suspect", DOUBT, "exposure.explicit", 0.3),
    ("floor.answer.suspect", DOUBT, "exposure.intimate", 0.3),
    ("floor.answer.suspect", DOUBT, "exposure.minimal", 0.5),
    ("floor.answer.suspect", DOUBT, "exposure.degrading", 0.3),
    ("floor.answer.suspect", DOUBT, "change.exposure", 0.15),
    ("floor.answer.suspect", DOUBT, "change.degrading", 0.3),
    ("floor.answer.degrading", A, "exposure.degrading", 0.5),
    ("floor.answer.degrading", A, "change.degrading", 0.5),
    ("floor.answer.child", BARE, "exposure.minor", 0.3),
    ("floor.answer.child", CHILD, "exposure.explicit", 0.3),
    ("floor.answer.child", CHILD, "exposure.intimate", 0.3),
    ("floor.answer.child", {**CHILD, "prompt.suspicion": 0.9}, "exposure.minimal", 0.3),
    ("floor.answer.child", {**CHILD, "exposure.minimal": 0.9}, "prompt.minor", 0.5),
    ("floor.answer.child", {**CHILD, "exposure.minimal": 0.9}, "prompt.suspicion", 0.5),
    ("floor.answer.child", {**CHILD, "exposure.minimal": 0.9}, "change.exposure", 0.3),
    ("floor.answer.child-attire", CHILD, "exposure.minimal", 0.3),
    ("floor.answer.child-attire", {"exposure.minimal": 0.9}, "exposure.minor", 0.3),
    ("floor.upload.child", BARE, "exposure.minor", 0.5),
    ("floor.upload.child", CHILD, "exposure.explicit", 0.5),
    ("floor.upload.child", CHILD, "exposure.intimate", 0.5),
    ("floor.report.hide", {"report.valid": 1.0}, "located", 0.01),
    ("terms.ask.explicit", {}, "prompt.harm", 0.95),
    ("terms.ask.harassment", {}, "prompt.unwilling", 0.5),
    ("terms.answer.explicit", {}, "exposure.explicit", 0.5),
    ("terms.answer.degrading", {}, "exposure.degrading", 0.85),
    ("terms.upload.intimate", {}, "exposure.explicit", 0.85),
    ("terms.upload.intimate", {}, "exposure.intimate", 0.85),
    ("terms.upload.degrading", {}, "exposure.degrading", 0.85),
    ("gb.ask.requested", A, "prompt.harm", 0.85),
    *((made, {**A, **BARE}, "change.exposure", 0.3) for made in ("gb.answer.made", "us.answer.minnesota")),
    *((made, ADDED, "exposure.intimate", 0.5) for made in ("gb.answer.made", "us.answer.minnesota")),
    *((made, ADDED, "exposure.explicit", 0.5) for made in ("gb.answer.made", "us.answer.minnesota")),
    *((f"{code}.answer.child", BARE, "exposure.minor", 0.3) for code in ("gb", "us", "in")),
    *((f"{code}.answer.child", CHILD, "exposure.explicit", 0.3) for code in ("gb", "us", "in")),
    *((f"{code}.answer.child", CHILD, "exposure.intimate", 0.3) for code in ("gb", "us", "in")),
    *((f"{code}.upload.child", BARE, "exposure.minor", 0.5) for code in ("gb", "us")),
    ("in.answer.prevent", A, "exposure.explicit", 0.5),
    ("in.answer.prevent", A, "exposure.intimate", 0.5),
]


@pytest.mark.parametrize(("rule", "seen", "measure", "threshold"), THRESHOLDS)
def test_a_rule_begins_where_it_says(rule: str, seen: dict[str, float], measure: str, threshold: float):
    stage = Stage(rule.split(".")[1])
    at_it, below = (judge(stage, {**seen, measure: score}) for score in (threshold, threshold - 0.001))
    assert rule in {reason.rule for reason in at_it.reasons}
    assert rule not in {reason.rule for reason in below.reasons}


def _asks(rule: str) -> bool:
    return "consent.make" in str(WHEN[rule])


CONSENTABLE = {rule: {**seen, measure: 1.0} for rule, seen, measure, _ in THRESHOLDS if _asks(rule)}
"""What makes each rule apply that asks for a consent; of several, the last that is listed."""


@pytest.mark.parametrize(("rule", "seen"), CONSENTABLE.items())
def test_only_a_recorded_consent_lifts_a_rule_that_asks_for_one(rule: str, seen: dict[str, float]):
    stage = Stage(rule.split(".")[1])
    outcomes = {
        consent: rule in {reason.rule for reason in judge(stage, {**seen, "consent.make": consent}).reasons}
        for consent in (0.0, 0.499, 0.5, 1.0, None)
    }
    assert outcomes == {0.0: True, 0.499: True, 0.5: False, 1.0: False, None: True}


# ---------------------------------------------------------------- uploads without a judge


def test_uploads_without_a_judge_of_exposure_are_not_all_held():
    wired = {
        name: stages - {Stage.UPLOAD} if name.startswith("exposure.") else stages
        for name, stages in STAGES.items()
    }
    book = compile_book(FILES, wired)
    posted = {"exposure.explicit": None, "exposure.intimate": None, "exposure.minor": None, "person": 1.0}
    assert judge(Stage.UPLOAD, posted, book=book).outcome is Outcome.ALLOW
    assert judge(Stage.UPLOAD, {"known.case": 1.0}, book=book).outcome is Outcome.REFUSE
    assert not judge(Stage.UPLOAD, posted).passes, "with a judge that is down they are held"


def test_a_gate_without_a_judge_of_exposure_does_not_start():
    wired = {name: stages for name, stages in STAGES.items() if not name.startswith("exposure.")}
    with pytest.raises(SetupTrouble, match=r"needs a judge that measures exposure"):
        compile_book(FILES, wired)


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize(
    ("places", "trigger", "hours"),
    [
        ({"gb"}, Trigger.PERSON_REPORT, 48),
        ({"us"}, Trigger.PERSON_REPORT, 48),
        ({"in"}, Trigger.PERSON_REPORT, 2),
        ({"gb", "my"}, Trigger.PERSON_REPORT, 24),
        ({"fr"}, Trigger.PERSON_REPORT, None),
        ({"fr", "atlantis"}, Trigger.PERSON_REPORT, 2),
        (set(), Trigger.PERSON_REPORT, 2),
        ({"in"}, Trigger.ORDER, 3),
        ({"au"}, Trigger.ORDER, 24),
        (set(), Trigger.USER_REPORT, 36),
        ({"gb"}, Trigger.CHILD_MATERIAL, 0),
    ],
)
def test_the_shortest_clock_of_the_places_binds(places: set[str], trigger: Trigger, hours: int | None):
    received = datetime(2026, 11, 22, 12, tzinfo=UTC)
    never = received + timedelta(days=999)
    found = deadlines(BOOK.clocks, trigger, BOOK.reach(places), received)
    assert binding(found, never) == (never if hours is None else received + timedelta(hours=hours))


def test_a_weak_source_sets_no_clock_that_binds():
    weak = {clock.id for clock in BOOK.clocks if clock.provision.confidence is Confidence.LOW}
    assert weak == {"my.report.4h"}


# ---------------------------------------------------------------- files of an operator

MORE = """
name = "House rules"
always = true
[[provision]]
id = "house.quiet"
cite = "House rules: quiet"
url = "https://house.example/rules"
since = 2026-01-01
ground = "terms"
text = "Nobody posts here."
[[rule]]
id = "house.upload.none"
stage = "upload"
provision = "house.quiet"
when = "person >= 0.5"
outcome = "hold"
harm = "adult_content"
says = "Nothing is posted without a look at it first."
"""


def test_an_operator_can_add_rules_that_count_everywhere(tmp_path: Path):
    (tmp_path / "house.toml").write_text(MORE)
    (tmp_path / "notes.txt").write_text("not law")
    files = read_files(tmp_path)
    assert set(files) == {*FILES, "house"}
    book = compile_book(files, STAGES)
    assert judge(Stage.UPLOAD, {"person": 1.0}, frozenset({"gb"}), book).outcome is Outcome.HOLD
    assert {rule.id for rule in book.rules} == RULE_IDS | {"house.upload.none"}


@pytest.mark.parametrize("name", ["floor", "terms", "gb", "measures"])
def test_an_operator_cannot_replace_a_file(tmp_path: Path, name: str):
    (tmp_path / f"{name}.toml").write_text('name = "Nothing at all"')
    with pytest.raises(SetupTrouble, match=rf"{name}\.toml is already there"):
        read_files(tmp_path)


@pytest.mark.parametrize("part", ["id = 'floor.ask.harm'", "id = 'gb.ask.requested'"])
def test_an_operator_cannot_speak_for_another_file(tmp_path: Path, part: str):
    (tmp_path / "house.toml").write_text(MORE.replace('id = "house.upload.none"', part))
    with pytest.raises(SetupTrouble, match=r"house\.toml.*must begin with 'house\.'"):
        compile_book(read_files(tmp_path), STAGES)


def test_files_that_cannot_be_read_stop_the_start(tmp_path: Path):
    with pytest.raises(SetupTrouble, match="cannot be read"):
        read_files(tmp_path / "nowhere")
    broken = tmp_path / "ex.toml"
    for data in (b"name = ", b"\xff\xfe", b"#" * (MAX_BYTES + 1)):
        broken.write_bytes(data)
        with pytest.raises(SetupTrouble, match=r"ex\.toml"):
            read_files(tmp_path)
    broken.unlink()
    broken.mkdir()
    with pytest.raises(SetupTrouble, match=r"ex\.toml cannot be read"):
        read_files(tmp_path)


def test_the_example_in_the_documentation_compiles_and_holds(tmp_path: Path):
    page = Path(__file__).parents[2] / "docs" / "add-a-law.md"
    example = page.read_text().split("```toml\n")[1].split("```")[0]
    (tmp_path / "ex.toml").write_text(example)
    book = compile_book(read_files(tmp_path), STAGES)
    assert [book.failures(each) for each in book.scenarios if each.place == "ex"] == [(), ()]
