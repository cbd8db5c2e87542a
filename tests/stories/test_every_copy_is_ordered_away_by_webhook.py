"""Every copy of an image is hidden through a platform's webhook, once each and at its pace."""

import time
from ipaddress import ip_network

import pytest

from consentry.core.case import CaseState
from consentry.core.platformports import Ability
from consentry.core.ports import Job
from consentry.core.queue import JobState
from consentry.flows.takedown import Takedown
from consentry.jobs import working
from consentry.platforms.webhook import Addresses, WebhookPlatform
from consentry.remote.caller import SafeCaller
from consentry.remote.pace import Pace, PacedCaller
from consentry.remote.signer import WebhookSigner
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from support.harbour import SECRET, harbour
from support.stores import a_case, a_copy

RATE = 50.0
"""Orders a second that the platform allows."""


@pytest.fixture
def running(tmp_path):
    with harbour(tmp_path) as found:
        yield found


@pytest.fixture
def platform(running):
    caller = SafeCaller((ip_network("127.0.0.0/8"),))
    addresses = Addresses(f"{running.url}/orders", f"{running.url}/media/{{item}}")
    abilities = frozenset({Ability.HIDE, Ability.RESTORE})
    paced = PacedCaller(caller, Pace(RATE))
    yield WebhookPlatform("site", addresses, abilities, paced, WebhookSigner([SECRET]), SystemClock())
    caller.close()


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'consentry.db'}", SystemClock(), RandomIds())
    yield store
    store.close()


def reported(store, running, platform, number):
    """One case with so many copies, each posted, and the order to hide each."""
    for name in range(number):
        running.publish(b"a drawn pier", f"pier-{name}")
    with store.begin() as tx:
        tx.add_case(a_case())
        for name in range(number):
            item = f"pier-{name}"
            copy = a_copy(name, item=item, url=platform.address(item))
            tx.add_copy(copy)
            tx.enqueue(Job("hide", {"copy": copy.id}, f"hide:{copy.id}", tx.now()))


def takedown(store, platform):
    """The steps of a copy that nobody can fetch; nothing is decoded or looked for."""
    return Takedown(store, {"site": platform}, None, None, None, None, RandomIds())


def wait_for(true, seconds):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("copies", "seconds"), [(120, 60), pytest.param(10_000, 300, marks=pytest.mark.deep, id="ten thousand")]
)
def test_every_copy_is_hidden_once_at_the_platforms_pace(running, platform, store, copies, seconds):
    reported(store, running, platform, copies)
    begun = time.monotonic()
    with working(store, takedown(store, platform).run, 4):
        wait_for(lambda: len(running.hidden()) == copies, seconds)
        took = time.monotonic() - begun
        print(f"{copies} copies hidden in {took:.1f} s at {RATE:.0f} orders a second")
        wait_for(lambda: store.queue()["ready"] + store.queue()["leased"] == 0, 4 * seconds)
    assert took >= (copies - RATE) / RATE - 1  # never faster than it bears
    ((orders,),) = running.run("SELECT count(*) FROM done")
    assert orders == copies
    with store.read() as snapshot:
        assert snapshot.case("C-0001").state is CaseState.REMOVED
    assert store.queue()["dead"] == 0


def tried(store):
    """How many jobs were tried in vain and wait for the next try."""
    with store.read() as snapshot:
        return sum(
            one.attempts > 0 and one.trouble in {"no_answer", "asked_to_wait"}
            for one in snapshot.jobs(JobState.READY)
        )


def test_a_platform_that_is_away_for_a_while_loses_no_order(running, platform, store):
    reported(store, running, platform, 12)
    running.stop()
    with working(store, takedown(store, platform).run, 1):
        wait_for(lambda: tried(store) == 12, 60)
        running.start()
        wait_for(lambda: len(running.hidden()) == 12, 60)
    assert running.run("SELECT count(*) FROM done") == [(12,)]


def test_an_order_whose_answer_was_lost_is_sent_again_and_done_once(running, platform, store):
    running.publish(b"a drawn pier", "pier-0")
    platform.hide("pier-0", "cpy_0")
    platform.restore("pier-0", "cpy_0:restore")
    platform.hide("pier-0", "cpy_0")  # the same order, late
    assert not running.hidden()
    assert not platform.verify(platform.address("pier-0")).gone
