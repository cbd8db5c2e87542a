"""What was entered is sealed under the cookie, and gone after an hour, at leaving, or for want of room."""

from datetime import UTC, datetime, timedelta

from consentry.web.public.session import LONGEST, Visits

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Now:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


def test_answers_come_back_to_whoever_has_the_cookie():
    visits = Visits(Now())
    token = visits.begin({"who": "self"})
    visits.write(token, {"who": "guardian"})
    assert visits.read(token) == {"who": "guardian"}
    assert visits.read("another") is None
    assert visits.read("") is None


def test_what_is_kept_says_nothing_without_the_cookie():
    visits = Visits(Now())
    token = visits.begin({"signature": "Quetzal"})
    memory = repr(vars(visits))
    assert "Quetzal" not in memory
    assert token not in memory


def test_an_hour_is_the_end_however_busy_somebody_is():
    now = Now()
    visits = Visits(now)
    token = visits.begin({})
    now.at = START + LONGEST - timedelta(seconds=1)
    visits.write(token, {"a": "b"})
    assert visits.read(token) == {"a": "b"}
    now.at = START + LONGEST
    assert visits.read(token) is None
    assert len(visits) == 0


def test_old_visits_go_when_somebody_comes():
    now = Now()
    visits = Visits(now)
    visits.begin({})
    now.at = START + LONGEST
    visits.begin({})
    assert len(visits) == 1


def test_whoever_left_is_not_brought_back():
    visits = Visits(Now())
    token = visits.begin({"a": "b"})
    visits.end(token)
    visits.write(token, {"a": "c"})
    assert visits.read(token) is None
    assert len(visits) == 0


def test_for_want_of_room_the_one_idle_longest_goes():
    visits = Visits(Now(), most=2_500)
    idle, busy = visits.begin({"a": "x" * 900}), visits.begin({"a": "x" * 900})
    visits.write(idle, {"a": "y" * 900})
    visits.begin({"a": "x" * 900})
    assert visits.read(busy) is None
    assert visits.read(idle) == {"a": "y" * 900}
