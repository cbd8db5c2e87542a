"""What every queue promises: a job is done once, by whoever holds it, and never forgotten."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from consentry.core.entry import Kind
from consentry.core.errors import LostLease
from consentry.core.ports import Job, Store
from consentry.core.queue import JobState
from support.stores import (
    LEASE,
    MOST,
    claimed,
    enqueued,
    in_threads,
)


def finish(store: Store, job: Job) -> None:
    """What a worker does at the end of a job: its effect, and the job, together."""
    with store.begin() as tx:
        tx.append(Kind.COPY, {"event": "hidden"})
        tx.finish(job)


class QueueContract:
    """Part of the store's contract: subclass and give `world`."""

    def test_a_job_comes_back_as_it_was(self, store):
        with store.begin() as tx:
            at = tx.now()
            tx.enqueue(Job("hide", {"copy": "cpy_1"}, "hide:1", at))
        (job,) = store.claim(5, LEASE)
        assert job == Job("hide", {"copy": "cpy_1"}, "hide:1", at, job.id, token=1, attempts=1)
        assert job.id

    def test_a_job_is_stored_once_per_key_even_when_it_is_done(self, store):
        job = claimed(store)
        with store.begin() as tx:
            assert not tx.enqueue(Job("hide", {}, "hide", tx.now()))
            tx.finish(job)
        with store.begin() as tx:
            assert not tx.enqueue(Job("hide", {}, "hide", tx.now()))
        assert store.queue()["done"] == 1
        assert not store.claim(5, LEASE)

    def test_jobs_come_when_due_the_oldest_first(self, world):
        enqueued(world.store, "b", ago=10)
        enqueued(world.store, "a", ago=20)
        enqueued(world.store, "later", ago=-LEASE)
        assert [job.kind for job in world.store.claim(5, 60)] == ["a", "b"]
        assert not world.store.claim(5, 60)
        world.pass_(LEASE)
        assert [job.kind for job in world.store.claim(5, 60)] == ["later"]

    def test_patient_jobs_let_every_other_go_first_however_long_they_wait(self, world):
        enqueued(world.store, "look 2", "look 3", ago=900, patient=True)
        enqueued(world.store, "look 1", ago=1000, patient=True)
        enqueued(world.store, "hide")
        enqueued(world.store, "later", ago=-LEASE)
        first = world.store.claim(3, 60)
        assert [(job.kind, job.patient) for job in first] == [
            ("hide", False),
            ("look 1", True),
            ("look 2", True),
        ]
        world.pass_(LEASE)
        assert [job.kind for job in world.store.claim(5, 60)] == ["later", "look 3"]

    def test_who_cannot_wait_is_not_given_patient_jobs(self, store):
        enqueued(store, "look", ago=1000, patient=True)
        assert not store.claim(5, 60, patient=False)
        enqueued(store, "a", "b")
        assert [job.kind for job in store.claim(1, 60, patient=False)] == ["a"]
        assert [job.kind for job in store.claim(5, 60, patient=False)] == ["b"]
        assert [job.kind for job in store.claim(5, 60)] == ["look"]

    def test_a_patient_job_given_back_stays_patient(self, store):
        enqueued(store, "look", patient=True)
        (job,) = store.claim(1, 60)
        store.retry(job, 0, "UpstreamTrouble")
        assert not store.claim(1, 60, patient=False)
        (again,) = store.claim(1, 60)
        assert (again.attempts, again.patient) == (2, True)

    def test_no_more_jobs_are_claimed_than_asked_for(self, store):
        enqueued(store, "a", "b", "c", ago=1)
        assert [job.kind for job in store.claim(2, 60)] == ["a", "b"]
        assert [job.kind for job in store.claim(2, 60)] == ["c"]

    @pytest.mark.parametrize(("count", "seconds"), [(0, 1.0), (-1, 1.0), (1, 0.0), (1, -1.0)])
    def test_a_claim_of_nothing_is_a_mistake(self, store, count, seconds):
        with pytest.raises(ValueError, match="claim"):
            store.claim(count, seconds)

    def test_two_workers_never_hold_one_job(self, store):
        enqueued(store, *(f"job{number}" for number in range(60)), ago=1)
        mine: list[list[int]] = [[] for _ in range(6)]
        turn = count()

        def work() -> None:
            own = mine[next(turn)]
            while jobs := store.claim(3, 60):
                own.extend(job.id for job in jobs)

        in_threads(6, work)
        found = [job for own in mine for job in own]
        assert len(found) == len(set(found)) == 60

    def test_a_worker_that_was_overtaken_cannot_finish(self, world):
        slow = claimed(world.store)
        world.pass_(LEASE)
        (fast,) = world.store.claim(1, 60)
        assert (fast.id, fast.token, fast.attempts) == (slow.id, slow.token + 1, 2)
        with pytest.raises(LostLease):
            finish(world.store, slow)
        assert world.store.size() == 0
        world.store.retry(slow, 0, "Trouble")  # changes nothing for the worker who holds it
        with world.store.begin() as tx:
            tx.finish(fast)
        assert world.store.queue()["done"] == 1

    def test_a_job_cannot_be_finished_twice(self, store):
        job = claimed(store)
        with store.begin() as tx:
            tx.finish(job)
        with pytest.raises(LostLease), store.begin() as tx:
            tx.finish(job)

    def test_a_slow_worker_may_finish_what_nobody_took_over(self, world):
        job = claimed(world.store)
        world.pass_(LEASE)
        with world.store.begin() as tx:
            tx.finish(job)
        assert world.store.queue()["done"] == 1

    def test_a_job_given_back_waits_and_is_tried_again(self, world):
        job = claimed(world.store)
        world.store.retry(job, LEASE, "UpstreamTrouble")
        assert not world.store.claim(1, 60)
        assert world.store.queue()["ready"] == 1
        world.pass_(LEASE)
        (again,) = world.store.claim(1, 60)
        assert (again.id, again.attempts) == (job.id, 2)

    def test_a_job_tried_too_often_is_dead_and_counted(self, store):
        enqueued(store, "hide")
        for _ in range(MOST):
            (job,) = store.claim(1, 60)
            store.retry(job, 0, "UpstreamTrouble")
        assert not store.claim(1, 60)
        assert store.queue() == {"ready": 0, "leased": 0, "done": 0, "dead": 1, "late": 0, "behind": 0}

    def test_a_job_that_kills_every_worker_is_dead_too(self, world):
        enqueued(world.store, "hide")
        for _ in range(MOST):
            assert world.store.claim(1, LEASE)
            world.pass_(LEASE)
        assert not world.store.claim(1, LEASE)
        assert world.store.queue()["dead"] == 1

    def test_jobs_that_wait_too_long_are_late(self, store):
        enqueued(store, "late", ago=61)
        enqueued(store, "fresh", ago=1)
        enqueued(store, "look 1", "look 2", ago=61, patient=True)
        enqueued(store, "look 3", ago=59, patient=True)
        assert store.queue() == {"ready": 5, "leased": 0, "done": 0, "dead": 0, "late": 1, "behind": 2}

    def test_a_dead_job_is_listed_with_its_trouble_until_it_is_tried_again(self, store):
        enqueued(store, "hide")
        for _ in range(MOST):
            (job,) = store.claim(1, 60)
            store.retry(job, 0, "answered_500")
        with store.read() as view:
            (dead,) = view.jobs(JobState.DEAD)
            assert (dead.number, dead.kind, dead.attempts) == (job.id, "hide", MOST)
            assert (dead.state, dead.trouble) == (JobState.DEAD, "answered_500")
            assert view.dead_by_kind() == {"hide": 1}
            assert not view.jobs(JobState.READY)
        with store.begin() as tx:
            assert tx.revive(job.id, tx.now())
            assert not tx.revive(job.id, tx.now())
            assert not tx.revive(job.id + 7, tx.now())
        with store.read() as view:
            assert view.dead_by_kind() == {}
        (again,) = store.claim(1, 60)
        assert (again.id, again.attempts, again.token) == (job.id, 1, MOST + 1)

    def test_jobs_are_listed_by_state_and_kind_in_portions(self, store):
        enqueued(store, "a", "b", "c", ago=1)
        with store.read() as view:
            every = view.jobs(JobState.READY)
            assert [one.kind for one in every] == ["a", "b", "c"]
            assert [one.kind for one in view.jobs(JobState.READY, limit=2)] == ["a", "b"]
            assert [one.kind for one in view.jobs(JobState.READY, after=every[1].number)] == ["c"]
            assert [one.kind for one in view.jobs(JobState.READY, "b")] == ["b"]
            assert not view.jobs(JobState.DEAD)
            assert (every[0].trouble, every[0].attempts) == ("", 0)

    def test_only_what_is_done_and_old_is_forgotten_and_its_key_is_free(self, world):
        enqueued(world.store, "old", "open", ago=100)
        enqueued(world.store, "fresh", ago=1)
        jobs = {job.kind: job for job in world.store.claim(3, 60)}
        with world.store.begin() as tx:
            tx.finish(jobs["old"])
            tx.finish(jobs["fresh"])
        with world.store.begin() as tx:
            assert tx.forget_done(tx.now() - timedelta(seconds=50), 0) == 0
            assert tx.forget_done(tx.now() - timedelta(seconds=50), 10) == 1
            assert tx.forget_done(tx.now() - timedelta(seconds=50), 10) == 0
        assert world.store.queue()["done"] == 1
        with world.store.begin() as tx:
            assert not tx.enqueue(Job("fresh", {}, jobs["fresh"].dedup, tx.now()))
            assert tx.enqueue(Job("old", {}, jobs["old"].dedup, tx.now()))
            tx.finish(jobs["open"])
        found = world.store.queue()
        assert (found["ready"], found["leased"], found["done"]) == (1, 0, 2)
