"""How long it takes until every copy of one picture is hidden, from the moment a person upholds the report.

One picture was accepted many times on a platform in memory, with a database on disk. Somebody reports one
copy; it is hidden and traced; the others wait for a person, as so many do. The clock of this measurement
starts when that person says go ahead, and stops with the last order carried out and written down.

    python benchmarks/cascade.py --copies 10000 --workers 2
"""

from __future__ import annotations

import argparse
import json
import tempfile  # noqa: TID251 - a database on disk, and nobody's picture
import threading
import time
from datetime import timedelta
from pathlib import Path

from consentry.banks.known import KnownPictures, uploaded
from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.content import Frame, Picture
from consentry.core.escalation import watching
from consentry.core.match import Hashes, Method
from consentry.core.ports import Decoder, Hasher, Job, Known, Store
from consentry.flows.takedown import Takedown
from consentry.jobs import Worker, working
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import LocalBlobs
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock

PORTION = 1000
"""Copies put into the database in one transaction before anything is measured."""

PICTURE = b"one picture of a harbour"
"""What every copy shows; nobody opens it here, because decoding is measured elsewhere."""

HASHES = Hashes("ab" * 32, tuple(bytes([turn * 31 + 7]) * 32 for turn in range(8)), 90)
"""What is kept of it."""


class Flat:
    """Opens and hashes nothing: one picture, known beforehand."""

    def decode(self, data: bytes) -> Picture:
        """A picture of one point."""
        return Picture(data, HASHES.sha256, "png", (Frame(1, 1, b"\x80\x80\x80"),))

    def clean(self, data: bytes) -> bytes:
        """The same bytes."""
        return data

    def renew(self, data: bytes) -> Picture:
        """The same picture."""
        return self.decode(data)

    def hashes(self, picture: Picture) -> Hashes:
        """The one picture's."""
        del picture
        return HASHES

    digests = views = looks = upright = hashes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--database", default="", help="SQLAlchemy URL; empty: SQLite in a fresh directory")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), wanted.copies, wanted.workers, wanted.database)
    if wanted.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:>24}: {value}")


def measure(folder: Path, copies: int, workers: int, database: str = "") -> dict[str, object]:
    """Seconds from going ahead to the last copy hidden, and to the proof that all are gone."""
    clock, ids = SystemClock(), RandomIds()
    store = open_store(database or f"sqlite:///{folder}/store.db", clock, ids)
    site = MemoryPlatform("site", "https://site.example", clock)
    located = publish(store, site, copies)
    flat: Flat = Flat()
    decoder: Decoder = flat
    hasher: Hasher = flat
    uploads = KnownPictures(store, uploaded)
    blobs = LocalBlobs(folder / "blobs", folder / "blobs.key", store)
    takedown = Takedown(store, {"site": site}, decoder, hasher, uploads, blobs, ids)
    begun = time.monotonic()
    case = report(store, site, located)
    worker = Worker(store, lambda job: carry_out(takedown, store, job), patient=False)
    while not waits(store, case):
        worker.once()
    traced = time.monotonic()
    with working(store, lambda job: carry_out(takedown, store, job), workers):
        began = time.monotonic()
        takedown.go_ahead(case, "benchmark")
        ordered = time.monotonic()
        until(store, case, {CopyState.HIDDEN, CopyState.GONE}, copies)
        hidden = time.monotonic()
        until(store, case, {CopyState.GONE}, copies)
        gone = time.monotonic()
    public = sum(site.page(f"copy-{number}") is not None for number in range(copies))
    with store.read() as snapshot:
        state = snapshot.case(case).state.value
    store.close()
    return {
        "copies": copies,
        "workers": workers,
        "seconds_found": round(traced - begun, 2),
        "seconds_ordered": round(ordered - began, 2),
        "seconds_hidden": round(hidden - began, 2),
        "seconds_gone": round(gone - began, 2),
        "still_public": public,
        "state": state,
    }


def publish(store: Store, site: MemoryPlatform, copies: int) -> str:
    """Post the picture so many times, as accepted uploads; the name of the first."""
    names = [site.publish(PICTURE, "poster", "text", f"copy-{number}") for number in range(copies)]
    for start in range(0, copies, PORTION):
        with store.begin() as tx:
            for name in names[start : start + PORTION]:
                tx.add_known(Known(f"upl_{name}", "upload", HASHES, "", "site", name, site.address(name)))
    return names[0]


def report(store: Store, site: MemoryPlatform, item: str) -> str:
    """A case about one copy, with the order to hide it."""
    with store.begin() as tx:
        now = tx.now()
        case = Case("C-CASC-0001", CaseState.OPEN, now, now + timedelta(hours=48), ())
        tx.add_case(case)
        for work in watching(case):
            tx.enqueue(Job(*work))
        tx.add_copy(Copy("cpy_0", case.id, "site", item, site.address(item), Method.LOCATED, 0))
        tx.enqueue(Job("hide", {"copy": "cpy_0"}, "hide:cpy_0", now))
    return case.id


def carry_out(takedown: Takedown, store: Store, job: Job) -> None:
    """One job; features are no part of this."""
    if job.kind in {"hide", "trace", "verify", "watch"}:
        takedown.run(job)
        return
    with store.begin() as tx:
        tx.finish(job)


def waits(store: Store, case: str) -> bool:
    """Whether every copy was found and waits for a person."""
    with store.read() as snapshot:
        return snapshot.case(case).caution.waits


def until(store: Store, case: str, states: set[CopyState], copies: int) -> None:
    """Wait until all copies are in one of these states."""
    pause = threading.Event()
    while True:
        with store.read() as snapshot:
            found = snapshot.copy_states(case)
        if sum(found.get(state, 0) for state in states) == copies:
            return
        pause.wait(0.1)


if __name__ == "__main__":
    main()
