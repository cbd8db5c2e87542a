"""The queue of jobs as an operator sees it, beside a server or in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from consentry.config import Settings
from consentry.core.ports import Store
from consentry.flows.queue import Queue
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made


def queue_in(settings: Settings, store: Store) -> Queue:
    """The jobs in a store, kept as long as the settings say."""
    return Queue(store, timedelta(days=max(settings.jobs_days, 0.0)))


@contextlib.contextmanager
def open_queue(settings: Settings) -> Iterator[Queue]:
    """Only what is needed to look after jobs."""
    made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        yield queue_in(settings, store)
