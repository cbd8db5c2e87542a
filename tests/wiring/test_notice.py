"""The register is kept in the same database as everything else, and survives its program."""

from datetime import UTC, datetime

from consentry.wiring import open_notices
from support.small import wanted


def test_what_was_written_down_is_there_the_next_time(tmp_path):
    with open_notices(wanted(tmp_path)) as notices:
        notices.receive("Ofcom", "X/12", "Figures", datetime(2099, 1, 1, tzinfo=UTC), "Ada")
    with open_notices(wanted(tmp_path)) as notices:
        (found,), holds = notices.every()
        assert (found.record["authority"], holds, notices.overdue()) == ("Ofcom", [], [])
