"""Whoever is killed at whatever moment: no case is lost, and nothing is done twice but under the same key."""

import json
import time
from collections import Counter

import pytest

from chaos.killer import run
from consentry.core import merkle
from consentry.core.case import CaseEvent, CaseState, CopyEvent
from consentry.core.entry import Kind
from consentry.core.errors import UpstreamTrouble
from consentry.core.ports import Job
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from support.servers import drop_database, new_database
from support.stores import a_case, a_copy

CASES = 20
"""Cases in a wave."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    fresh = new_database()
    yield fresh
    drop_database(fresh)


def seed(store, wave):
    with store.begin() as tx:
        for number in range(wave * CASES, (wave + 1) * CASES):
            case, copy = a_case(number), a_copy(number, case=f"C-{number:04}")
            tx.add_case(case)
            tx.add_copy(copy)
            tx.enqueue(Job("hide", {"copy": copy.id}, f"hide:{copy.id}", tx.now()))


def hide(store, job, outside):
    """Give the order first: if we die before we know, it is given again under the same key."""
    copy = job.payload["copy"]
    outside.order(copy)
    with store.begin() as tx:
        tx.save_copy(tx.copy(copy).after(CopyEvent.HIDE, tx.now()))
        tx.append(Kind.COPY, {"effect": f"hide:{copy}"})
        tx.enqueue(Job("verify", job.payload, f"verify:{copy}", tx.now()))
        tx.finish(job)


def verify(store, job, outside):
    copy = job.payload["copy"]
    if not outside.happened(copy):
        raise UpstreamTrouble("still public")
    with store.begin() as tx:
        tx.save_copy(tx.copy(copy).after(CopyEvent.VERIFY, tx.now()))
        tx.append(Kind.COPY, {"effect": f"verify:{copy}"})
        tx.enqueue(Job("close", job.payload, f"close:{copy}", tx.now()))
        tx.finish(job)


def close(store, job, _outside):
    with store.begin() as tx:
        copy = tx.copy(job.payload["copy"])
        tx.save_case(tx.case(copy.case).after(CaseEvent.ALL_GONE, tx.now()))
        tx.append(Kind.CASE, {"effect": f"close:{copy.id}"})
        tx.finish(job)


HANDLERS = {"hide": hide, "verify": verify, "close": close}


def all_done(store):
    counts = store.queue()
    return counts["ready"] == counts["leased"] == 0


def effects(store):
    """What the log says was done, and how often."""
    return Counter(json.loads(store.line(index).record)["effect"] for index in range(store.size()))


def grown(store):
    """The root of the log, computed from its lines alone."""
    nodes = {}

    def node(level, place):
        return nodes[level, place]

    for index in range(store.size()):
        leaf = merkle.leaf_hash(store.line(index).entry.leaf())
        nodes |= {(level, place): made for level, place, made in merkle.appended(index, leaf, node)}
    return merkle.root(store.size(), node)


@pytest.mark.parametrize("kills", [40, pytest.param(1000, marks=pytest.mark.deep)])
def test_killed_workers_lose_nothing_and_repeat_nothing(url, kills):
    report = run(url, kills, seed, HANDLERS, all_done)
    print(f"{url.partition(':')[0]}: {report}")
    cases = report.waves * CASES
    store = open_store(url, SystemClock(), RandomIds())
    try:
        with store.read() as view:
            closed = view.cases(running=False)
            assert view.cases(running=True) == [], "lost"
        assert len(closed) == cases
        assert {(case.state, case.version) for case in closed} == {(CaseState.REMOVED, 1)}
        done = effects(store)
        assert set(done.values()) == {1}, "done twice"
        assert len(done) == store.size() == 3 * cases
        assert store.root(store.size()) == grown(store), "the log has a gap"
        assert {"done": 3 * cases, "dead": 0}.items() <= report.jobs.items()
        assert set(report.orders) == {f"cpy_{number}" for number in range(CASES, cases + CASES)}
        assert report.taken_over > 0, "no kill struck anybody at work: this proves nothing"
    finally:
        store.close()


def test_a_worker_that_finishes_apart_from_its_effect_is_caught(url):
    """The killer itself must be able to fail: effect and end in two transactions are done twice."""

    def careless(store, job, _outside):
        with store.begin() as tx:
            tx.append(Kind.COPY, {"effect": job.dedup})
        time.sleep(0.02)
        with store.begin() as tx:
            tx.finish(job)

    run(url, 30, seed, {"hide": careless}, all_done)
    store = open_store(url, SystemClock(), RandomIds())
    assert max(effects(store).values()) > 1
    store.close()


def test_a_worker_that_finishes_first_is_caught(tmp_path):
    def hasty(store, job, _outside):
        with store.begin() as tx:
            tx.finish(job)
        time.sleep(0.02)
        with store.begin() as tx:
            tx.append(Kind.COPY, {"effect": job.dedup})

    url = f"sqlite:///{tmp_path}/store.db"
    report = run(url, 30, seed, {"hide": hasty}, all_done)
    store = open_store(url, SystemClock(), RandomIds())
    assert len(effects(store)) < report.waves * CASES
    store.close()


def test_work_that_never_ends_is_said(tmp_path):
    with pytest.raises(AssertionError, match="not done"):
        run(f"sqlite:///{tmp_path}/store.db", 1, seed, HANDLERS, lambda _: False, patience=0.2)


def test_a_worker_that_ends_by_itself_is_said(tmp_path, capfd):
    def broken(*_):
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="by itself"):
        run(f"sqlite:///{tmp_path}/store.db", 200, seed, {"hide": broken}, all_done)
    assert "ZeroDivisionError" in capfd.readouterr().err
