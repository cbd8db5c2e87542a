"""Who has a review in hand, and what may be chosen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.case import Case, CaseState, RefusalGround
from consentry.core.errors import BadInput, Conflict, Forbidden
from consentry.core.report import Report, Standing, Under18, Why
from consentry.core.review import (
    CLAIM,
    MAX_NOTE,
    REASONS,
    WITHIN,
    Choice,
    Chosen,
    Resolution,
    Review,
    ReviewState,
    Task,
    check,
    choices,
    first_review,
    must_be_open,
    must_be_unchanged,
    must_see,
    second_look,
    severity,
    takes_two,
)
from consentry.core.staff import Member, Role

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CASE = Case("C-1", CaseState.OPEN, NOW, NOW + timedelta(hours=48), ())
REVIEW = first_review(CASE, 2)
MOMENT = timedelta(microseconds=1)
REPORT = Report(Standing.SELF, Under18.NO, (), "s", declares_intimate=True, good_faith=True, signature="n")


def test_a_new_case_puts_a_question():
    assert Review("rev_C-1", "C-1", Task.FIRST, CASE.due, 2, NOW) == REVIEW
    assert REVIEW.open
    assert REVIEW.held_by(NOW) == ""


def test_a_claim_lasts_ten_minutes_and_no_longer():
    held = REVIEW.claimed("ada", NOW)
    assert (held.holder, held.since, held.until) == ("ada", NOW, NOW + CLAIM)
    assert timedelta(minutes=10) == CLAIM
    assert held.held_by(NOW + CLAIM - MOMENT) == "ada"
    assert held.held_by(NOW + CLAIM) == ""


def test_claiming_again_makes_it_longer_and_keeps_the_beginning():
    again = REVIEW.claimed("ada", NOW).claimed("ada", NOW + CLAIM - MOMENT)
    assert (again.since, again.until) == (NOW, NOW + 2 * CLAIM - MOMENT)
    anew = REVIEW.claimed("ada", NOW).claimed("ada", NOW + CLAIM)
    assert anew.since == NOW + CLAIM


def test_what_a_colleague_has_is_theirs_until_the_claim_ends():
    held = REVIEW.claimed("ada", NOW)
    with pytest.raises(Conflict) as trouble:
        held.claimed("bea", NOW + CLAIM - MOMENT)
    assert trouble.value.code == "claimed"
    assert held.claimed("bea", NOW + CLAIM).holder == "bea"


def test_whoever_decided_before_does_not_get_it_again():
    with pytest.raises(Forbidden) as trouble:
        replace(REVIEW, barred=frozenset({"ada"})).claimed("ada", NOW)
    assert trouble.value.code == "decided_before"


def test_only_its_holder_gives_it_back_or_hands_it_over():
    held = REVIEW.claimed("ada", NOW)
    free = held.released("ada", NOW)
    assert (free.holder, free.until, free.since) == ("", None, None)
    later = NOW + MOMENT
    handed = held.handed("ada", "bea", later)
    assert (handed.holder, handed.since, handed.until) == ("bea", later, later + CLAIM)
    for act in (
        lambda: held.released("bea", NOW),
        lambda: held.handed("bea", "cy", NOW),
        lambda: held.must_be_held("ada", NOW + CLAIM),
    ):
        with pytest.raises(Conflict) as trouble:
            act()
        assert trouble.value.code == "claim_lost"
    held.must_be_held("ada", NOW)


@pytest.mark.parametrize("state", [ReviewState.CHOSEN, ReviewState.DONE])
def test_what_is_decided_cannot_be_taken(state):
    with pytest.raises(Conflict) as trouble:
        replace(REVIEW, state=state).claimed("ada", NOW)
    assert trouble.value.code == "decided"
    assert not replace(REVIEW, state=state).open
    assert replace(REVIEW, state=ReviewState.CONFIRM).claimed("ada", NOW).open


@pytest.mark.parametrize("choice", list(Choice))
def test_a_choice_needs_a_reason_that_is_one_for_it(choice):
    for because in REASONS[choice]:
        check(choice, because, "n" * MAX_NOTE)
    others = {reason for other in Choice if other is not choice for reason in REASONS[other]}
    for because in ("", *others):
        with pytest.raises(BadInput) as trouble:
            check(choice, because, "")
        assert (trouble.value.code, trouble.value.param) == ("reason_missing", "because")
    with pytest.raises(BadInput) as trouble:
        check(choice, next(iter(REASONS[choice])), "n" * (MAX_NOTE + 1))
    assert (trouble.value.code, trouble.value.param) == ("note_long", "note")


def test_a_refusal_has_one_of_the_grounds_of_the_law_and_nothing_else_has():
    assert set(REASONS[Choice.REFUSE]) == set(RefusalGround)
    chosen = Resolution(
        "r", "rev", "C-1", Choice.REFUSE, RefusalGround.NOT_THE_PERSON.value, "a", NOW, (), ()
    )
    assert chosen.ground is RefusalGround.NOT_THE_PERSON
    assert replace(chosen, choice=Choice.UPHOLD, because="made").ground is None


@pytest.mark.parametrize(
    ("choice", "state", "two"),
    [
        (Choice.ESCALATE, CaseState.OPEN, True),
        (Choice.UPHOLD, CaseState.OPEN, False),
        (Choice.REFUSE, CaseState.REMOVED, False),
        (Choice.UPHOLD, CaseState.ESCALATED, True),
        (Choice.HOLD, CaseState.SECURED, True),
    ],
)
def test_two_people_for_what_cannot_be_undone_and_for_children(choice, state, two):
    assert takes_two(choice, replace(CASE, state=state)) is two


@pytest.mark.parametrize("state", list(CaseState))
def test_on_the_path_of_children_nothing_is_refused_and_nothing_leads_back(state):
    case = replace(CASE, state=state)
    sealed = state in {CaseState.ESCALATED, CaseState.SECURED}
    assert choices(case) == ((Choice.UPHOLD, Choice.HOLD) if sealed else tuple(Choice))
    must_be_open(Choice.HOLD, case)
    if sealed:
        with pytest.raises(Conflict) as trouble:
            must_be_open(Choice.REFUSE, case)
        assert trouble.value.code == "not_open"


@pytest.mark.parametrize(
    ("changes", "grave"),
    [
        ({}, 1),
        ({"why": Why.SHARED}, 1),
        ({"why": Why.THREAT}, 2),
        ({"why": Why.MADE}, 2),
        ({"under18": Under18.UNSURE, "why": Why.MADE}, 3),
        ({"standing": Standing.GUARDIAN}, 3),
    ],
)
def test_a_sign_of_a_child_is_gravest_then_threats_and_what_was_made(changes, grave):
    assert severity(replace(REPORT, **changes)) == grave


CHOSEN = Chosen(Choice.UPHOLD, "made", frozenset({"a"}), frozenset({"a", "b"}), 3)


def test_a_choice_counts_only_for_what_was_before_whoever_made_it():
    review = replace(REVIEW, version=3)
    must_be_unchanged(review, CHOSEN, {"a", "b"})
    for found in ({"a"}, {"a", "b", "c", "d"}):
        with pytest.raises(Conflict) as trouble:
            must_be_unchanged(review, CHOSEN, found)
        assert trouble.value.code == "changed"
    assert trouble.value.message.startswith("2 more copies")
    with pytest.raises(Conflict) as trouble:
        must_be_unchanged(replace(review, version=4), CHOSEN, {"a", "b"})
    assert trouble.value.code == "changed"
    with pytest.raises(BadInput):
        must_be_unchanged(review, replace(CHOSEN, ticked=frozenset({"c"})), {"a", "b"})


def test_a_second_look_is_for_somebody_else_and_can_wait():
    first = replace(REVIEW, barred=frozenset({"cy"}), severity=3, line=7)
    made = Resolution("res_1", "rev_C-1", "C-1", Choice.UPHOLD, "made", "ada", NOW, (), (), second="bea")
    again = second_look(first, made, NOW)
    assert (again.id, again.case, again.task, again.line) == ("rev_res_1", "C-1", Task.BLIND, 7)
    assert again.barred == {"ada", "bea", "cy"}
    assert (again.due, again.opened, again.severity) == (NOW + WITHIN, NOW, 1)
    assert second_look(first, replace(made, second=""), NOW).barred == {"ada", "cy"}


def test_the_path_of_children_is_seen_by_those_whose_duty_it_is():
    sealed = replace(CASE, state=CaseState.SECURED)
    ada = Member("ada", "ada", frozenset({Role.SENIOR}), NOW)
    must_see(CASE, ada)
    must_see(sealed, replace(ada, roles=frozenset({Role.CHILD_SAFETY})))
    with pytest.raises(Forbidden) as trouble:
        must_see(sealed, ada)
    assert trouble.value.code == "sealed"
