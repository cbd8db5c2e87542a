"""One book for every place: place only tightens, the floor always counts, and nothing half works."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.errors import SetupTrouble
from consentry.core.lawbook import Lawbook, compile_book, declared
from support.lawfiles import MEASURES, clock, files, judged, place, provision, rule, timed

FOUR = files(
    ex=place("ex", covers=["exa", "exb"]),
    ex_north=place("ex-north", extends="ex"),
    ex_far=place("ex-far", extends="ex-north"),
    zz=place("zz"),
)
BOOK = compile_book(FOUR, MEASURES)
CODES = ["", "ex", "exa", "EXB", "ex-north", "ex-far", "zz", "unknown"]


def ids(book: Lawbook, *places: str) -> set[str]:
    return {found.id for found in book.policy(Stage.UPLOAD, frozenset(places)).rules}


def test_the_floor_and_the_terms_count_everywhere():
    book = compile_book(FOUR | {"terms": place("terms")}, MEASURES)
    assert ids(book, "zz") == {"floor.upload.known", "terms.upload.known", "zz.upload.known"}
    assert book.places == {"ex", "ex-north", "ex-far", "zz"}


def test_a_place_brings_what_it_builds_on_and_answers_to_other_names():
    assert ids(BOOK, "ex-far") == {"floor.upload.known"} | {
        f"{code}.upload.known" for code in ("ex", "ex-north", "ex-far")
    }
    assert ids(BOOK, "exa") == ids(BOOK, "ex") == ids(BOOK, " EXB ")


def test_no_place_and_a_place_nobody_knows_mean_every_place():
    everything = {rule.id for rule in BOOK.rules}
    assert ids(BOOK) == ids(BOOK, "") == ids(BOOK, "ex", "atlantis") == everything
    assert BOOK.reach({"atlantis"}) == {"floor", "ex", "ex-north", "ex-far", "zz"}
    assert BOOK.reach({"zz"}) == {"floor", "zz"}


@given(st.frozensets(st.sampled_from(CODES[1:]), min_size=1), st.sampled_from(CODES))
def test_knowing_a_place_can_only_add_rules(configured: frozenset[str], more: str):
    assert ids(BOOK, *configured) <= ids(BOOK, *configured, more)


def test_only_rules_of_the_stage_are_asked():
    assert BOOK.policy(Stage.ASK, frozenset()).rules == ()


def test_a_policy_version_is_a_digest_of_the_rules():
    again = compile_book(dict(reversed(FOUR.items())), MEASURES)
    one, other = (book.policy(Stage.UPLOAD, frozenset()) for book in (BOOK, again))
    assert one.version == other.version
    assert len(one.version) == 16
    assert BOOK.policy(Stage.UPLOAD, frozenset({"zz"})).version != one.version


@pytest.mark.parametrize(
    "part",
    [
        {"rule": [rule("ex.upload.known", "ex.act.s1", when="known.case >= 0.6")]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", when={"none": ["known.case >= 0.5"]})]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", when={"all": ["known.case >= 0.5"]})]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", when={"any": ["known.case >= 0.5"]})]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", outcome="hold")]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", duties=["strike"])]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", says="Otherwise.")]},
        {"rule": [rule("ex.upload.known", "ex.act.s1", harm="degrading")]},
        {"provision": [provision("ex.act.s1", since=date(2026, 6, 30))]},
        {"provision": [provision("ex.act.s1", until=date(2028, 6, 30))]},
        {"provision": [provision("ex.act.s1", cite="Other Act")]},
        {"provision": [provision("ex.act.s1", url="https://law.example/2")]},
        {"provision": [provision("ex.act.s1", ground="terms")]},
    ],
)
def test_a_changed_rule_changes_the_version(part: dict[str, object]):
    before, after = (compile_book(files(ex=place(**change)), MEASURES) for change in ({}, part))
    one, other = (book.policy(Stage.UPLOAD, frozenset()).version for book in (before, after))
    assert one != other


def test_clocks_of_every_place_are_in_the_book():
    book = compile_book(files(ex=place(clock=[clock("ex.report", "ex.act.s1")])), MEASURES)
    assert [each.id for each in book.clocks] == ["ex.report"]


def test_a_rule_whose_measure_cannot_exist_at_its_stage_is_refused():
    late = rule("ex.ask.x", "ex.act.s1", stage="ask", when="exposure.explicit >= 0.5")
    with pytest.raises(
        SetupTrouble, match=r"ex\.toml.*ex\.ask\.x.*'exposure\.explicit'.*cannot exist at ask"
    ):
        compile_book(files(ex=place(rule=[late])), MEASURES)


def test_a_measure_nobody_knows_is_refused():
    strange = rule("ex.upload.x", "ex.act.s1", when={"any": ["known.case >= 0.5", "aura >= 0.5"]})
    with pytest.raises(SetupTrouble, match="'aura'"):
        compile_book(files(ex=place(rule=[strange])), MEASURES)


def test_a_rule_that_needs_a_judge_is_left_out_where_there_is_none():
    wanted = rule("ex.upload.x", "ex.act.s1", when="exposure.explicit >= 0.5", needs=["exposure"])
    written = files(ex=place(rule=[wanted]), measures=_declared("exposure.explicit", "known.case"))
    with_judge = compile_book(written, MEASURES)
    blind = compile_book(written, {"known.case": MEASURES["known.case"]})
    assert "ex.upload.x" in ids(with_judge)
    assert ids(blind) == {"floor.upload.known"}


def test_a_rule_that_reads_what_nobody_measures_here_stops_the_start():
    wanted = rule("ex.upload.x", "ex.act.s1", when="exposure.explicit >= 0.5")
    written = files(ex=place(rule=[wanted]), measures=_declared("exposure.explicit", "known.case"))
    with pytest.raises(SetupTrouble, match=r"ex\.upload\.x.*needs a judge that measures exposure\.explicit"):
        compile_book(written, {"known.case": MEASURES["known.case"]})


def test_where_nobody_measures_anything_rules_stay_and_fail_closed():
    written = files(ex=place(), measures=_declared("known.case"))
    assert ids(compile_book(written, {})) == {"floor.upload.known", "ex.upload.known"}


@pytest.mark.parametrize("stage", ["ask", "answer"])
def test_at_the_gate_no_rule_may_be_left_out_for_want_of_a_judge(stage: str):
    wanted = rule("ex.x", "ex.act.s1", stage=stage, when="prompt.harm >= 0.5", needs=["prompt"])
    written = files(ex=place(rule=[wanted]), measures=_declared("prompt.harm", "known.case", stages=[*Stage]))
    with pytest.raises(SetupTrouble, match=r"needs is not allowed at"):
        compile_book(written, MEASURES)


def test_what_was_seen_of_a_request_still_stands_for_its_answer():
    wanted = rule("ex.answer.x", "ex.act.s1", stage="answer", when="prompt.harm >= 0.5")
    written = files(ex=place(rule=[wanted]), measures=_declared("prompt.harm", "known.case", stages=[*Stage]))
    assert compile_book(written, MEASURES).policy(Stage.ANSWER, frozenset()).rules


def _declared(*names: str, stages: list[str] | None = None) -> dict[str, object]:
    rows = [{"name": name, "stages": stages or ["answer", "upload"], "meaning": "It."} for name in names]
    return {"measure": rows}


def test_declared_measures_are_those_of_the_file():
    assert declared({"measures": _declared("person")}) == {"person": {Stage.ANSWER, Stage.UPLOAD}}
    assert declared({}) == {}


def test_without_a_floor_nothing_starts():
    with pytest.raises(SetupTrouble, match="floor"):
        compile_book({"ex": place()}, MEASURES)


@pytest.mark.parametrize("change", [{"since": date(2030, 1, 1)}, {"until": date(2030, 1, 1)}])
def test_the_floor_cannot_be_switched_off_by_a_date(change: dict[str, object]):
    written = files()
    written["floor"]["provision"][0].update(change)
    with pytest.raises(SetupTrouble, match=r"floor\.toml.*floor\.copies"):
        compile_book(written, MEASURES)


def test_a_rule_of_the_floor_has_no_switch():
    written = files()
    written["floor"]["rule"][0]["always"] = False
    with pytest.raises(SetupTrouble, match="always"):
        compile_book(written, MEASURES)


@pytest.mark.parametrize(
    "more",
    [
        {"ex": place(extends="nowhere")},
        {"ex": place(extends="ex")},
        {"ex": place(extends="ey"), "ey": place("ey", extends="ex")},
        {"ex": place(extends=["ex"])},
    ],
)
def test_a_file_that_builds_on_nothing_or_on_itself_is_refused(more: dict[str, object]):
    with pytest.raises(SetupTrouble, match="extends"):
        compile_book(files(**more), MEASURES)


def test_a_file_may_cite_what_it_builds_on_and_nothing_else():
    parent = place("ex")
    child = {"name": "North", "extends": "ex", "rule": [rule("ex-north.upload.x", "ex.act.s1")]}
    assert len(compile_book(files(ex=parent, ex_north=child), MEASURES).rules) == 3
    stranger = {"name": "Other", "rule": [rule("zz.upload.x", "ex.act.s1")]}
    with pytest.raises(SetupTrouble, match=r"zz\.toml.*does not know the provision"):
        compile_book(files(ex=parent, zz=stranger), MEASURES)


@pytest.mark.parametrize("more", [{"ex": place(covers=["zz"]), "zz": place("zz")}, {"Ex": place("Ex")}])
def test_a_name_that_could_mean_two_places_is_refused(more: dict[str, object]):
    with pytest.raises(SetupTrouble):
        compile_book(files(**more), MEASURES)


@pytest.mark.parametrize(
    "scenario",
    [
        judged(applies=["ex.upload.other"]),
        judged(shadow=["floor.upload.known"]),
        judged(findings={"aura": 1}),
        judged(findings={"prompt.harm": 1}),
        timed(clock=["ex.other"]),
    ],
)
def test_a_scenario_of_what_is_not_there_is_refused(scenario: dict[str, object]):
    with pytest.raises(SetupTrouble, match=r"ex\.toml: scenario 1"):
        compile_book(files(ex=place(scenario=[scenario])), MEASURES)


def test_the_book_says_which_promises_it_does_not_keep():
    scenarios = [
        judged(applies=["ex.upload.known"]),
        judged(expect="allow"),
        timed(clock=["ex.report"], hours=48),
        timed(clock=["ex.report"], hours=24),
    ]
    parts = place(clock=[clock("ex.report", "ex.act.s1")], scenario=scenarios)
    book = compile_book(files(ex=parts), MEASURES)
    assert [book.failures(scenario) for scenario in book.scenarios] == [
        (),
        ("outcome: promised allow, found refuse", "applies: promised nothing, found ex.upload.known"),
        (),
        ("hours: promised 24, found 48",),
    ]


def test_scenarios_of_the_floor_are_held_against_the_floor_alone():
    written = files(
        ex=place(rule=[rule("ex.upload.x", "ex.act.s1", outcome="hold", when="exposure.explicit >= 1")])
    )
    written["floor"]["scenario"] = [judged(applies=["floor.upload.known"], day=date(2000, 1, 1))]
    book = compile_book(written, MEASURES)
    assert book.failures(book.scenarios[0]) == ()


def test_a_place_that_is_not_given_takes_nothing_away_from_one_that_is():
    assert ids(BOOK, "zz", "") == ids(BOOK, "zz")
    assert BOOK.reach({"floor", "ex", "exa", "exb", "ex-north", "ex-far", "zz"}) == BOOK.reach(())


def test_a_policy_is_of_the_stage_it_was_asked_for():
    assert BOOK.policy(Stage.UPLOAD, frozenset()).stage is Stage.UPLOAD


def test_a_policy_version_is_the_same_on_every_machine_and_day():
    nested = {
        "all": ["known.case >= 0.5", {"any": ["known.case >= 0.25", {"none": ["known.case unavailable"]}]}]
    }
    written = rule("ex.upload.x", "ex.act.s1", when=nested, duties=["strike", "preserve"])
    book = compile_book(files(ex=place(rule=[written])), MEASURES)
    assert book.policy(Stage.UPLOAD, frozenset()).version == "73a13e281ebc4c0e"


def test_what_is_measured_of_a_request_only_does_not_stand_for_an_upload():
    wanted = rule("ex.upload.x", "ex.act.s1", when={"all": ["prompt.harm >= 0.5", "known.case >= 0.5"]})
    written = files(ex=place(rule=[wanted]), measures=_declared("prompt.harm", "known.case", stages=[*Stage]))
    with pytest.raises(SetupTrouble, match=r"needs a judge that measures prompt\.harm at upload$"):
        compile_book(written, MEASURES)


def test_a_measure_can_exist_wherever_it_is_wired_whatever_its_declaration_says():
    wanted = rule("ex.ask.x", "ex.act.s1", stage="ask", when="known.case >= 0.5")
    written = files(ex=place(rule=[wanted]), measures=_declared("known.case"))
    assert len(compile_book(written, MEASURES).policy(Stage.ASK, frozenset()).rules) == 1


def _dated_floor() -> dict[str, dict[str, object]]:
    written = files()
    written["floor"]["provision"][0]["until"] = date(2030, 1, 1)
    return written


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"ex": place()}, "floor.toml is missing, and nothing starts without a floor"),
        (_dated_floor(), "floor.toml: provision (floor.copies).since must be 0001-01-01 without until"),
        (files(Ex=place("Ex")), "Ex.toml must have a name of lower-case letters"),
        (
            files(ex=place(extends="nowhere")),
            "ex.toml: extends names a file that is missing or builds on itself",
        ),
        (files(ex=place(covers=["zz"]), zz=place("zz")), "places has 'zz' twice"),
        (files(ex=place(scenario=[timed(clock=["b", "a"])])), "ex.toml: scenario 1 does not know a, b"),
    ],
)
def test_a_refusal_says_what_is_wanted(written: dict[str, dict[str, object]], said: str):
    with pytest.raises(SetupTrouble) as found:
        compile_book(written, MEASURES)
    assert found.value.message == f"law: {said}"


def test_every_judge_that_is_missing_is_named():
    wanted = rule("ex.upload.x", "ex.act.s1", when={"all": ["b >= 1", "a >= 1", "known.case >= 1"]})
    written = files(ex=place(rule=[wanted]), measures=_declared("a", "b", "known.case"))
    with pytest.raises(SetupTrouble, match=r"needs a judge that measures a, b at upload$"):
        compile_book(written, {"known.case": MEASURES["known.case"]})
