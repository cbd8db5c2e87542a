"""Whoever speaks to a source is never led elsewhere, flooded, kept waiting, or made to repeat its words."""

import time
from contextlib import closing

import pytest

from consentry import banks
from consentry.banks import Caller
from consentry.core.errors import UpstreamTrouble
from consentry.core.exchange import UNREADABLE
from contracts.service import Reply, service
from support.talking import Answer, talking

WORDS = b"the source's own words"


def ask(url, **more):
    with closing(Caller(url, **more)) as caller:
        return caller.get("list")


def code_of(answer, **more):
    with talking(lambda _asked: answer) as url, pytest.raises(UpstreamTrouble) as caught:
        ask(url, **more)
    assert WORDS.decode() not in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "bank_refused_us"),
        (403, "bank_refused_us"),
        (429, "bank_busy"),
        (502, "bank_failed"),
        (503, "bank_failed"),
        (400, UNREADABLE),
        (500, UNREADABLE),
        (304, "bank_failed"),
    ],
)
def test_each_way_to_fail_has_its_code(status, code):
    assert code_of(Answer(status, b"" if status == 304 else WORDS)) == code


def test_nobody_is_led_elsewhere():
    visits = []

    def elsewhere(asked):
        visits.append(asked)
        return Answer(body=b"{}")

    with talking(elsewhere) as other:
        assert code_of(Answer(302, headers={"Location": other}), headers={"x-key": "secret"}) == "bank_failed"
    assert not visits


def test_a_flood_is_cut_off(monkeypatch):
    monkeypatch.setattr(banks, "MAX_ANSWER", 1000)
    assert code_of(Answer(body=b"x" * 1001)) == "bank_failed"


def test_what_would_unfold_in_our_hands_is_refused():
    assert code_of(Answer(body=b"x", headers={"Content-Encoding": "gzip"})) == "bank_failed"


def test_a_slow_drip_is_not_waited_for():
    started = time.monotonic()
    drip = Reply(body=b"x" * 100, drip=0.05)
    with (
        service(lambda _path, _body: drip) as dripping,
        closing(Caller(dripping.url, seconds=0.3)) as caller,
        pytest.raises(UpstreamTrouble) as caught,
    ):
        caller.send("POST", "list", b"", "text/plain")
    assert caught.value.code == "bank_timeout"
    assert time.monotonic() - started < 3


def test_nobody_there_is_said_so():
    with talking(lambda _asked: Answer()) as url:
        pass
    with pytest.raises(UpstreamTrouble) as caught:
        ask(url)
    assert caught.value.code == "bank_unreachable"
