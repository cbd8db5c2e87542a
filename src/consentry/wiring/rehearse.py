"""A rehearsal beside a running server, or without one: only the store and the law files are needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from consentry.config import Settings
from consentry.core.foresight import with_threshold
from consentry.core.lawbook import Lawbook, compile_book
from consentry.flows.rehearse import Measured, Rehearse
from consentry.law import read_files
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.judges import built_in_measures
from consentry.wiring.tools import made

Threshold = tuple[str, str, float]
"""A rule (empty: every rule), a measure, and its threshold in the new policy."""


@contextlib.contextmanager
def open_rehearsal(
    settings: Settings, extra: Path | None, thresholds: Sequence[Threshold] = ()
) -> Iterator[Rehearse]:
    """What replays decisions under the law files in `extra`; raises SetupTrouble when it is used.

    Without `extra` it is the policy in force, so that a day or a threshold can be tried by itself.
    """
    made(settings.directory)
    files = read_files(extra or (Path(settings.law) if settings.law else None))

    def compiled(measured: Measured) -> Lawbook:
        book = compile_book(files, measured)
        for rule, measure, threshold in thresholds:
            book = with_threshold(book, measure, threshold, rule)
        return book

    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        yield Rehearse(store, built_in_measures(), compiled)
