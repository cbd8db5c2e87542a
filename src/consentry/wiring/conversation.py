"""Conversations at the gate: how long they are kept, how large they may be, and where."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from consentry.config import Settings
from consentry.core.ports import Blobs, Store
from consentry.flows.conversation import Conversations
from consentry.store.blobs import LocalBlobs
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made


def conversations_in(settings: Settings, store: Store, blobs: Blobs) -> Conversations:
    """Who keeps conversations, by the settings."""
    lasts = timedelta(hours=max(settings.conversation_hours, 0.0))
    return Conversations(store, blobs, lasts, settings.max_body_mb * 2**20)


@contextlib.contextmanager
def open_conversations(settings: Settings) -> Iterator[Conversations]:
    """Only what is needed to forget conversations, beside a server or without one."""
    directory = made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        blobs = LocalBlobs(directory / "blobs", directory / "blobs.key", store)
        yield conversations_in(settings, store, blobs)
