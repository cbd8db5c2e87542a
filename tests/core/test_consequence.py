"""Everything that follows from a choice is listed, with the words that each party gets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from consentry.core.appeal import Appeal, Party
from consentry.core.case import Case, CaseEvent, CaseState, Copy, CopyState
from consentry.core.caution import Caution
from consentry.core.consequence import (
    LINK,
    RIGHT,
    STANDS,
    STANDS_REFUSED,
    Act,
    consequences,
    statement,
    token,
)
from consentry.core.deadline import Deadline
from consentry.core.match import Method
from consentry.core.reasons import REDRESS
from consentry.core.review import REASONS, Choice, Resolution

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
CLOCKS = tuple(Deadline(name, "Act s.1", "gb", NOW) for name in ("one", "two"))
CASE = Case("C-1", CaseState.HIDDEN, NOW, NOW, CLOCKS)
FIRST = Copy("cpy_1", "C-1", "site", "item1", "https://site.example/1", Method.LOCATED, 0, CopyState.HIDDEN)
SECOND = replace(FIRST, id="cpy_2", url="https://site.example/2", method=Method.NEAR, distance=9)
UPHELD = Resolution("res_1", "rev_1", "C-1", Choice.UPHOLD, "made", "ada", NOW, ("cpy_1",), ("cpy_2",))
REFUSED = replace(UPHELD, choice=Choice.REFUSE, because="not_intimate_image_content")
APPEAL = Appeal("app_1", "res_1", "C-1", Party.POSTER, "cpy_1", NOW, "")


def acts(chosen, case=CASE, copies=(FIRST, SECOND), appeal=None):
    return [(effect.act, effect.subject) for effect in consequences(chosen, case, copies, appeal)]


def message(chosen, act, **more):
    (found,) = [one.message for one in consequences(chosen, CASE, (FIRST, SECOND), **more) if one.act is act]
    return found


def test_what_is_upheld_stays_hidden_and_what_was_not_meant_is_shown_again():
    assert acts(UPHELD) == [
        (Act.KEEP, "cpy_1"),
        (Act.RESTORE, "cpy_2"),
        (Act.TELL_POSTER, "cpy_1"),
        (Act.TELL_REPORTER, "C-1"),
    ]


def test_a_copy_that_is_shown_is_hidden_again_and_a_refused_case_opens():
    shown = replace(FIRST, state=CopyState.RESTORED)
    refused = replace(CASE, state=CaseState.REFUSED)
    first, second, *_ = consequences(UPHELD, refused, (shown,))
    assert (first.act, first.event) == (Act.MOVE, CaseEvent.APPEAL_UPHELD)
    assert (second.act, second.subject) == (Act.HIDE, "cpy_1")


def test_what_waited_for_a_person_is_hidden_once_they_agree():
    waited = replace(FIRST, state=CopyState.FOUND)
    cautious = replace(CASE, caution=Caution.MANY)
    child = replace(UPHELD, choice=Choice.ESCALATE, because="looks_young")
    for chosen in (UPHELD, child):
        assert (Act.HIDE, "cpy_1") in acts(chosen, cautious, (waited,))
        assert (Act.KEEP, "cpy_1") in acts(chosen, CASE, (waited,)), "it was ordered when it was found"
    assert (Act.KEEP, "cpy_1") in acts(UPHELD, cautious, (FIRST,))


def test_what_is_shown_already_needs_no_order():
    shown = replace(FIRST, state=CopyState.RESTORED)
    assert acts(REFUSED, copies=(shown, SECOND))[1:3] == [(Act.KEEP, "cpy_1"), (Act.RESTORE, "cpy_2")]


def test_a_refusal_shows_every_copy_again_and_ends_the_case():
    assert acts(REFUSED) == [
        (Act.MOVE, "C-1"),
        (Act.RESTORE, "cpy_1"),
        (Act.RESTORE, "cpy_2"),
        (Act.LET_GO, "C-1"),
        (Act.TELL_REPORTER, "C-1"),
    ]
    assert consequences(REFUSED, CASE, ())[0].event is CaseEvent.REFUSE
    assert REASONS[Choice.REFUSE][REFUSED.because] in message(REFUSED, Act.TELL_REPORTER).text


def test_what_is_refused_already_and_stands_moves_nothing():
    (told,) = consequences(REFUSED, replace(CASE, state=CaseState.REFUSED), (FIRST,))
    assert (told.act, told.message.text) == (Act.TELL_REPORTER, STANDS_REFUSED)


def test_a_sign_of_a_child_tells_no_poster_and_shows_nothing():
    chosen = replace(UPHELD, choice=Choice.ESCALATE, because="looks_young")
    shown = replace(SECOND, state=CopyState.RESTORED)
    assert acts(chosen, copies=(FIRST, shown)) == [
        (Act.MOVE, "C-1"),
        (Act.KEEP, "cpy_1"),
        (Act.HIDE, "cpy_2"),
        (Act.TELL_REPORTER, "C-1"),
    ]
    assert consequences(chosen, CASE, ())[0].event is CaseEvent.CHILD_SIGN


@pytest.mark.parametrize("state", [CaseState.ESCALATED, CaseState.SECURED])
def test_on_the_path_of_children_no_poster_is_told(state):
    sealed = acts(UPHELD, replace(CASE, state=state))
    assert Act.TELL_POSTER not in {act for act, _ in sealed}


def test_what_is_put_off_stays_as_it_is():
    chosen = replace(UPHELD, choice=Choice.HOLD, because="advice")
    assert acts(chosen) == [(Act.KEEP, "cpy_1"), (Act.KEEP, "cpy_2")]
    asked = replace(chosen, because="ask_reporter")
    assert acts(asked)[-1] == (Act.TELL_REPORTER, "C-1")


def test_a_copy_that_nobody_decided_about_is_left_alone():
    assert "cpy_3" not in {
        subject for _, subject in acts(UPHELD, copies=(FIRST, replace(SECOND, id="cpy_3")))
    }


def test_a_statement_says_what_why_under_which_law_and_how_to_object():
    told = statement(UPHELD, CASE, FIRST)
    for part in (FIRST.url, REASONS[Choice.UPHOLD]["made"], "Under: Act s.1.", LINK, *REDRESS):
        assert part in told.text
    assert "No machine decided" in told.text
    assert "comparing pictures" in statement(UPHELD, CASE, SECOND).text
    assert "comparing pictures" in statement(UPHELD, CASE, replace(FIRST, method=Method.EXACT)).text
    assert "our terms of use" in statement(UPHELD, replace(CASE, deadlines=()), FIRST).text
    assert message(UPHELD, Act.TELL_POSTER) == told


def test_nobody_is_told_who_reported_and_only_posters_get_an_address():
    for chosen in (UPHELD, REFUSED):
        for effect in consequences(chosen, CASE, (FIRST, SECOND)):
            assert (LINK in (effect.message.text if effect.message else "")) is (
                effect.act is Act.TELL_POSTER
            )
            assert effect.message is None or "C-1" not in effect.message.text


def test_an_appeal_of_a_poster_is_answered_and_nobody_is_told_twice():
    assert acts(UPHELD, appeal=APPEAL)[2:] == [(Act.TELL_POSTER, "cpy_1")]
    assert message(UPHELD, Act.TELL_POSTER, appeal=APPEAL).text == STANDS
    right = acts(REFUSED, appeal=APPEAL)
    assert right[-2:] == [(Act.TELL_REPORTER, "C-1"), (Act.TELL_POSTER, "cpy_1")]
    assert message(REFUSED, Act.TELL_POSTER, appeal=APPEAL).text == RIGHT


def test_an_appeal_of_a_reporter_and_what_is_put_off_need_no_answer_of_their_own():
    theirs = replace(APPEAL, party=Party.REPORTER, copy="")
    assert acts(UPHELD, appeal=theirs) == acts(UPHELD)
    put_off = replace(UPHELD, choice=Choice.HOLD, because="advice")
    assert acts(put_off, appeal=APPEAL) == acts(put_off)


def test_what_another_case_wants_hidden_stays_hidden_and_is_told_so():
    found = consequences(REFUSED, CASE, (FIRST, SECOND), None, frozenset({"cpy_2"}))
    assert [(one.act, one.subject) for one in found][1:3] == [(Act.RESTORE, "cpy_1"), (Act.KEEP, "cpy_2")]
    assert "another case" in found[2].says
    kept = consequences(UPHELD, CASE, (FIRST,), None, frozenset({"cpy_1"}))
    assert kept == consequences(UPHELD, CASE, (FIRST,))


def test_an_address_is_secret_to_one_copy_and_one_decision():
    made = {token(secret, res, copy) for secret in (b"a", b"b") for res in ("r", "s") for copy in ("c", "d")}
    assert len(made) == 8
    assert {len(one) for one in made} == {32}
    assert token(b"a", "r", "c") == token(b"a", "r", "c")
