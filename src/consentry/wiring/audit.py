"""An audit of the log on this machine, beside a running server or without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from consentry.config import Settings
from consentry.core.ports import Store
from consentry.store.signing import SignedLog, signing_key
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made


@contextlib.contextmanager
def open_log(settings: Settings) -> Iterator[tuple[Store, SignedLog]]:
    """The store with the log, and the log under its signature."""
    directory = made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        yield store, SignedLog(store, settings.origin, signing_key(directory / "log.key"))
