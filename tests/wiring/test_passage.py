"""The breakers have the limits that the settings name, and the register knows our own routes."""

from datetime import timedelta

from consentry.core.breaker import Ability
from consentry.core.route import OWN
from consentry.wiring import open_passage
from support.small import wanted


def test_the_limits_are_those_of_the_settings(tmp_path):
    settings = wanted(
        tmp_path, breaker_generations=9, breaker_edits=3, breaker_refusals=0.4, breaker_window_minutes=2.0,
        breaker_pause_minutes=1.0, canary_minutes=5.0,
    )  # fmt: skip
    with open_passage(settings) as passage:
        edit, words = passage.limits[Ability.EDIT], passage.limits[Ability.GENERATE]
        assert (edit.asked, words.asked) == (3, 9)
        assert (edit.share, edit.window, edit.pause) == (0.4, timedelta(minutes=2), timedelta(minutes=1))
        assert passage.every == timedelta(minutes=5)
        assert {route.name for route in passage.routes()} == set(OWN)


def test_without_a_schedule_a_canary_is_overdue_after_hours(tmp_path):
    with open_passage(wanted(tmp_path)) as passage:
        assert passage.every == timedelta(hours=1)
