"""How fast a list of hashes is taken in, beside what SQLite itself takes.

    python benchmarks/importing.py [--size 1000000] [--folder FOLDER]

The same random PDQ hashes as a table with names on top, as Hasher-Matcher-Actioner exports it, are read and
put into an empty bank of a new SQLite file; put in once more, which replaces every one; and put by `sqlite3`
alone, without any check, into a table with the same columns and indexes, in transactions of the same size and
with the same promises to the disk. FOLDER is a disk, to measure a disk.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile  # noqa: TID251 - random hashes only
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from consentry import wiring
from consentry.cli.bank_files import Reading
from consentry.config import load as settings
from consentry.core.bank import Bank
from consentry.flows.banking import PIECE

GOAL = 50_000
"""Hashes a second, wall time."""
PROMISES = ("journal_mode=wal", "synchronous=full", "secure_delete=on", "foreign_keys=on")
"""What our own connections ask of SQLite."""


def timed(what: str, rows: int, work: Callable[[], object]) -> float:
    """Rows a second by the clock on the wall; printed with those a second of processor time."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"{what:32} {rows / wall:10,.0f} rows/s wall {rows / busy:10,.0f} rows/s CPU", flush=True)
    return rows / wall


def alone(source: Path, target: Path) -> Callable[[], None]:
    """What puts the rows of `source` into a table like theirs, by `sqlite3` and nothing else."""
    old = sqlite3.connect(source)
    made = [
        sql for (sql,) in old.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'bank_entry'") if sql
    ]
    columns = [row[1] for row in old.execute("PRAGMA table_info(bank_entry)") if row[1] != "id"]
    rows = old.execute(f"SELECT {', '.join(columns)} FROM bank_entry ORDER BY id").fetchall()
    old.close()
    new = sqlite3.connect(target, isolation_level=None)
    for promise in PROMISES[:-1]:  # there is no bank that a row could belong to
        new.execute(f"PRAGMA {promise}")
    for sql in made:
        new.execute(sql)
    places = ", ".join("?" * len(columns))
    insert = f"INSERT INTO bank_entry ({', '.join(columns)}) VALUES ({places})"

    def work() -> None:
        for start in range(0, len(rows), PIECE):
            new.execute("BEGIN IMMEDIATE")
            new.executemany(insert, rows[start : start + PIECE])
            new.execute("COMMIT")

    return work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    hashes = np.random.default_rng(5).integers(0, 256, (asked.size, 32), np.uint8)
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder, table = Path(name), Path(name) / "hashes.csv"
        table.write_text(
            "signal_type,signal_val\n" + "".join(f"pdq,{row.tobytes().hex()}\n" for row in hashes), "utf-8"
        )

        def read(moment: str) -> None:
            with table.open(newline="", encoding="utf-8") as lines:
                reading = Reading("LISTED", banking.clock.now())
                taken = banking.take("LISTED", reading.listed(lines), moment)
            assert (taken, reading.skipped) == (asked.size, 0)

        with wiring.build(settings(None, {}, {"data": str(folder), "workers": 0, "decoders": 1})) as system:
            banking = system.banking
            banking.create(Bank("LISTED"), "benchmark")
            ours = timed("taken in", asked.size, lambda: read("first"))
            timed("taken in again, all replaced", asked.size, lambda: read("again"))
        (database,) = folder.glob("*.db")
        bare = timed("sqlite3 alone, executemany", asked.size, alone(database, folder / "alone.sqlite"))
    print(
        f"{ours / bare:.2f} of what SQLite takes by itself; wanted {GOAL:,} rows/s, {ours / GOAL:.2f} of it"
    )


if __name__ == "__main__":
    main()
