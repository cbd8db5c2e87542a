"""Cases are opened with the settings' own time for complaints."""

from datetime import timedelta

from consentry.wiring import open_cases
from support.small import wanted


def test_a_complaint_has_the_time_that_the_settings_say(tmp_path):
    with open_cases(wanted(tmp_path, complaint_hours=5)) as cases:
        assert cases.within == timedelta(hours=5)
    with open_cases(wanted(tmp_path)) as cases:
        assert cases.within == timedelta(hours=24)
