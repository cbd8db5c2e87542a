"""Cases and their refusals, as commands and pages need them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from consentry.config import Settings
from consentry.core.ports import Blobs, Ids, Passphrases, Store
from consentry.flows.refusal import Refusals
from consentry.store.blobs import LocalBlobs
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, ScryptPassphrases, SystemClock, secret_file
from consentry.wiring.tools import made


@contextlib.contextmanager
def open_cases(settings: Settings) -> Iterator[Refusals]:
    """Only what is needed to see and refuse cases, beside a server or without one."""
    ids, directory = RandomIds(), made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), ids)
    with contextlib.closing(store):
        blobs = LocalBlobs(directory / "blobs", directory / "blobs.key", store)
        passphrases = ScryptPassphrases(secret_file(directory / "pepper.key"))
        yield refusals(settings, store, blobs, passphrases, ids)


def refusals(settings: Settings, store: Store, blobs: Blobs, passphrases: Passphrases, ids: Ids) -> Refusals:
    """Who refuses reports and hears complaints about that."""
    return Refusals(store, blobs, passphrases, ids, timedelta(hours=settings.complaint_hours))
