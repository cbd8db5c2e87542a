"""A token is good for one request of one account, once, and for an hour."""

import asyncio
from datetime import timedelta

import pytest

from consentry.core.breaker import Ability, Limits, Tally
from consentry.core.content import Account, Request
from consentry.core.errors import BadInput, RouteNotGated, SafetyUnavailable
from consentry.core.ports import Made
from consentry.flows.check import LIFETIME, Checks, Cleared, Given
from consentry.flows.judge import Judged
from consentry.flows.passage import Passage
from consentry.store.memory import MemoryStore
from support.fakes import CountingIds, Eye, PlainDecoder, StillClock, judge, picture, request


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds())


@pytest.fixture
def passage(store):
    limits = Limits(asked=0, share=0.5, least=2, window=timedelta(minutes=10), pause=timedelta(minutes=30))
    found = Passage(store, dict.fromkeys(Ability, limits), timedelta(hours=1))
    found.register(dict.fromkeys(("check", "images.generations", "other"), "POST"))
    return found


@pytest.fixture
def checks(passage, store, clock):
    def made(before=0.0):
        ask = judge(store, Eye("before", before))
        return Checks(passage, ask, PlainDecoder(), store, clock, CountingIds())

    return made


def no_good(checks, token, asked):
    with pytest.raises(BadInput) as caught:
        checks.redeem(token, asked)
    return caught.value.code == "token_not_valid"


def test_a_request_that_passes_gets_a_token_that_is_good_once(checks):
    one = checks()
    cleared = one.clear(request("a harbour", b"ok 1"))
    assert isinstance(cleared, Cleared)
    assert cleared.seconds == LIFETIME.total_seconds()
    one.redeem(cleared.token, request("a harbour", b"ok 1"))
    assert no_good(one, cleared.token, request("a harbour", b"ok 1"))


def test_a_request_that_does_not_pass_gets_its_decision_and_no_token(checks):
    found = checks(before=0.9).clear(request())
    assert isinstance(found, Judged)
    assert not found.decision.passes


def test_a_stopped_route_clears_nothing(checks, passage, store):
    passage.switch("check", on=False)
    before = store.size()
    with pytest.raises(SafetyUnavailable) as caught:
        checks().clear(Request(**BASE))
    assert caught.value.code == "route_stopped"
    assert store.size() == before


def test_a_route_that_is_not_registered_clears_nothing(checks):
    with pytest.raises(RouteNotGated):
        checks().clear(Request(**{**BASE, "route": "nowhere"}))


def test_refusals_when_clearing_count_for_the_breaker_which_holds_there_too(checks, passage):
    for _ in range(2):
        assert isinstance(checks(before=0.9).clear(Request(**BASE)), Judged)
    with passage.store.read() as view:
        assert view.tally(Ability.EDIT, view.now() - timedelta(minutes=1)) == Tally(2, 2, 0)
    with pytest.raises(SafetyUnavailable) as caught:
        checks().clear(Request(**BASE))
    assert caught.value.code == "capability_paused"


def test_a_picture_that_cannot_be_read_is_sent_back(checks):
    with pytest.raises(BadInput) as caught:
        checks().clear(request("a harbour", b"no picture"))
    assert caught.value.code == "invalid_image"


BASE = {"route": "check", "account": Account("a"), "prompt": "a harbour", "inputs": (picture(b"ok 1"),)}


@pytest.mark.parametrize(
    "change",
    [
        {"route": "other"},
        {"account": Account("b")},
        {"prompt": "a lighthouse"},
        {"inputs": ()},
        {"inputs": (picture(b"ok 2"),)},
        {"made": (picture(b"ok 1"),), "inputs": ()},
        {"mask": picture()},
        {"markup": picture()},
        {"earlier": ("before",)},
        {"count": 2},
        {"place": "gb"},
        {"consent": "con_1"},
    ],
)
def test_a_token_is_good_for_nothing_but_its_own_request(checks, change):
    one = checks()
    cleared = one.clear(Request(**BASE))
    assert no_good(one, cleared.token, Request(**{**BASE, **change}))
    one.redeem(cleared.token, Request(**BASE))


def test_a_token_ends_and_cannot_be_made_to_last(checks, clock):
    one = checks()
    token = one.clear(request()).token
    clock.move(seconds=LIFETIME.total_seconds())
    assert no_good(one, token, request())
    for forged in (f"{token}.9999999999", token[:-1], "", "chk_\ud800", f"{token}0"):
        assert no_good(one, forged, request())


def test_a_token_is_good_until_its_last_second(checks, clock):
    one = checks()
    token = one.clear(request()).token
    clock.move(seconds=LIFETIME.total_seconds() - 1)
    one.redeem(token, request())


def test_a_token_is_kept_no_longer_than_it_is_good(checks, store, clock):
    one = checks()
    used, unused = (one.clear(request()).token for _ in range(2))
    one.redeem(used, request())
    with store.read() as view:
        (kept,) = view.fleeting_of(request().account.id)
    assert kept.ends == clock.now() + LIFETIME
    assert unused not in str(kept)
    clock.move(seconds=LIFETIME.total_seconds() + 300)
    assert [job.kind for job in store.claim(9, 60)] == ["sweep"]


def test_neither_the_words_nor_the_token_are_kept(checks, store):
    token = checks().clear(request("a harbour by night", b"ok 1")).token
    kept = f"{vars(store)} {store.line(0).record}"
    assert token not in kept
    assert "harbour" not in kept


def test_what_was_made_elsewhere_stands_for_a_generator():

    assert asyncio.run(Given([Made(b"ok")]).make(request())) == [Made(b"ok")]
