from datetime import UTC, datetime

from consentry.core.queue import JobState, Listed


def test_a_job_is_in_one_of_four_states_with_the_names_that_are_stored():
    assert {one.value for one in JobState} == {"ready", "leased", "done", "dead"}
    assert JobState("dead") is JobState.DEAD


def test_a_listed_job_says_what_is_to_be_done_and_what_went_wrong():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    one = Listed(7, "hide", {"copy": "cpy_1"}, at, 3, JobState.DEAD, "answered_500")
    assert (one.number, one.kind, one.payload["copy"], one.run_at) == (7, "hide", "cpy_1", at)
    assert (one.attempts, one.state, one.trouble) == (3, JobState.DEAD, "answered_500")
