from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.content import Stage
from consentry.core.decision import Fact
from consentry.core.errors import BadInput
from consentry.core.law import Duty, Ground
from consentry.core.policy import Harm, Outcome
from consentry.core.reasons import (
    COULD_NOT_LOOK,
    CUT,
    NOT_ACCUSED,
    NOTHING_AGAINST,
    OPENING,
    REDRESS,
    UNCHECKED_GROUND,
    WHO_DECIDED,
    Circumstances,
    StatementOfReasons,
    plain,
    restricts,
    statement,
)
from consentry.core.transparency import EEA, Automation, ContentType, Source
from core.made import DAY, decision, reason, restrictions

GIVEN = Circumstances(
    puid="dec_1",
    content_types=frozenset({ContentType.IMAGE}),
    content_date=DAY - timedelta(days=3),
    application_date=DAY,
    source=Source.OWN,
    automated_detection=True,
    automation=Automation.FULLY,
    territorial_scope=frozenset({"FR", "DE"}),
)
EU_LAW = reason("eu.r", jurisdiction="eu", ground=Ground.LAW)
UK_LAW = reason("gb.r", jurisdiction="gb", ground=Ground.LAW)
TERMS = reason("terms.r")
UNSURE = reason(
    "unsure", certain=False, harm=Harm.CHILD, facts=(Fact("age.minor", 0.1, None, "timeout", ""),)
)
RESTRICTING = [Outcome.LABEL, Outcome.HOLD, Outcome.REFUSE]

circumstances = st.builds(
    Circumstances,
    puid=st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True),
    content_types=st.frozensets(st.sampled_from(ContentType), min_size=1),
    content_date=st.dates(date(2000, 1, 1), date(2038, 1, 1)),
    application_date=st.dates(date(2020, 1, 1), date(2038, 1, 1)),
    source=st.sampled_from(Source),
    automated_detection=st.booleans(),
    automation=st.sampled_from(Automation),
    territorial_scope=st.frozensets(st.sampled_from(sorted(EEA)), min_size=1),
    trusted_flagger=st.text(max_size=600),
)


def made(*reasons, **fields_):
    """The statement for a decision with these reasons."""
    return statement(decision(*reasons, **fields_), GIVEN)


@pytest.mark.parametrize(("stage", "outcome"), [*product(Stage, RESTRICTING)])
def test_the_first_sentence_says_what_happened(stage, outcome):
    said = plain(decision(reason(outcome=outcome), stage=stage))
    assert said[0] == OPENING[stage, outcome]
    assert len(set(OPENING.values())) == len(OPENING)


@pytest.mark.parametrize(("stage", "outcome"), [*product(Stage, RESTRICTING)])
def test_every_restriction_says_how_to_object(stage, outcome):
    said = plain(decision(reason(outcome=outcome), stage=stage))
    assert said[-3:] == REDRESS
    assert any("object" in sentence and "six months" in sentence for sentence in said)


def test_whoever_was_allowed_has_nothing_to_object_to():
    assert plain(decision(), Automation.FULLY, "https://x.example") == (NOTHING_AGAINST,)


def test_who_decided_and_where_to_object_are_told_if_known():
    said = plain(decision(TERMS), Automation.FULLY, "https://site.example/object")
    assert said == (
        "Your picture is not shown.",
        "Said by terms.r. (Cite of terms.r)",
        "This was decided by a machine alone.",
        *REDRESS,
        "Object here: https://site.example/object",
    )
    assert set(WHO_DECIDED) == set(Automation)


def test_a_reason_that_several_rules_share_is_told_once():
    twice = [reason(name, says="Same.", cite="Act 1") for name in ("a", "b")]
    assert plain(decision(*twice)).count("Same. (Act 1)") == 1


def test_what_was_not_seen_is_not_held_against_anybody():
    said = plain(decision(UNSURE))
    assert f"{COULD_NOT_LOOK} Said by unsure. (Cite of unsure)" in said
    assert NOT_ACCUSED in said
    assert NOT_ACCUSED not in plain(decision(TERMS))
    assert NOT_ACCUSED not in plain(decision(reason(outcome=Outcome.LABEL, certain=False)))


def test_what_is_unsure_is_not_told_beside_what_is_certain_and_as_grave():
    said = " ".join(plain(decision(TERMS, UNSURE)))
    assert "terms.r" in said
    assert "unsure" not in said
    assert COULD_NOT_LOOK not in said


def test_what_is_unsure_is_told_if_only_it_explains_the_outcome():
    milder = reason("milder", Outcome.HOLD)
    labels = reason("labels", Outcome.LABEL, certain=False)
    said = " ".join(plain(decision(UNSURE, milder, labels)))
    assert f"{COULD_NOT_LOOK} Said by unsure." in said
    assert "Said by milder." in said
    assert "labels" not in said


def test_a_rule_that_only_adds_a_duty_is_no_reason_for_a_restriction():
    quiet = reason("quiet", Outcome.ALLOW, duties=frozenset({Duty.REPORT_CSEA}))
    assert "quiet" not in " ".join(plain(decision(TERMS, quiet)))
    assert "quiet" not in str(made(TERMS, quiet))


@given(restrictions, circumstances)
def test_neither_duties_nor_scores_nor_evidence_are_told(made_, given_):
    told = replace(made_, duties=frozenset(Duty))
    said = " ".join(plain(told)) + str(statement(told, given_).to_record())
    assert not [duty for duty in Duty if duty.value in said]
    assert not [word for word in ("0.5", "0.97", "evidence", "v1") if f"{word} " in said]


@pytest.mark.parametrize(("stage", "outcome"), [*product(Stage, Outcome)])
def test_a_statement_is_owed_for_restricting_what_is_hosted(stage, outcome):
    judged = decision(reason(outcome=outcome), stage=stage)
    owed = stage in {Stage.UPLOAD, Stage.REPORT} and outcome is not Outcome.ALLOW
    assert restricts(judged) is owed
    if owed:
        assert statement(judged, GIVEN)
    else:
        with pytest.raises(
            ValueError, match=r"^nothing hosted is restricted, so there is nothing to give reasons for$"
        ):
            statement(judged, GIVEN)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(Outcome.LABEL, "LABELLED"), (Outcome.HOLD, "DISABLED"), (Outcome.REFUSE, "REMOVED")],
)
def test_what_was_done_is_said_in_the_words_of_the_database(outcome, code):
    assert made(reason(outcome=outcome)).decision_visibility == (f"DECISION_VISIBILITY_CONTENT_{code}",)


def test_a_statement_has_every_field_the_database_asks_for():
    assert made(EU_LAW).to_record() == {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "Cite of eu.r",
        "illegal_content_explanation": "Said by eu.r. (Cite of eu.r)",
        "decision_ground_reference_url": "https://law.example/eu.r",
        "content_type": ["CONTENT_TYPE_IMAGE"],
        "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "category_specification": ["KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"],
        "territorial_scope": ["DE", "FR"],
        "content_date": "2026-11-19",
        "application_date": "2026-11-22",
        "decision_facts": "Decided on 2026-11-22 under policy p1. "
        "Rule eu.r: exposure.explicit reached its threshold.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_FULLY",
        "puid": "dec_1",
    }


def test_what_only_the_terms_exclude_is_called_incompatible_and_not_illegal():
    record = made(TERMS).to_record()
    assert record["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert record["incompatible_content_ground"] == "Cite of terms.r"
    assert record["incompatible_content_explanation"] == "Said by terms.r. (Cite of terms.r)"
    assert not [name for name in record if name.startswith("illegal")]


def test_law_from_elsewhere_makes_nothing_illegal_in_the_union():
    found = made(UK_LAW)
    assert found.decision_ground == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert found.ground == "Terms of use: content excluded because of Cite of gb.r"


@pytest.mark.parametrize("place", ["eu", "nl", "FR"])
def test_law_of_the_union_and_its_members_does(place):
    found = made(reason(jurisdiction=place, ground=Ground.LAW))
    assert found.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"


@pytest.mark.parametrize("place", ["eu", "nl"])
def test_terms_are_no_law_wherever_they_are_written(place):
    assert made(reason(jurisdiction=place)).decision_ground == "DECISION_GROUND_INCOMPATIBLE_CONTENT"


def test_the_ground_is_the_gravest_certain_reason_then_a_child_then_law_of_the_union():
    held = reason("held", Outcome.HOLD, harm=Harm.CHILD)
    child = reason("z.child", harm=Harm.CHILD)
    assert made(TERMS, UNSURE, held).ground == "Cite of terms.r"
    assert made(EU_LAW, TERMS, child).ground == "Cite of z.child"
    assert made(reason("a"), UK_LAW, EU_LAW).ground == "Cite of eu.r"
    assert made(reason("b"), reason("a")).ground == "Cite of a"


@given(restrictions, circumstances)
def test_nobody_is_accused_of_what_nobody_saw(told, given_):
    record = statement(told, given_).to_record()
    seen = {each.harm for each in told.reasons if each.certain}
    certain = {each.outcome for each in told.reasons if each.certain}
    if told.blind or not certain - {Outcome.ALLOW}:
        assert record["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
        assert record["incompatible_content_ground"] == UNCHECKED_GROUND
        assert record["category"] == "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
        assert not {"category_specification", "category_addition", "decision_ground_reference_url"} & set(
            record
        )
    if Harm.CHILD not in seen:
        assert "MINORS" not in str(record)
        assert "CHILD" not in str(record)


def test_a_certain_label_is_no_ground_for_a_blind_stop():
    label = reason("label", Outcome.LABEL)
    assert made(UNSURE, label).ground == UNCHECKED_GROUND
    assert made(label).ground == "Cite of label"


def test_a_milder_certain_stop_is_the_ground_if_the_graver_one_was_not_seen():
    found = made(UNSURE, reason("held", Outcome.HOLD))
    assert found.ground == "Cite of held"
    assert found.decision_visibility == ("DECISION_VISIBILITY_CONTENT_REMOVED",)
    unsure, held = "Said by unsure. (Cite of unsure)", "Said by held. (Cite of held)"
    assert found.explanation == f"{COULD_NOT_LOOK} {unsure} {held}"


def test_other_kinds_of_violation_are_added():
    adult = reason("adult", harm=Harm.ADULT_CONTENT)
    made_of = reason("made", harm=Harm.INTIMATE_MADE)
    found = made(EU_LAW, adult, made_of, reason("x", harm=Harm.DEGRADING))
    assert found.category == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert found.category_addition == ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC",)
    assert found.category_specification == (
        "KEYWORD_ADULT_SEXUAL_MATERIAL",
        "KEYWORD_CYBER_HARASSMENT",
        "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
        "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    )
    assert found.to_record()["category_addition"] == ["STATEMENT_CATEGORY_OTHER_VIOLATION_TC"]


def test_beside_a_child_no_keyword_stands_that_excludes_minors():
    child, degrading = reason("child", harm=Harm.CHILD), reason("d", harm=Harm.DEGRADING)
    found = made(EU_LAW, child, degrading, reason("m", harm=Harm.INTIMATE_MADE))
    assert found.category == "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    assert found.category_addition == ("STATEMENT_CATEGORY_CYBER_VIOLENCE",)
    assert found.category_specification == ("KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL", "KEYWORD_CYBER_HARASSMENT")


@pytest.mark.parametrize(
    ("harm", "keyword"),
    [
        (Harm.CHILD, "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"),
        (Harm.INTIMATE_SHARED, "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"),
        (Harm.DEGRADING, "KEYWORD_CYBER_HARASSMENT"),
    ],
)
def test_generated_content_has_keywords_of_its_own(harm, keyword):
    kinds = frozenset({ContentType.IMAGE, ContentType.SYNTHETIC})
    found = statement(decision(reason(harm=harm)), replace(GIVEN, content_types=kinds))
    assert found.category_specification == (keyword,)
    assert found.content_type == ("CONTENT_TYPE_IMAGE", "CONTENT_TYPE_SYNTHETIC_MEDIA")


def test_the_facts_name_what_was_measured_and_how_it_came_out():
    facts = (
        Fact("a", 0.5, 0.5, "secret", "v1"),
        Fact("b", 0.5, 0.49, "secret", "v1"),
        Fact("c", 0.5, None, "secret", ""),
        Fact("d", 0.5, float("nan"), "secret", "v1"),
        Fact("e", 0.5, 1.01, "secret", "v1"),
        Fact("f", 0.0, 0.0, "secret", "v1"),
        Fact("g", 1.0, 1.0, "secret", "v1"),
        Fact("h", 0.0, -0.1, "secret", "v1"),
    )
    found = made(reason("r1", facts=facts), reason("r2", facts=()))
    assert found.decision_facts == (
        "Decided on 2026-11-22 under policy p1. "
        "Rule r1: a reached its threshold; b did not reach its threshold; c could not be measured; "
        "d could not be measured; e could not be measured; f reached its threshold; g reached its threshold; "
        "h could not be measured. "
        "Rule r2: applies to all content."
    )
    assert "secret" not in str(found)


@given(restrictions, circumstances, st.integers(1, 3_000))
def test_nothing_is_longer_than_the_database_takes(told, given_, times):
    wordy = [replace(each, says="s" * times, cite="c" * times, rule="r" * times) for each in told.reasons]
    record = statement(replace(told, reasons=tuple(wordy)), given_).to_record()
    limits = {"_ground": 500, "_explanation": 2_000, "_facts": 5_000, "_identity": 500, "_url": 500}
    for name, value in record.items():
        for ending, limit in limits.items():
            if name.endswith(ending):
                assert 0 < len(value) <= limit


def test_what_is_cut_is_seen_to_be_cut():
    exact, long = reason(cite="c" * 500), reason(cite="c" * 501)
    assert made(exact).ground == "c" * 500
    assert made(long).ground == "c" * (500 - len(CUT)) + CUT
    assert len(made(long).ground) == 500


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://law.example/1", True),
        ("http://law.example/1", True),
        ("https://" + "x" * 492, True),
        ("https://" + "x" * 493, False),
        ("docs/terms.md", False),
        ("", False),
    ],
)
def test_an_address_is_given_whole_or_not_at_all(url, kept):
    found = made(reason(url=url))
    assert found.decision_ground_reference_url == (url if kept else "")
    assert ("decision_ground_reference_url" in found.to_record()) is kept


@pytest.mark.parametrize("source", Source)
def test_nobody_but_a_trusted_flagger_is_ever_named(source):
    found = statement(decision(TERMS), replace(GIVEN, source=source, trusted_flagger="A. Reporter"))
    record = found.to_record()
    assert record["source_type"] == source.value
    assert ("A. Reporter" in str(record)) is (source is Source.TRUSTED_FLAGGER)
    assert ("source_identity" in record) is (source is Source.TRUSTED_FLAGGER)


def test_a_restriction_that_ends_says_when():
    ends = statement(decision(TERMS), replace(GIVEN, end_date=DAY))
    assert ends.to_record()["end_date_visibility_restriction"] == "2026-11-22"
    assert "end_date_visibility_restriction" not in made(TERMS).to_record()


def test_how_far_machines_were_at_work_is_said_in_the_codes_of_the_database():
    by_hand = replace(GIVEN, automated_detection=False, automation=Automation.NOT)
    record = statement(decision(TERMS), by_hand).to_record()
    assert record["automated_detection"] == "No"
    assert record["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"


def test_redress_is_for_the_person_and_not_sent():
    found = made(TERMS)
    assert found.redress == REDRESS
    assert not set(REDRESS) & set(map(str, found.to_record().values()))


def test_every_field_of_a_statement_is_sent_or_is_redress():
    sent = {"ground", "explanation", "redress", "end_date"}
    everything = statement(
        decision(EU_LAW, reason("b", harm=Harm.ADULT_CONTENT)),
        replace(GIVEN, source=Source.TRUSTED_FLAGGER, trusted_flagger="An organisation", end_date=DAY),
    )
    assert {field.name for field in fields(StatementOfReasons)} - sent <= set(everything.to_record())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("puid", ""),
        ("puid", "a b"),
        ("puid", "x" * 501),
        ("content_types", frozenset()),
        ("territorial_scope", frozenset()),
        ("territorial_scope", frozenset({"FR", "GB"})),
        ("content_date", date(1999, 12, 31)),
        ("content_date", date(2038, 1, 2)),
        ("application_date", date(2019, 12, 31)),
        ("application_date", date(2038, 1, 2)),
        ("end_date", DAY - timedelta(days=1)),
        ("end_date", date(2038, 1, 2)),
    ],
)
def test_what_the_database_would_refuse_is_refused_here_by_its_field(field, value):
    expected = {
        "puid": "letters, digits, hyphens and underscores, at most 500",
        "content_types": "at least one",
        "territorial_scope": "countries of the European Economic Area",
        "content_date": "from 2000-01-01 to 2038-01-01",
        "application_date": "from 2020-01-01 to 2038-01-01",
        "end_date": "from the application date to 2038-01-01",
    }
    with pytest.raises(BadInput) as refused:
        replace(GIVEN, **{field: value})
    assert refused.value.message == f"A statement of reasons needs {field}: {expected[field]}."
    assert (refused.value.param, refused.value.code) == (field, "bad_statement")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("puid", "x" * 500),
        ("content_date", date(2000, 1, 1)),
        ("content_date", date(2038, 1, 1)),
        ("application_date", date(2020, 1, 1)),
        ("application_date", date(2038, 1, 1)),
        ("end_date", DAY),
        ("end_date", date(2038, 1, 1)),
        ("territorial_scope", EEA),
    ],
)
def test_what_the_database_takes_is_taken_here(field, value):
    assert getattr(replace(GIVEN, **{field: value}), field) == value


def test_a_restriction_applies_in_the_whole_area_unless_it_is_said_otherwise():
    given_ = {field.name: getattr(GIVEN, field.name) for field in fields(GIVEN)}
    del given_["territorial_scope"]
    assert Circumstances(**given_).territorial_scope == EEA
