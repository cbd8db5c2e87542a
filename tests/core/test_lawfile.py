"""A typing error in a law file stops the start; it never weakens a rule."""

from datetime import date, datetime

import pytest

from consentry.core.errors import SetupTrouble
from consentry.core.finding import Seen, Unavailable
from consentry.core.law import Confidence, Duty, Ground, Trigger
from consentry.core.lawbook import Lawbook, compile_book
from consentry.core.lawfile import UNSEEN, condition, measure_table
from consentry.core.policy import ALWAYS, AllOf, AnyOf, AtLeast, Harm, NoneOf, Outcome, Truth, truth
from support.lawfiles import MEASURES, clock, files, judged, place, provision, rule, timed

ACT = "ex.act.s1"


def book(**parts: object) -> Lawbook:
    return compile_book(files(ex=place(**parts)), MEASURES)


def refused(*words: str, **parts: object) -> None:
    """Compiling a place with `parts` is refused, and the refusal names the file and every one of `words`."""
    with pytest.raises(SetupTrouble) as found:
        book(**parts)
    for text in ("ex.toml", *words):
        assert text in found.value.message


def test_a_rule_is_read_as_it_is_written():
    written = rule("ex.upload.x", ACT, outcome="hold", duties=["preserve", "second_review"], harm="degrading")
    (found,) = [each for each in book(rule=[written]).rules if each.id == "ex.upload.x"]
    assert found.when == AtLeast("known.case", 0.5)
    assert found.outcome is Outcome.HOLD
    assert found.duties == {Duty.PRESERVE, Duty.SECOND_REVIEW}
    assert found.harm is Harm.DEGRADING
    assert found.provision.jurisdiction == "ex"


def test_a_provision_is_read_as_it_is_written():
    written = provision(ACT, until=date(2027, 1, 1), ground="terms", confidence="low")
    (found,) = book(provision=[written]).jurisdictions[0].provisions
    assert (found.id, found.cite, found.url) == (ACT, "Pictures Act 2026 s.1", "https://law.example/1")
    assert (found.since, found.until) == (date(2026, 6, 29), date(2027, 1, 1))
    assert (found.ground, found.confidence) == (Ground.TERMS, Confidence.LOW)


def test_a_provision_without_a_date_says_why_and_never_binds():
    written = provision(ACT, since=None, date_unknown="not commenced.")
    (found,) = book(provision=[written]).jurisdictions[0].provisions
    assert found.text == "Take pictures down. No date: not commenced."
    assert not found.in_force(date.max)


def test_a_clock_is_read_as_it_is_written():
    written = clock("ex.report", ACT, copies="known_identical", hours=0)
    (found,) = book(clock=[written]).clocks
    assert (found.id, found.hours, found.copies) == ("ex.report", 0, "known_identical")
    assert found.trigger is Trigger.PERSON_REPORT
    assert found.provision.id == ACT


def test_scenarios_are_read_as_they_are_written():
    blind = judged(findings={"known.case": "unavailable:timeout", "exposure.explicit": 0.25})
    first, second = book(
        clock=[clock("ex.c", ACT)], scenario=[blind, timed(clock=["ex.c"], hours=48)]
    ).scenarios
    assert first.findings == (Unavailable("known.case", "timeout"), Seen("exposure.explicit", 0.25))
    assert (second.clocks, second.hours) == ({"ex.c"}, 48)


@pytest.mark.parametrize("key", ["id", "cite", "url", "text"])
def test_a_provision_lacks_nothing(key: str):
    refused("provision 1", key, provision=[provision(ACT, **{key: None})], rule=None)


def test_a_provision_without_a_date_or_a_reason_is_refused():
    refused(ACT, "date_unknown", provision=[provision(ACT, since=None)])


@pytest.mark.parametrize("key", ["id", "stage", "provision", "when", "outcome", "harm", "says"])
def test_a_rule_lacks_nothing(key: str):
    refused("rule 1", key, rule=[rule("ex.upload.x", ACT, **{key: None})])


@pytest.mark.parametrize("key", ["id", "provision", "trigger", "hours"])
def test_a_clock_lacks_nothing(key: str):
    refused("clock 1", key, clock=[clock("ex.c", ACT, **{key: None})])


@pytest.mark.parametrize("key", ["says", "day", "findings", "expect"])
def test_a_scenario_lacks_nothing(key: str):
    refused("scenario 1", key, scenario=[judged(**{key: None})])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "posting"),
        ("outcome", "REFUSE"),
        ("harm", "sadness"),
        ("duties", ["strike", "shout"]),
        ("provision", "floor.copies"),
        ("says", "  "),
        ("says", 3),
        ("duties", "strike"),
        ("id", "floor.upload.x"),
        ("id", "ex.upload x"),
        ("when", {}),
        ("when", {"all": []}),
        ("when", {"all": ["known.case >= 0.5"], "any": ["known.case >= 0.5"]}),
        ("when", {"most": ["known.case >= 0.5"]}),
        ("when", {"all": "known.case >= 0.5"}),
        ("when", {"all": ["known.case > 0.5"]}),
        ("when", "known.case >= 1.1"),
        ("when", "known.case >= 0"),
        ("when", "known.case >= 0.0"),
        ("when", "known.case >= -0.5"),
        ("when", "known.case>=0.5"),
        ("when", "known.case >= 0.5 "),
        ("when", "known.case >= 0.5\n"),
        ("when", "known.case >= nan"),
        ("when", 1),
    ],
)
def test_what_a_rule_cannot_mean_is_refused(key: str, value: object):
    refused("rule 1", key, rule=[rule("ex.upload.x", ACT) | {key: value}])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", "http://law.example/1"),
        ("since", "2026-06-29"),
        ("since", datetime(2026, 6, 29)),  # noqa: DTZ001 - what TOML gives for a day with a time
        ("until", date(2026, 6, 29)),
        ("confidence", "certain"),
        ("ground", "custom"),
    ],
)
def test_what_a_provision_cannot_mean_is_refused(key: str, value: object):
    refused(ACT, key, provision=[provision(ACT) | {key: value}])


@pytest.mark.parametrize(
    ("key", "value"),
    [("hours", -1), ("hours", 1.5), ("hours", True), ("trigger", "rain"), ("provision", "ex.act.s2")],
)
def test_what_a_clock_cannot_mean_is_refused(key: str, value: object):
    refused("ex.c", key, clock=[clock("ex.c", ACT) | {key: value}])


@pytest.mark.parametrize("value", [1.5, -0.1, "unavailable:", "down", True, float("nan"), None])
def test_what_a_finding_cannot_be_is_refused(value: object):
    refused("findings.known.case", scenario=[judged(findings={"known.case": value})])


@pytest.mark.parametrize(
    "parts",
    [
        {"colour": "blue"},
        {"provision": [provision(ACT) | {"colour": "blue"}]},
        {"rule": [rule("ex.upload.x", ACT) | {"colour": "blue"}]},
        {"clock": [clock("ex.c", ACT) | {"colour": "blue"}]},
        {"scenario": [judged() | {"colour": "blue"}]},
        {"scenario": [timed() | {"colour": "blue"}]},
    ],
)
def test_an_unknown_key_is_refused(parts: dict[str, object]):
    refused("colour", **parts)


@pytest.mark.parametrize("value", [None, [], "known.case"])
def test_findings_that_are_no_table_are_refused(value: object):
    refused("scenario 1", "findings", scenario=[judged() | {"findings": value}])


@pytest.mark.parametrize("value", ["text", [1], {"id": "x"}])
def test_what_is_no_list_of_tables_is_refused(value: object):
    refused("rule", rule=value)


@pytest.mark.parametrize(
    "parts",
    [
        {"provision": [provision(ACT), provision(ACT)]},
        {"rule": [rule("ex.upload.x", ACT), rule("ex.upload.x", ACT)]},
        {"clock": [clock("ex.c", ACT), clock("ex.c", ACT)]},
        {"clock": [clock(ACT, ACT)]},
    ],
)
def test_a_name_that_stands_twice_is_refused(parts: dict[str, object]):
    refused("twice", **parts)


def test_conditions_nest():
    written = {"all": ["person >= 0.5", {"any": ["a.b >= 1", "c >= 0.25"]}, {"none": ["d >= 1.0"]}]}
    assert condition("here", written) == AllOf(
        (
            AtLeast("person", 0.5),
            AnyOf((AtLeast("a.b", 1.0), AtLeast("c", 0.25))),
            NoneOf((AtLeast("d", 1.0),)),
        )
    )


def test_what_is_about_everything_applies_whether_anybody_could_look_or_not():
    found = condition("here", "always")
    assert found == ALWAYS
    assert truth(found, {}) is Truth.TRUE
    assert truth(found, {"person": Unavailable("person", "timeout")}) is Truth.TRUE


def test_a_measure_that_is_unavailable_applies_only_while_nobody_has_looked():
    found = condition("here", "person unavailable")
    assert found == AtLeast("person", UNSEEN)
    assert truth(found, {"person": Seen("person", 1.0)}) is Truth.FALSE
    assert truth(found, {"person": Unavailable("person", "timeout")}) is Truth.UNKNOWN
    assert truth(found, {}) is Truth.UNKNOWN


def test_measures_are_read_and_checked():
    row = {"name": "person", "stages": ["ask", "upload"], "meaning": "A person."}
    ((name, stages, meaning),) = measure_table({"measure": [row]})
    assert (name, {stage.value for stage in stages}, meaning) == ("person", {"ask", "upload"}, "A person.")
    for broken in (
        {"measure": [row, row]},
        {"measure": [row | {"x": 1}]},
        {"measure": [row | {"stages": ["x"]}]},
    ):
        with pytest.raises(SetupTrouble, match=r"measures\.toml"):
            measure_table(broken)


@pytest.mark.parametrize("value", ["fr", ["fr", ""], ["fr", 1], [["fr"]]])
def test_other_names_of_a_place_are_a_list_of_texts(value: object):
    refused(".covers must be a list of texts", covers=value)


def test_a_place_is_read_as_it_is_written():
    written = files(ex=place(covers=["fr"], always=True), ex_north=place("ex-north", extends="ex"))
    found = {each.code: each for each in compile_book(written, MEASURES).jurisdictions}
    assert (found["ex"].name, found["ex"].extends) == ("Exampleland", "")
    assert (found["ex"].covers, found["ex"].always) == ({"fr"}, True)
    assert (found["ex-north"].extends, found["ex-north"].always) == ("ex", False)


def test_what_is_left_out_has_its_plain_meaning():
    nothing_seen = judged(findings={"known.case": 0}, expect="allow")
    found = book(clock=[clock("ex.c", ACT)], scenario=[nothing_seen, timed(clock=["ex.c"])])
    assert found.clocks[0].copies == ""
    first, second = found.scenarios
    assert (first.says, first.findings) == ("A known picture is refused.", (Seen("known.case", 0.0),))
    assert (second.says, second.hours) == ("A report starts the clock.", None)


def _rule(**changes: object) -> dict[str, object]:
    return {"rule": [rule("ex.upload.x", ACT) | changes]}


def _without_when() -> dict[str, object]:
    return {"rule": [rule("ex.upload.x", ACT, when=None)]}


RULE, PROVISION = "rule 1 (ex.upload.x)", f"provision 1 ({ACT})"
COMPARISON = "must be a comparison, or a table with one of all, any, none"


@pytest.mark.parametrize(
    ("parts", "where", "what"),
    [
        ({"always": "yes"}, ".always", "must be true or false"),
        ({"blue": 1, "also": 2}, "", "does not know the key 'also', 'blue'"),
        ({"name": ""}, ".name", "must be a text"),
        ({"rule": 1}, ".rule", "must be written as [[rule]]"),
        ({"rule": ["x"]}, "rule 1", "must be a table"),
        (_without_when(), RULE, "needs the key 'when'"),
        (_rule(id="zz.x"), "rule 1 (zz.x).id", "must begin with 'ex.' and be words joined by '.' or '-'"),
        (_rule(outcome="x"), f"{RULE}.outcome", "does not know 'x'; use one of allow, label, hold, refuse"),
        (_rule(provision="zz.x"), f"{RULE}.provision", "does not know the provision 'zz.x'"),
        (_rule(when=1), f"{RULE}.when", COMPARISON),
        (_rule(when={"most": []}), f"{RULE}.when", COMPARISON),
        (_rule(when={"all": []}), f"{RULE}.when", "needs a list of conditions in 'all'"),
        (
            _rule(when="x > 1"),
            f"{RULE}.when",
            "cannot read 'x > 1'; write 'measure >= 0.5' or 'measure unavailable'",
        ),
        (_rule(when="x >= 0"), f"{RULE}.when", "needs a score above 0 and up to 1 in 'x >= 0'"),
        ({"provision": [provision(ACT, url="x")]}, f"{PROVISION}.url", "must be an https:// address"),
        (
            {"provision": [provision(ACT, since="x")]},
            f"{PROVISION}.since",
            "must be a day such as 2026-06-29, without quotes",
        ),
        (
            {"provision": [provision(ACT, until=date(2020, 1, 1))]},
            f"{PROVISION}.until",
            "must be after since",
        ),
        ({"clock": [clock("ex.c", ACT, hours=-1)]}, "clock 1 (ex.c).hours", "must be whole hours, 0 or more"),
        ({"scenario": [judged(findings=1)]}, "scenario 1.findings", "must be a table"),
        (
            {"scenario": [judged(findings={"known.case": 2})]},
            "scenario 1.findings.known.case",
            "must be a score from 0 to 1 or 'unavailable:why'",
        ),
        ({"scenario": [judged(applies=["b", "a"])]}, "scenario 1", "does not know a, b"),
    ],
)
def test_a_refusal_names_the_place_and_says_what_is_wanted(parts: dict[str, object], where: str, what: str):
    with pytest.raises(SetupTrouble) as found:
        book(**parts)
    trouble = found.value
    assert (trouble.code, trouble.param) == ("bad_law", f"ex.toml: {where}")
    assert trouble.message == f"law: ex.toml: {where} {what}"


def test_refusals_of_the_measures_name_their_file():
    row = {"name": "person", "stages": ["ask"], "meaning": "A person."}
    for written, said in (
        ({"measure": [row, row]}, "law: measures.toml has 'person' twice"),
        ({"blue": 1}, "law: measures.toml:  does not know the key 'blue'"),
    ):
        with pytest.raises(SetupTrouble) as found:
            measure_table(written)
        assert found.value.message == said
