"""What carried a decision is told from what did not, and what nobody could count is said."""

from datetime import UTC, datetime

import pytest

from consentry.core.breaker import Tally
from consentry.core.egress import CANNOT_KNOW, Egress, Guarded, guarded
from consentry.core.errors import BadInput

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
FIGURES = """# HELP consentry_guard_calls_total Calls by what became of them.
# TYPE consentry_guard_calls_total counter
consentry_guard_calls_total{outcome="permit_missing"} 3
consentry_guard_calls_total{outcome="permitted"} 9
# TYPE consentry_guard_since_seconds gauge
consentry_guard_since_seconds 1795608000
"""


def egress(made=9, *guards):
    return Egress(AT, Tally(asked=12, refused=2, made=made), guards)


def test_a_guard_s_figures_are_read():
    found = guarded(FIGURES)
    assert found == Guarded(AT, {"permit_missing": 3, "permitted": 9})
    assert (found.permitted, found.refused) == (9, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        FIGURES.replace("since", "until"),
        FIGURES.replace('"permitted"', '"passed"'),
        FIGURES.replace(" 9\n", " many\n"),
        FIGURES.replace(" 1795608000", " " + "9" * 12),
    ],
)
def test_anything_else_is_no_guard(text):
    with pytest.raises(BadInput) as raised:
        guarded(text)
    assert (raised.value.code, raised.value.param) == ("no_guard", "guard")


def test_a_guard_that_counted_no_permitted_call_permitted_none():
    assert (Guarded(AT, {}).permitted, Guarded(AT, {"permit_used": 2}).refused) == (0, 2)


def test_the_share_is_of_all_calls_to_all_guarded_generators():
    one, other = Guarded(AT, {"permitted": 6, "permit_missing": 2}), Guarded(AT, {"permit_invalid": 2})
    assert egress(6, one, other).share == 0.6
    assert egress(6, one).share == 0.75
    assert egress(6, other).share == 0.0


def test_without_a_call_there_is_no_share_and_not_a_perfect_one():
    assert egress(0).share is None
    assert egress(0, Guarded(AT, {"permitted": 0})).share is None
    assert egress(0).record()["share_with_a_decision"] is None


def test_what_was_made_and_seen_by_no_guard_is_counted():
    assert egress(9, Guarded(AT, {"permitted": 6})).beside == 3
    assert egress(9).beside == 9
    assert egress(9, Guarded(AT, {"permitted": 11})).beside == 0  # retries, and the canary's own probes


def test_the_record_has_every_figure_and_what_none_of_them_says():
    found = egress(9, Guarded(AT, {"permitted": 7, "permit_missing": 2}), Guarded(AT, {"permit_used": 1}))
    assert found.record() == {
        "since": "2026-11-25T12:00:00.000000Z",
        "asked_at_the_gate": 12,
        "refused_at_the_gate": 2,
        "made_through_the_gate": 9,
        "guards": 2,
        "calls_with_a_decision": 7,
        "calls_without_one_and_refused": 3,
        "share_with_a_decision": 0.7,
        "made_and_seen_by_no_guard": 2,
        "cannot_know": list(CANNOT_KNOW),
    }


def test_the_share_is_told_to_four_places():
    found = egress(1, Guarded(AT, {"permitted": 2, "permit_missing": 1}))
    assert found.record()["share_with_a_decision"] == 0.6667
