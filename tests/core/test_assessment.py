"""An assessment is complete, about exactly one thing, and never signed by whoever wrote it."""

import tomllib
from dataclasses import replace

import pytest

from consentry.core.assessment import (
    MAX_TEXT,
    ChildKind,
    IllegalKind,
    Level,
    Risk,
    Subject,
    form,
    policy_digest,
    read_assessment,
    thing_digest,
)
from consentry.core.errors import BadInput
from support.assessed import DIGEST, answered, written


def data(**changes):
    return tomllib.loads(answered()) | changes


def refused(found, field):
    with pytest.raises(BadInput) as trouble:
        read_assessment(found)
    assert (trouble.value.code, trouble.value.param) == ("bad_assessment", field)
    assert f"`{field}`" in trouble.value.message


def test_there_are_eighteen_kinds_of_illegal_content_and_nine_harmful_to_children():
    assert (len(IllegalKind), len(ChildKind)) == (18, 9)
    assert {"intimate_image_abuse", "cyberflashing", "child_sexual_abuse"} < set(IllegalKind)


def test_an_answered_form_is_read_whole():
    found = written(rehearsal="cd" * 32)
    assert (found.subject, found.digest, found.author) == (Subject.POLICY, DIGEST, "Ada")
    assert (found.about, found.freedoms, found.rehearsal) == ("Answered.", "Answered.", "cd" * 32)
    assert set(found.illegal) == set(IllegalKind)
    assert set(found.children) == set(ChildKind)
    assert set(found.illegal.values()) == {Risk(Level.LOW, Level.LOW, "Answered.")}


def test_what_was_read_is_read_back_from_its_record():
    assert read_assessment(written().record()) == written()


def test_a_fresh_form_has_every_question_open():
    found = tomllib.loads(form(Subject.SIGNAL, DIGEST, 'Ada "A"'))
    assert (found["subject"], found["author"], found["rehearsal"]) == ("signal", 'Ada "A"', "")
    refused(found, "about")


def test_what_is_not_answered_is_named():
    for field in ("about", "author", "freedoms", "subject", "digest"):
        for value in ("?", " ", "", None, 1):
            refused(data(**{field: value}), field)
        refused({name: value for name, value in data().items() if name != field}, field)


@pytest.mark.parametrize("table", ["illegal", "children"])
def test_every_kind_is_answered_and_no_other(table):
    for kind in IllegalKind if table == "illegal" else ChildKind:
        fewer = {name: risk for name, risk in data()[table].items() if name != kind}
        refused(data(**{table: fewer}), f"{table}.{kind}")
        for name in ("likelihood", "impact", "measures"):
            open_ = data()[table] | {kind.value: data()[table][kind] | {name: "?"}}
            refused(data(**{table: open_}), f"{table}.{kind}.{name}")
    refused(data(**{table: data()[table] | {"other": {}}}), f"{table}.other")
    refused(data(**{table: None}), table)
    refused(data(**{table: data()[table] | {"x": 1}}), f"{table}.x")


def test_only_what_is_asked_is_answered():
    refused(data(more="x"), "more")
    risk = data()["illegal"]["fraud"] | {"more": "x"}
    refused(data(illegal=data()["illegal"] | {"fraud": risk}), "illegal.fraud.more")


def test_levels_and_subjects_are_words_we_know():
    refused(data(subject="taste"), "subject")
    risk = data()["illegal"]["fraud"] | {"impact": "huge"}
    refused(data(illegal=data()["illegal"] | {"fraud": risk}), "illegal.fraud.impact")


@pytest.mark.parametrize("digest", ["ab" * 31, "ab" * 33, "AB" * 32, "zz" * 32])
def test_a_digest_is_sha_256_in_lower_case(digest):
    refused(data(digest=digest), "digest")
    refused(data(rehearsal=digest), "rehearsal")


def test_answers_are_not_endless():
    assert read_assessment(data(about="x" * MAX_TEXT)).about == "x" * MAX_TEXT
    refused(data(about="x" * (MAX_TEXT + 1)), "about")


@pytest.mark.parametrize("approver", ["Ada", " ada ", "ADA", "", " ", "?"])
def test_whoever_wrote_it_cannot_sign_it_and_nobody_neither(approver):
    with pytest.raises(BadInput) as trouble:
        written().message(approver)
    assert trouble.value.param == "approver"


def test_a_name_is_the_same_whatever_its_spaces():
    with pytest.raises(BadInput):
        written(author="Ada  Lovelace").message("ada lovelace")


def test_what_is_signed_holds_every_answer_and_the_approvers_name():
    message = written().message("Grace")
    assert message == written().message(" Grace ")
    assert message != written().message("Edith")
    assert message != replace(written(), about="Other.").message("Grace")
    assert message != replace(written(), freedoms="Other.").message("Grace")
    risky = {**written().illegal, IllegalKind.FRAUD: Risk(Level.HIGH, Level.LOW, "Answered.")}
    assert message != replace(written(), illegal=risky).message("Grace")


FILES = {"floor": {"rule": [{"id": "r", "outcome": "refuse"}], "scenario": [{"says": "x"}]}}


def test_a_policy_is_known_by_its_rules_and_choices_and_not_by_its_examples():
    digest = policy_digest(FILES, {})
    assert digest == policy_digest({"floor": {"rule": FILES["floor"]["rule"]}}, {"not_covered": []})
    assert digest != policy_digest({"floor": {"rule": [{"id": "r", "outcome": "hold"}]}}, {})
    assert digest != policy_digest({"other": FILES["floor"]}, {})
    assert digest != policy_digest(FILES, {"not_covered": ["x"]})
    assert policy_digest(FILES, {"not_covered": ["x"]}) != policy_digest(FILES, {"capability": ["x"]})
    assert len(digest) == 64


def test_anything_else_is_known_by_its_name():
    assert thing_digest(Subject.ROUTE, " x ") == thing_digest(Subject.ROUTE, "x")
    assert thing_digest(Subject.ROUTE, "x") != thing_digest(Subject.SIGNAL, "x")
    assert thing_digest(Subject.ROUTE, "x") != thing_digest(Subject.ROUTE, "y")
    with pytest.raises(BadInput):
        thing_digest(Subject.ROUTE, " ")
