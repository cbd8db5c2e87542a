"""A refusal has a reason, one complaint, and an answer by somebody else."""

from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.case import RefusalGround
from consentry.core.errors import BadInput, Forbidden, IllegalTransition
from consentry.core.refusal import FEWEST_WORDS, MAX_WORDS, Refusal, check_reason

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=24)
MADE = Refusal("ref_1", "C-1", RefusalGround.NOT_INTIMATE, "stf_1", NOW, "blb_1")


def test_it_waits_from_the_complaint_to_the_answer():
    asked = MADE.objected("blb_2", NOW, DUE)
    done = asked.settled("stf_2", "blb_3", DUE, upheld=True)
    assert [one.waiting for one in (MADE, asked, done)] == [False, True, False]
    assert (asked.complained, asked.complaint, asked.due) == (NOW, "blb_2", DUE)
    assert (done.answered, done.answered_by, done.upheld, done.answer) == (DUE, "stf_2", True, "blb_3")
    assert not asked.settled("stf_2", "blb_3", DUE, upheld=False).upheld


def test_nobody_answers_a_complaint_about_themselves():
    with pytest.raises(Forbidden) as refused:
        MADE.objected("blb_2", NOW, DUE).settled("stf_1", "blb_3", DUE, upheld=False)
    assert refused.value.code == "same_person"


def test_one_complaint_and_one_answer():
    asked = MADE.objected("blb_2", NOW, DUE)
    with pytest.raises(IllegalTransition):
        asked.objected("blb_4", NOW, DUE)
    with pytest.raises(IllegalTransition):
        MADE.settled("stf_2", "blb_3", DUE, upheld=True)
    with pytest.raises(IllegalTransition):
        asked.settled("stf_2", "b", DUE, upheld=True).settled("stf_2", "b", DUE, upheld=False)


@pytest.mark.parametrize("words", ["", "no", "   " + "x" * (FEWEST_WORDS - 1) + "   "])
def test_a_reason_says_something(words):
    with pytest.raises(BadInput) as refused:
        check_reason(words)
    assert (refused.value.code, refused.value.param) == ("reason_missing", "reason")


def test_a_reason_is_kept_without_the_space_around_it_and_has_an_end():
    assert check_reason(f"  {'x' * FEWEST_WORDS} ") == "x" * FEWEST_WORDS
    assert check_reason("x" * MAX_WORDS) == "x" * MAX_WORDS
    with pytest.raises(BadInput) as refused:
        check_reason("x" * (MAX_WORDS + 1))
    assert refused.value.code == "reason_too_long"
