"""Dead jobs are sent off again, and what is long done is forgotten."""

from datetime import timedelta

import pytest

from consentry.core.errors import NotFound
from consentry.core.ports import Job
from consentry.core.queue import JobState
from consentry.flows import queue as module
from consentry.flows.queue import Queue
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, StillClock


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock, CountingIds(), max_attempts=1)


def enqueue(store, *kinds):
    with store.begin() as tx:
        for number, kind in enumerate(kinds):
            tx.enqueue(Job(kind, {"copy": f"cpy_{number}"}, f"{kind}:{number}", NOW))


def kill(store):
    for job in store.claim(100, 60):
        store.retry(job, 0, "answered_500")


def test_one_dead_job_is_tried_again(store):
    enqueue(store, "hide", "hide")
    kill(store)
    queue = Queue(store, timedelta(days=1))
    first, second = queue.jobs(JobState.DEAD)
    assert first.trouble == "answered_500"
    queue.retry(first.number)
    assert [job.id for job in store.claim(9, 60)] == [first.number]
    assert [one.number for one in queue.jobs(JobState.DEAD)] == [second.number]
    with pytest.raises(NotFound):
        queue.retry(first.number)


def test_all_of_a_kind_are_tried_again_however_many(store, monkeypatch):
    monkeypatch.setattr(module, "PORTION", 2)
    enqueue(store, *["hide"] * 5, "verify")
    kill(store)
    queue = Queue(store, timedelta(days=1))
    assert queue.retry_all("hide") == 5
    assert queue.retry_all() == 1
    assert queue.retry_all() == 0


def test_what_is_done_is_forgotten_in_time(store, clock, monkeypatch):
    monkeypatch.setattr(module, "PORTION", 2)
    enqueue(store, *["hide"] * 5)
    for job in store.claim(4, 60):
        with store.begin() as tx:
            tx.finish(job)
    queue = Queue(store, timedelta(days=90))
    assert queue.tidy() == 0
    clock.move(seconds=90 * 86400 + 1)
    assert Queue(store, timedelta(0)).tidy() == 0
    assert queue.tidy() == 4
    assert store.queue()["ready"] == 1
