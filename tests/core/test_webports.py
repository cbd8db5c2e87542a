from datetime import UTC, datetime

import pytest

from consentry.core.errors import UpstreamTrouble
from consentry.core.webports import LONGEST_PAUSE, Later, Reply, pause, require_well

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17.0),
        (" 17 ", 17.0),
        ("0", 0.0),
        ("9" * 30, 999_999_999.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 14:00:30 +0200", 0.0),
        ("Sun, 22 Nov 2026 11:59:30 GMT", 0.0),
        ("-5", 0.0),
        ("1.5", 0.0),
        ("²", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_a_pause_is_read_in_either_form(header, seconds):
    assert pause(Reply(429, headers={"retry-after": header}), NOON) == seconds


def test_without_the_header_no_pause_is_asked_for():
    assert pause(Reply(429), NOON) == 0.0


@pytest.mark.parametrize(("asked", "kept"), [(-1.0, 0.0), (5.0, 5.0), (3600.0, 3600.0), (1e9, LONGEST_PAUSE)])
def test_nobody_has_us_wait_for_ever(asked, kept):
    later = Later("Busy.", asked)
    assert later.seconds == kept
    assert (later.code, later.message) == ("asked_to_wait", "Busy.")
    assert later.next_step


@pytest.mark.parametrize(
    ("status", "well"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_what_went_well(status, well):
    reply = Reply(status)
    assert reply.well is well
    if well:
        assert require_well(reply, NOON) is None
    else:
        with pytest.raises(UpstreamTrouble) as caught:
            require_well(reply, NOON)
        assert caught.value.code == f"answered_{status}"
        assert str(status) in caught.value.message


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_platform_is_later(status):
    with pytest.raises(Later) as caught:
        require_well(Reply(status, headers={"retry-after": "9"}), NOON)
    assert caught.value.seconds == 9.0
    assert "busy" in caught.value.message


def test_another_failure_with_a_time_is_no_pause():
    with pytest.raises(UpstreamTrouble) as caught:
        require_well(Reply(500, headers={"retry-after": "9"}), NOON)
    assert not isinstance(caught.value, Later)


def test_no_body_or_header_is_shown():
    assert "secret" not in repr(Reply(200, b"secret", {"a": "secret"}))
    assert Reply(200).whole
