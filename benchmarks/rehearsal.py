"""How long it takes to replay decisions under the policy in force.

    python benchmarks/rehearsal.py [DECISIONS]

Made-up decisions at the gate's last stage, the one with most rules; every measure has a score of its
own, so that no two decisions are alike. They are read from a SQLite file and checked against the log's
seals, as `consentry policy rehearse` does.
"""

from __future__ import annotations

import random
import sys
import tempfile  # noqa: TID251 - made-up decisions
import time
from datetime import UTC, date, datetime
from pathlib import Path

from consentry.core.content import Stage
from consentry.core.decide import decide
from consentry.core.entry import Kind, decision_record
from consentry.core.finding import Seen
from consentry.core.lawbook import compile_book, declared
from consentry.core.policy import leaves
from consentry.flows.rehearse import Plan, Rehearse
from consentry.law import read_files
from consentry.store.sql import SqlStore, open_store
from consentry.store.system import RandomIds
from consentry.wiring.judges import built_in_measures

DAY = date(2026, 12, 2)
BATCH = 500


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        """The same moment, always."""
        return datetime(2026, 12, 2, tzinfo=UTC)


def fill(store: SqlStore, decisions: int) -> None:
    """Write made-up decisions into the log."""
    files = read_files()
    policy = compile_book(files, declared(files)).policy(Stage.ANSWER, frozenset())
    measures = sorted({leaf.measure for rule in policy.rules for leaf in leaves(rule.when)})
    chance = random.Random(7)
    for first in range(0, decisions, BATCH):
        with store.begin() as tx:
            for number in range(first, min(first + BATCH, decisions)):
                found = {name: Seen(name, round(0.6 * chance.random(), 3), "seen", "1") for name in measures}
                context = {"route": "images.edits", "tier": "free", "place": "", "account": "a" * 20}
                decision = decide(policy, found, DAY)
                tx.append(Kind.DECISION, decision_record(f"dec_{number}", decision, found, context))


def main() -> None:
    """Fill a log, replay it, and say how long that took."""
    decisions = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{Path(directory) / 'log.db'}", Clock(), RandomIds())
        fill(store, decisions)
        files = read_files()
        rehearse = Rehearse(store, built_in_measures(), lambda measured: compile_book(files, measured))
        started, cpu = time.perf_counter(), time.process_time()
        done = rehearse(Plan(DAY))
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        store.close()
    each = 1e6 / done.tally.decisions
    print(f"{done.tally.decisions} decisions, {done.tally.changed} would change")
    print(f"{wall:.1f} s ({cpu:.1f} s of processor time): {cpu * each:.0f} s of one core for a million")


if __name__ == "__main__":
    main()
