"""So many calls a second and no more, with a clock that the test moves."""

import pytest

from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.webports import Later, Reply
from consentry.remote.pace import PATIENCE, REST, Pace, PacedCaller


class Hands:
    """A clock that moves when somebody sleeps."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def paced(rate):
    hands = Hands()
    return Pace(rate, clock=hands, sleep=hands.sleep), hands


def test_a_hundred_calls_at_ten_a_second_take_nine_seconds():
    pace, hands = paced(10)
    for _ in range(100):
        pace.take()
    assert hands.now - 100.0 == pytest.approx(9.0)  # ten were there at the beginning


def test_rest_fills_the_bucket_and_no_more():
    pace, hands = paced(10)
    for _ in range(10):
        pace.take()
    hands.now += 3600
    before = hands.now
    for _ in range(11):
        pace.take()
    assert hands.now - before == pytest.approx(0.1)


def test_who_would_wait_long_gets_later_and_takes_nothing():
    pace, hands = paced(0.1)
    pace.take()
    for _ in range(3):
        with pytest.raises(Later) as caught:
            pace.take()
        assert caught.value.seconds == pytest.approx(10.0)
    hands.now += 10.0 - PATIENCE
    pace.take()
    assert hands.now == pytest.approx(110.0)


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_is_above_nothing(rate):
    with pytest.raises(SetupTrouble):
        Pace(rate)


def test_calls_take_tokens_and_visits_do_not():
    taken = []

    class Counted(Pace):
        def take(self):
            taken.append(1)

    class Quiet:
        def call(self, method, url, headers, body=b"", *, limit=0):
            return Reply(200, body)

        def visit(self, url, limit):
            return Reply(404)

    caller = PacedCaller(Quiet(), Counted(1))
    assert caller.call("POST", "u", {}, b"x", limit=1).data == b"x"
    assert caller.visit("u", 1).status == 404
    assert len(taken) == 1


def test_a_server_that_does_not_answer_rests_so_that_others_are_served():
    hands, asked = Hands(), []

    class Hanging:
        code = "no_answer"

        def call(self, method, url, headers, body=b"", *, limit=0):
            asked.append(url)
            raise UpstreamTrouble("Nothing.", code=self.code)

    hanging = Hanging()
    caller = PacedCaller(hanging, Pace(100, clock=hands, sleep=hands.sleep), clock=hands)
    for _ in range(3):
        with pytest.raises(UpstreamTrouble):
            caller.call("POST", "u", {})
    assert len(asked) == 1
    hands.now += REST - 1
    with pytest.raises(Later) as caught:
        caller.call("POST", "u", {})
    assert caught.value.seconds == pytest.approx(1.0)
    hands.now += 1
    hanging.code = "answered_500"  # a server that answers needs no rest
    for _ in range(3):
        with pytest.raises(UpstreamTrouble):
            caller.call("POST", "u", {})
    assert len(asked) == 4
