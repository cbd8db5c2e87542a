"""Who may object, until when, and what counts as being right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.appeal import (
    ANSWER,
    ANSWER_SOON,
    MAX_WORDS,
    WINDOW,
    Appeal,
    AppealState,
    Party,
    check,
)
from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.core.review import Choice, Resolution, ResolutionState

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
UPHELD = Resolution(
    "res_1", "rev_1", "C-1", Choice.UPHOLD, "made", "ada", NOW, ("cpy_1",), ("cpy_2",), ResolutionState.DONE
)
REFUSED = replace(UPHELD, choice=Choice.REFUSE, because="not_intimate_image_content")
POSTER = Appeal("app_1", "res_1", "C-1", Party.POSTER, "cpy_1", NOW, "blb_1")
REPORTER = replace(POSTER, party=Party.REPORTER, copy="")


@pytest.mark.parametrize(
    ("appeal", "now", "met"),
    [
        (POSTER, UPHELD, False),
        (POSTER, REFUSED, True),
        (POSTER, replace(UPHELD, ticked=(), others=("cpy_1",)), True),
        (POSTER, replace(UPHELD, choice=Choice.ESCALATE), False),
        (POSTER, replace(UPHELD, choice=Choice.ESCALATE, ticked=()), False),
        (REPORTER, UPHELD, True),
        (REPORTER, REFUSED, False),
        (REPORTER, replace(UPHELD, choice=Choice.ESCALATE), True),
    ],
)
def test_an_appeal_is_right_if_another_person_gives_what_was_asked(appeal, now, met):
    assert appeal.met_by(now) is met
    answered = appeal.answered(replace(now, by="bea", at=NOW + ANSWER))
    assert answered.state is (AppealState.UPHELD if met else AppealState.REJECTED)
    assert (answered.by, answered.decided) == ("bea", NOW + ANSWER)


def test_a_reporter_is_answered_sooner():
    assert (POSTER.due, REPORTER.due) == (NOW + ANSWER, NOW + ANSWER_SOON)
    assert ANSWER_SOON < ANSWER


def test_posters_object_to_what_was_upheld_and_reporters_to_what_was_refused():
    assert check(UPHELD, Party.POSTER, " why ", 0, NOW) == "why"
    assert check(REFUSED, Party.REPORTER, "why", 0, NOW) == "why"
    for against, party in (
        (UPHELD, Party.REPORTER),
        (REFUSED, Party.POSTER),
        (replace(UPHELD, state=ResolutionState.CHOSEN), Party.POSTER),
        (replace(UPHELD, state=ResolutionState.REVERSED), Party.POSTER),
    ):
        with pytest.raises(NotFound):
            check(against, party, "why", 0, NOW)


@pytest.mark.parametrize(
    ("words", "present", "after", "trouble", "code"),
    [
        (" ", 0, timedelta(0), BadInput, "appeal_empty"),
        ("w" * (MAX_WORDS + 1), 0, timedelta(0), BadInput, "appeal_long"),
        ("w", 1, timedelta(0), Conflict, "appealed"),
        ("w", 0, WINDOW, Conflict, "appeal_late"),
    ],
)
def test_what_cannot_be_taken_says_why(words, present, after, trouble, code):
    with pytest.raises(trouble) as raised:
        check(UPHELD, Party.POSTER, words, present, NOW + after)
    assert raised.value.code == code


def test_the_last_word_and_the_last_moment_still_count():
    last = NOW + WINDOW - timedelta(microseconds=1)
    assert check(UPHELD, Party.POSTER, "w" * MAX_WORDS, 0, last) == "w" * MAX_WORDS
