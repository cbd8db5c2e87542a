"""The register of notices and legal holds, beside a running server or without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from consentry.config import Settings
from consentry.flows.notice import Notices
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made


@contextlib.contextmanager
def open_notices(settings: Settings) -> Iterator[Notices]:
    """Only what is needed to keep the register."""
    made(settings.directory)
    ids = RandomIds()
    store = open_store(settings.database_url, SystemClock(), ids)
    with contextlib.closing(store):
        yield Notices(store, ids)
