"""What every store promises: all or nothing, one after another, and a log that never forgets a line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from consentry.core import merkle
from consentry.core.case import Case, CaseEvent, CaseState, Copy, CopyEvent, RefusalGround
from consentry.core.consent import Consent, Use
from consentry.core.deadline import Deadline
from consentry.core.entry import Kind, canonical, opens
from consentry.core.errors import BadInput, Conflict, LostLease, NotFound
from consentry.core.match import Hashes, Method
from consentry.core.ports import ApiKey, Job, Known, Store

NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, UTC)
HASHES = Hashes("ab" * 32, tuple(bytes([turn]) * 32 for turn in range(8)), 90)
LEASE = 0.3
"""Seconds of a lease that a test lets run out: a real server has to be waited for."""

MOST = 3
"""After how many tries a job is dead, in these tests."""


@dataclass
class HandClock:
    """A clock that a test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class CountingIds:
    """Identifiers that a test can foretell."""

    numbers: count = field(default_factory=lambda: count(1))

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers)}"


@dataclass(frozen=True)
class World:
    """A store, and a way to let time pass for it."""

    store: Store
    pass_: Callable[[float], None]


def a_case(number: int = 1, **changes) -> Case:
    due = NOON + timedelta(hours=48)
    deadline = Deadline("take-down", "Act s.1", "gb", due, advisory=True)
    plain = Case(f"C-{number:04}", CaseState.OPEN, NOON, due, (deadline,), papers="blb_1")
    return replace(plain, **changes)


def a_copy(number: int = 1, case: str = "C-0001", **changes) -> Copy:
    url = f"https://site.example/{number}"
    plain = Copy(f"cpy_{number}", case, "site", f"item{number}", url, Method.NEAR, 7)
    return replace(plain, **changes)


def a_known(number: int = 1, **changes) -> Known:
    return replace(Known(f"case:{number}", "case", HASHES, "C-0001", "site", "item", "https://x"), **changes)


def a_key(number: int = 1, **changes) -> ApiKey:
    scopes = frozenset({"gate", "read"})
    return replace(ApiKey(f"k{number}", "digest", "shop", scopes, "free", NOON), **changes)


def a_consent(**changes) -> Consent:
    plain = Consent("cns_1", "person", "account", Use.MAKE, adult=True, given=NOON, expires=NOON)
    return replace(plain, **changes)


def enqueued(store: Store, *kinds: str, ago: float = 0.0) -> None:
    """Put a job of each kind into the queue, due `ago` seconds ago."""
    with store.begin() as tx:
        for kind in kinds:
            assert tx.enqueue(Job(kind, {"copy": "cpy_1"}, kind, tx.now() - timedelta(seconds=ago)))


def claimed(store: Store, kind: str = "hide") -> Job:
    """A job of `kind`, put into the queue and claimed."""
    enqueued(store, kind)
    (job,) = store.claim(1, LEASE)
    return job


def appended(store: Store, record: dict[str, object]) -> int:
    with store.begin() as tx:
        return tx.append(Kind.SYSTEM, record)


class BoomError(Exception):
    """Something that goes wrong in the middle."""


def everything_then_boom(store: Store, job: Job) -> None:
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_copy(a_copy())
        tx.append(Kind.CASE, {"event": "lost"})
        tx.add_known(a_known())
        tx.enqueue(Job("verify", {}, "verify", tx.now()))
        tx.finish(job)
        tx.add_key(a_key())
        tx.put_secret("name", "digest")
        tx.add_consent(a_consent())
        raise BoomError


def finish(store: Store, job: Job) -> None:
    """What a worker does at the end of a job: its effect, and the job, together."""
    with store.begin() as tx:
        tx.append(Kind.COPY, {"event": "hidden"})
        tx.finish(job)


class StoreContract:
    """Subclass and give `world`: an empty store with `max_attempts=MOST`, and a way to let time pass."""

    @pytest.fixture
    def world(self):
        raise NotImplementedError

    @pytest.fixture
    def store(self, world) -> Store:
        return world.store

    # What is kept comes back.

    def test_a_case_comes_back_as_it_was(self, store):
        cases = [
            a_case(1),
            a_case(2, state=CaseState.REFUSED, stopped=NOON, ground=RefusalGround.NOT_INTIMATE, deadlines=()),
        ]
        with store.begin() as tx:
            for case in cases:
                tx.add_case(case)
            assert tx.case("C-0001") == cases[0]
        with store.read() as view:
            assert [view.case("C-0001"), view.case("C-0002")] == cases

    def test_two_cases_cannot_have_one_reference(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_case(a_case(state=CaseState.HIDDEN))
        with store.read() as view:
            assert view.case("C-0001") == a_case()

    def test_a_case_that_was_changed_meanwhile_is_not_overwritten(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
        with store.begin() as tx:
            saved = tx.save_case(a_case().after(CaseEvent.ALL_HIDDEN, NOON))
        assert saved.version == 1
        with pytest.raises(Conflict), store.begin() as tx:
            tx.save_case(a_case().after(CaseEvent.WITHDRAW, NOON))
        with store.read() as view:
            assert view.case("C-0001") == saved

    def test_cases_come_in_the_order_of_their_deadlines(self, store):
        with store.begin() as tx:
            for number, hours, state in (
                (1, 9, CaseState.OPEN),
                (2, 3, CaseState.HIDDEN),
                (3, 6, CaseState.ESCALATED),
                (4, 1, CaseState.WITHDRAWN),
                (5, 0, CaseState.REMOVED),
            ):
                tx.add_case(a_case(number, state=state, due=NOON + timedelta(hours=hours)))
        with store.read() as view:
            assert [case.id for case in view.cases(running=True)] == ["C-0002", "C-0003", "C-0001"]
            assert [case.id for case in view.cases(running=False)] == ["C-0005", "C-0004"]

    def test_a_copy_is_kept_once_per_place(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_case(a_case(2))
            assert tx.add_copy(a_copy(2))
            assert tx.add_copy(a_copy(1))
            assert not tx.add_copy(a_copy(3, item="item1"))
            assert tx.add_copy(a_copy(4, case="C-0002", item="item1"))
        with store.read() as view:
            assert view.copies("C-0001") == [a_copy(2), a_copy(1)]
            with pytest.raises(NotFound):
                view.copy("cpy_3")

    def test_a_copy_keeps_its_place_in_the_order_when_it_changes(self, store):
        hidden = a_copy(1).after(CopyEvent.HIDE, NOON)
        gone = hidden.after(CopyEvent.VERIFY, NOON + timedelta(microseconds=1))
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_copy(a_copy(1))
            tx.add_copy(a_copy(2))
            tx.save_copy(hidden)
            tx.save_copy(gone)
        with store.read() as view:
            assert view.copies("C-0001") == [gone, a_copy(2)]
            assert view.copy("cpy_1") == gone

    def test_a_copy_without_a_case_is_refused(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.add_copy(a_copy())

    def test_two_copies_cannot_have_one_identifier(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.add_copy(a_copy())
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_copy(a_copy(item="elsewhere"))
        with store.read() as view:
            assert view.copies("C-0001") == [a_copy()]

    def test_known_pictures_come_in_the_order_of_their_changes(self, store):
        with store.begin() as tx:
            for number in (1, 2, 3):
                tx.add_known(a_known(number))
        with store.begin() as tx:
            tx.add_known(a_known(1, active=False))
        with store.read() as view:
            changes = view.known_since(0, 10)
            assert [known.id for _, known in changes] == ["case:2", "case:3", "case:1"]
            assert [number for number, _ in changes] == [2, 3, 4]
            assert changes[2][1] == view.known("case:1") == a_known(1, active=False)
            assert view.known_since(2, 1) == [(3, a_known(3))]
            assert view.known_since(4, 10) == []

    def test_known_pictures_of_a_case_are_found(self, store):
        with store.begin() as tx:
            tx.add_known(a_known(1))
            tx.add_known(a_known(2, case="C-0002"))
            tx.add_known(a_known(3))
        with store.read() as view:
            assert view.known_of("C-0001") == [a_known(1), a_known(3)]
            assert view.known_of("C-0009") == []

    def test_a_misshapen_hash_is_refused(self, store):
        crooked = Hashes("ab" * 32, (b"short",), 90)
        with pytest.raises(BadInput), store.begin() as tx:
            tx.add_known(a_known(hashes=crooked))

    def test_keys_come_in_the_order_made_also_when_one_is_revoked(self, store):
        with store.begin() as tx:
            tx.add_key(a_key(2))
            tx.add_key(a_key(1))
            tx.add_key(a_key(2, revoked=True))
        with store.read() as view:
            assert view.keys() == [a_key(2, revoked=True), a_key(1)]
            assert view.key("k1") == a_key(1)

    def test_secrets_and_consents_come_back_and_can_be_replaced(self, store):
        with store.begin() as tx:
            tx.put_secret("C-0001", "one")
            tx.put_secret("C-0001", "two")
            tx.add_consent(a_consent())
            tx.add_consent(a_consent(revoked=NOON))
        with store.read() as view:
            assert view.secret("C-0001") == "two"
            assert view.consent("cns_1") == a_consent(revoked=NOON)

    @pytest.mark.parametrize("what", ["case", "copy", "known", "key", "secret", "consent"])
    def test_what_is_not_there_is_said_so_without_repeating_what_was_asked(self, store, what):
        with store.read() as view, pytest.raises(NotFound) as caught:
            getattr(view, what)("somebody's own words")
        assert "somebody" not in str(caught.value)

    def test_what_is_not_there_cannot_be_replaced(self, store):
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_case(a_case())
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_copy(a_copy())

    # All or nothing.

    def test_a_transaction_that_fails_leaves_no_trace(self, store):
        appended(store, {"event": "before"})
        job = claimed(store)
        with pytest.raises(BoomError):
            everything_then_boom(store, job)
        assert store.size() == 1
        assert store.queue() == {"ready": 0, "leased": 1, "done": 0, "dead": 0, "late": 0}
        with store.read() as view:
            assert view.cases(running=True) == view.copies("C-0001") == view.keys() == []
            assert view.known_since(0, 10) == []
            for look in (view.secret, view.consent, view.known, view.copy):
                with pytest.raises(NotFound):
                    look("name")
        with store.begin() as tx:  # numbers are not burnt either
            tx.add_known(a_known())
            tx.finish(job)
            assert tx.append(Kind.CASE, {"event": "after"}) == 1
        with store.read() as view:
            assert view.known_since(0, 10) == [(1, a_known())]

    def test_a_transaction_sees_its_own_writes_and_nobody_else_does(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())
            tx.append(Kind.CASE, {"event": "opened"})
            assert tx.cases(running=True) == [a_case()]
            with ThreadPoolExecutor(1) as other:
                assert other.submit(lambda: self._cases(store)).result(timeout=5) == []
                assert other.submit(store.size).result(timeout=5) == 0
        assert self._cases(store) == [a_case()]
        assert store.size() == 1

    @staticmethod
    def _cases(store):
        with store.read() as view:
            return view.cases(running=True)

    def test_transactions_do_not_nest(self, store):
        with store.begin(), pytest.raises(RuntimeError), store.begin():
            pass
        with store.read(), pytest.raises(RuntimeError), store.begin():
            pass
        with store.begin() as tx:  # and it is not stuck afterwards
            tx.add_case(a_case())

    def test_writers_wait_for_each_other_and_nothing_is_lost(self, store):
        with store.begin() as tx:
            tx.add_case(a_case())

        def bump() -> None:
            for _ in range(10):
                with store.begin() as tx:
                    tx.save_case(tx.case("C-0001"))

        in_threads(8, bump)
        with store.read() as view:
            assert view.case("C-0001").version == 80

    def test_followers_of_known_pictures_miss_none_while_many_write(self, store):
        stop, seen = threading.Event(), []

        def follow() -> None:
            last = 0
            while True:
                ended = stop.is_set()
                with store.read() as view:
                    fresh = view.known_since(last, 7)
                seen.extend(known.id for _, known in fresh)
                last = fresh[-1][0] if fresh else last
                if ended and not fresh:
                    return

        follower = threading.Thread(target=follow)
        follower.start()
        numbers = count(1)

        def write() -> None:
            for _ in range(15):
                with store.begin() as tx:
                    tx.add_known(a_known(next(numbers)))

        try:
            in_threads(4, write)
        finally:
            stop.set()
            follower.join()
        assert len(seen) == 60
        assert set(seen) == {f"case:{number}" for number in range(1, 61)}

    # The queue.

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
        assert store.queue() == {"ready": 0, "leased": 0, "done": 0, "dead": 1, "late": 0}

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
        assert store.queue() == {"ready": 2, "leased": 0, "done": 0, "dead": 0, "late": 1}

    # The log.

    def test_a_line_can_be_opened_with_its_salt(self, store):
        record = {"event": "hidden", "copies": 3, "word": "Grüße"}
        with store.begin() as tx:
            at = tx.now()
            index = tx.append(Kind.COPY, record)
        line = store.line(index)
        assert (line.index, line.entry.kind, line.record) == (index, Kind.COPY, canonical(record))
        assert at <= line.entry.at <= at + timedelta(seconds=30)
        assert opens(line.entry, line.record, line.salt)

    def test_no_two_lines_share_a_salt(self, store):
        first, second = appended(store, {"same": 1}), appended(store, {"same": 1})
        assert store.line(first).salt != store.line(second).salt
        assert store.line(first).entry.commitment != store.line(second).entry.commitment

    def test_an_empty_log_has_a_root(self, store):
        assert store.size() == 0
        assert store.root(0) == merkle.EMPTY_ROOT
        assert list(store.consistency(0, 0)) == []

    def test_what_the_log_does_not_have_is_not_made_up(self, store):
        appended(store, {})
        for ask in (
            lambda: store.line(1),
            lambda: store.line(-1),
            lambda: store.erase(1),
            lambda: store.root(2),
            lambda: store.inclusion(1, 2),
            lambda: store.consistency(1, 2),
        ):
            with pytest.raises(NotFound):
                ask()
        for ask in (
            lambda: store.root(-1),
            lambda: store.inclusion(1, 1),
            lambda: store.inclusion(-1, 1),
            lambda: store.consistency(1, 0),
        ):
            with pytest.raises(BadInput):
                ask()

    def test_many_threads_write_one_dense_log_that_verifies(self, store):
        def write() -> None:
            for _ in range(6):
                with store.begin() as tx:
                    one, two = tx.append(Kind.SYSTEM, {"a": 1}), tx.append(Kind.SYSTEM, {"b": 2})
                    assert two == one + 1

        in_threads(8, write)
        assert store.size() == 96
        verify_whole(store)

    def test_lines_are_in_the_order_of_time(self, store):
        in_threads(4, lambda: [appended(store, {}) for _ in range(5)])
        times = [store.line(index).entry.at for index in range(20)]
        assert times == sorted(times)

    def test_an_erased_line_says_nothing_and_the_log_still_verifies(self, store):
        for number in range(5):
            appended(store, {"number": number})
        before = store.root(5)
        entry = store.line(2).entry
        store.erase(2)
        store.erase(2)
        assert (store.line(2).record, store.line(2).salt) == (None, None)
        assert store.line(2).entry == entry
        assert store.root(5) == before
        verify_whole(store)

    def test_a_record_that_is_no_json_is_not_written(self, store):
        with pytest.raises(ValueError, match="JSON"):
            appended(store, {"score": float("nan")})
        assert store.size() == 0

    def test_a_healthy_store_says_so_and_can_be_closed(self, store):
        store.check()
        store.close()


def in_threads(number: int, work: Callable[[], object]) -> None:
    """Do `work` in so many threads at once; whatever goes wrong in one of them goes wrong here."""
    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(work) for _ in range(number)]:
            done.result(timeout=60)


def verify_whole(store: Store) -> None:
    """Check every line's place, and that the log only ever grew, as a stranger would."""
    size = store.size()
    root = store.root(size)
    for index in range(size):
        leaf = merkle.leaf_hash(store.line(index).entry.leaf())
        assert merkle.verify_inclusion(leaf, index, size, store.inclusion(index, size), root)
    for old in range(size + 1):
        proof = store.consistency(old, size)
        assert merkle.verify_consistency(old, size, store.root(old), root, proof)
