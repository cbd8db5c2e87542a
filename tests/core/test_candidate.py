from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.candidate import (
    Candidate,
    CandidateState,
    Kept,
    forgetting,
    learning,
    looking,
    seeking,
)
from consentry.core.errors import IllegalTransition
from consentry.core.match import Match, Method

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FOUND = Candidate("cnd_1", "upl_1", Match("case:1", "case", Method.PARTIAL, 40), NOON)


@pytest.mark.parametrize(
    "state", [CandidateState.CONFIRMED, CandidateState.DISMISSED, CandidateState.WITHDRAWN]
)
def test_a_candidate_is_decided_once(state):
    assert FOUND.state is CandidateState.OPEN
    ended = FOUND.ended(state)
    assert (ended.state, ended.id, ended.match) == (state, "cnd_1", FOUND.match)
    with pytest.raises(IllegalTransition, match=f"^The candidate is {state.value} already.$") as refused:
        ended.ended(CandidateState.CONFIRMED)
    assert refused.value.next_step == "Look at what was decided."


def test_the_words_for_states_never_change():
    assert {state.value for state in CandidateState} == {"open", "confirmed", "dismissed", "withdrawn"}


def test_a_picture_is_learnt_and_an_upload_looked_at_once():
    payload = {"known": "case:1", "evidence": "blb_1"}
    assert learning("case:1", "blb_1", NOON) == ("learn", payload, "learn:case:1:blb_1", NOON)
    assert looking("upl_1", NOON) == ("look", {"known": "upl_1"}, "look:upl_1", NOON)


def test_seeking_goes_on_where_it_stopped():
    first, then = seeking("case:1", "", NOON), seeking("case:1", "upl_7", NOON)
    assert first == ("seek", {"known": "case:1", "after": ""}, "seek:case:1:", NOON)
    assert then == ("seek", {"known": "case:1", "after": "upl_7"}, "seek:case:1:upl_7", NOON)


def test_features_may_be_forgotten_at_the_end_of_their_time_and_before():
    kept = Kept("upl_1", "upload", "blb_1")
    now, later = forgetting(kept, NOON), forgetting(kept, NOON + timedelta(1))
    assert now == (
        "forget",
        {"owner": "upl_1", "blob": "blb_1"},
        "forget:blb_1:2026-05-01T12:00:00+00:00",
        NOON,
    )
    assert now[2] != later[2]
