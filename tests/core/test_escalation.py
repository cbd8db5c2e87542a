"""A case that still runs is looked at at fixed moments, however short its clock, in every zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consentry.core.case import Case, CaseState
from consentry.core.escalation import WATCH, Mark, marks, watching

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def hours(received, due):
    return [(mark, (due - at) / timedelta(hours=1)) for mark, at in marks(received, due)]


def test_of_two_days_every_mark_comes_in_order():
    assert hours(NOW, NOW + timedelta(hours=48)) == [
        (Mark.HALF, 24), (Mark.SIX_HOURS, 6), (Mark.LAST_HOUR, 1), (Mark.OVERDUE, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (10, [Mark.SIX_HOURS, Mark.HALF, Mark.LAST_HOUR, Mark.OVERDUE]),
        (6, [Mark.HALF, Mark.LAST_HOUR, Mark.OVERDUE]),
        (2.01, [Mark.HALF, Mark.LAST_HOUR, Mark.OVERDUE]),
        (2, [Mark.LAST_HOUR, Mark.OVERDUE]),
        (1, [Mark.LAST_HOUR, Mark.OVERDUE]),
        (0, [Mark.LAST_HOUR, Mark.OVERDUE]),
    ],
)
def test_a_short_clock_keeps_its_last_hour_and_its_end(given, left):
    found = marks(NOW, NOW + timedelta(hours=given))
    assert [mark for mark, _ in found] == left
    assert all(NOW <= at <= NOW + timedelta(hours=given) for _, at in found)
    assert [at for _, at in found] == sorted(at for _, at in found)


def test_with_less_than_an_hour_the_last_hour_begins_at_once():
    assert marks(NOW, NOW + timedelta(minutes=20))[0] == (Mark.LAST_HOUR, NOW)


def test_the_night_in_which_clocks_go_back_adds_no_hour():
    received = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)
    due = received + timedelta(hours=48)
    assert [(due - at).total_seconds() / 3600 for _, at in marks(received, due)] == [24, 6, 1, 0]


def test_only_the_last_hour_and_the_end_hide():
    assert [mark for mark in Mark if mark.hides] == [Mark.LAST_HOUR, Mark.OVERDUE]


def test_the_work_names_its_case_its_mark_and_its_version():
    case = Case("C-1", CaseState.OPEN, NOW, NOW + timedelta(hours=2), (), version=3)
    assert watching(case) == (
        (
            WATCH,
            {"case": "C-1", "mark": "last_hour"},
            "watch:C-1:last_hour:3",
            NOW + timedelta(hours=1),
        ),
        (WATCH, {"case": "C-1", "mark": "overdue"}, "watch:C-1:overdue:3", NOW + timedelta(hours=2)),
    )
