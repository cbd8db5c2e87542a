"""The hands of the clock: every due job is tried until it is done, and trouble stops nobody."""

import threading
import time

import pytest

from consentry.core.errors import LostLease, SafetyUnavailable, UpstreamTrouble
from consentry.core.ports import Job
from consentry.core.webports import Later
from consentry.jobs import FEW, JITTER, LONGEST_DELAY, Worker, delay, every, working
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    store = MemoryStore(clock, CountingIds())
    with store.begin() as tx:
        for number in range(3):
            tx.enqueue(Job("k", {"n": str(number)}, f"k:{number}", NOW))
    return store


def finishing(store, done):
    def run(job):
        done.append(job.payload["n"])
        with store.begin() as tx:
            tx.finish(job)

    return run


def test_every_due_job_is_carried_out_once(store):
    done = []
    worker = Worker(store, finishing(store, done), patient=False)
    assert worker.once() == 3
    assert worker.once() == 0
    assert sorted(done) == ["0", "1", "2"]


def test_a_job_that_fails_comes_back_later_and_stops_no_other(store, clock):
    done = []
    finish = finishing(store, done)

    def run(job):
        if job.payload["n"] == "1" and job.attempts < 2:
            raise UpstreamTrouble("the platform is down")
        finish(job)

    worker = Worker(store, run)
    worker.once()
    assert sorted(done) == ["0", "2"]
    worker.once()
    assert sorted(done) == ["0", "2"]
    clock.move(seconds=delay(1))
    worker.once()
    assert sorted(done) == ["0", "1", "2"]


def test_a_job_that_was_taken_over_is_left_to_the_other(store):
    def run(_job):
        raise LostLease("another worker holds it")

    assert Worker(store, run).once() == 3
    assert store.queue()["leased"] == 3


def test_an_error_nobody_foresaw_is_tried_again_too(store):
    def run(_job):
        raise ZeroDivisionError

    Worker(store, run).once()
    assert store.queue()["ready"] == 3


def test_a_flood_of_patient_jobs_delays_no_other(store):
    with store.begin() as tx:
        for number in range(5 * FEW):
            tx.enqueue(Job("look", {"n": "a look"}, f"look:{number}", NOW, patient=True))
    done, slow, through = [], threading.Event(), threading.Event()
    finish = finishing(store, done)

    def run(job):
        if job.patient:
            slow.wait(20)
        finish(job)
        if len(done) >= 5:
            through.set()

    with working(store, run, 1):
        try:
            until_done(lambda: len(done) == 3)  # every look waits, and what was there before is done
            with store.begin() as tx:
                tx.enqueue(Job("hide", {"n": "hide"}, "hide:1", NOW))
            until_done(lambda: "hide" in done)
            assert "a look" not in done
        finally:
            slow.set()
        assert through.wait(20)


def test_without_workers_nothing_is_carried_out_here(store):
    before = set(threading.enumerate())  # a server of other tests may work beside us
    with working(store, finishing(store, []), 0):
        new = set(threading.enumerate()) - before
        assert not [one for one in new if one.name.startswith("worker-")]


def until_done(true):
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_trouble_with_the_store_is_waited_out(store):
    stop, calls = threading.Event(), []

    class Troubled:
        def claim(self, *_, **__):
            calls.append(1)
            if len(calls) > 1:
                stop.set()
            raise SafetyUnavailable("the database is away")

    Worker(Troubled(), lambda _: None).until(stop)
    assert len(calls) == 2


def test_delays_double_and_end_at_ten_minutes():
    assert [delay(number) for number in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert delay(40) == delay(4000) == LONGEST_DELAY


def test_what_is_done_now_and_then_outlives_trouble_and_ends_when_told():
    stop, seen = threading.Event(), []

    def do():
        seen.append(len(seen))
        if len(seen) == 1:
            raise SafetyUnavailable("The store does not answer.")
        stop.set()

    every(0.01, do, stop)
    assert seen == [0, 1]


class Tried:
    """Takes note of when a job is to be tried again."""

    def __init__(self):
        self.delays = []

    def claim(self, count, *_, **__):
        return [Job("k", {}, "k", NOW, attempts=4)]

    def retry(self, job, seconds, why):
        self.delays.append(seconds)


def failing(trouble):
    def run(_):
        raise trouble

    return run


def test_what_failed_together_is_not_tried_again_together():
    store = Tried()
    worker = Worker(store, failing(UpstreamTrouble("down")))
    for _ in range(50):
        worker.once()
    assert len(set(store.delays)) > 10
    assert delay(4) * (1 - JITTER) <= min(store.delays) <= max(store.delays) <= delay(4)


def test_a_platform_that_names_a_time_is_left_alone_until_then():
    store = Tried()
    Worker(store, failing(Later("busy", 120.0))).once()
    Worker(store, failing(Later("busy", 0.0))).once()
    assert store.delays[0] == 120.0
    assert 0 < store.delays[1] <= delay(4)
