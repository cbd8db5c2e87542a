"""The real takedown, killed at random: no case is lost, no copy is forgotten, nothing takes effect twice."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from chaos.killer import run
from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.match import Match, Method
from consentry.core.platformports import Ability, Receipt, Sighting
from consentry.core.ports import Job, Known
from consentry.flows.takedown import Takedown
from consentry.store.blobs import MemoryBlobs
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from support.fakes import PlainDecoder, PlainHasher, picture
from support.servers import drop_database, new_database

CASES = 6
"""Cases in a wave."""

COPIES = 3
"""Copies of the picture of each case that were accepted before and that nobody reported."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    fresh = new_database()
    yield fresh
    drop_database(fresh)


class Site:
    """A platform in the world outside: an order is there once the world has heard it."""

    name = "site"
    abilities = frozenset({Ability.FETCH, Ability.HIDE})

    def __init__(self, outside):
        self.outside = outside

    def locate(self, url):
        return url.rpartition("/")[2]

    def address(self, item):
        return f"https://site.example/{item}"

    def fetch(self, item):
        return picture_of(item.partition("-")[0])

    def hide(self, item, key):
        self.outside.order(f"{item} {key.partition(':')[0]}")
        return Receipt(SystemClock().now())

    def restore(self, item, key):
        raise AssertionError("nobody takes a report back here")

    def verify(self, url):
        now = SystemClock().now()
        return Sighting(now, gone=self.outside.happened(hidden_under[self.locate(url)]), status=404)


hidden_under: dict[str, str] = {}
"""The order that each item waits for; a worker fills in what it handles, from the copy's own id."""


class SameBytes:
    """Finds accepted pictures with the same bytes, in the store itself."""

    def __init__(self, store):
        self.store = store

    def find(self, hashes, radius):
        assert radius > 0
        with self.store.read() as snapshot:
            everything = [known for _, known in snapshot.known_since(0, 100_000)]
        return [
            Match(known.id, known.source, Method.EXACT, 0)
            for known in everything
            if known.source == "upload" and known.hashes.sha256 == hashes.sha256
        ]


def picture_of(case):
    return f"ok picture of {case}".encode()


def seed(store, wave):
    for number in range(CASES):
        case = f"c{wave}x{number}"
        hashes = PlainHasher().hashes(picture(picture_of(case)))
        with store.begin() as tx:
            now = tx.now()
            tx.add_case(Case(case, CaseState.OPEN, now, now + timedelta(hours=48), ()))
            for copy in range(1, COPIES + 1):
                item = f"{case}-{copy}"
                tx.add_known(
                    Known(f"upl_{item}", "upload", hashes, "", "site", item, f"https://site.example/{item}")
                )
            located = Copy(
                f"cpy_{case}", case, "site", f"{case}-0", f"https://site.example/{case}-0", Method.LOCATED, 0
            )
            tx.add_copy(located)
            tx.enqueue(Job("hide", {"copy": located.id}, f"hide:{located.id}", now))


def carry_out(store, job, outside):
    with store.read() as snapshot:
        copy = snapshot.copy(job.payload["copy"])
    hidden_under[copy.item] = f"{copy.item} {copy.id}"
    takedown = Takedown(
        store,
        {"site": Site(outside)},
        PlainDecoder(),
        PlainHasher(),
        SameBytes(store),
        MemoryBlobs(RandomIds()),
        RandomIds(),
    )
    takedown.run(job)


def pass_over(store, job, _outside):
    with store.begin() as tx:
        tx.finish(job)


HANDLERS = dict.fromkeys(("hide", "trace", "verify"), carry_out) | {"learn": pass_over}


def all_done(store):
    counts = store.queue()
    return counts["ready"] == counts["leased"] == 0


def receipts(store):
    """How often the log says that something happened to a copy, or that a case was finished."""
    records = [json.loads(store.line(index).record) for index in range(store.size())]
    told = Counter((record["event"], record.get("copy", record["case"])) for record in records)
    return {key: times for key, times in told.items() if key[0] != "all_hidden"}


@pytest.mark.parametrize("kills", [40, pytest.param(1000, marks=pytest.mark.deep)])
def test_takedowns_survive_whoever_is_killed(url, kills, record_property):
    report = run(url, kills, seed, HANDLERS, all_done)
    print(f"{url.partition(':')[0]}: {report}")
    record_property("takedowns", str(report))
    store = open_store(url, SystemClock(), RandomIds())
    try:
        with store.read() as snapshot:
            assert snapshot.cases(running=True) == [], "lost"
            cases = snapshot.cases(running=False)
            copies = [copy for case in cases for copy in snapshot.copies(case.id)]
        assert len(cases) == report.waves * CASES
        assert {case.state for case in cases} == {CaseState.REMOVED}
        assert len(copies) == len(cases) * (1 + COPIES), "a copy was forgotten"
        assert {copy.state for copy in copies} == {CopyState.GONE}
        told = receipts(store)
        assert set(told.values()) == {1}, "written down twice"
        assert sum(event == "gone" for event, _ in told) == len(copies)
        assert set(report.orders) == {f"{copy.item} {copy.id}" for copy in copies}, (
            "an order nobody answers for"
        )
        assert report.jobs["dead"] == 0
        assert report.taken_over > 0, "no kill struck anybody at work: this proves nothing"
    finally:
        store.close()
