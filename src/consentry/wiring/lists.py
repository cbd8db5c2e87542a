"""Banks and the lists of others: what follows them, and what hashes pictures for them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from consentry.banks.listed import ListedPictures
from consentry.banks.listfile import ListFile
from consentry.banks.ncmec import Ncmec
from consentry.banks.stopncii import BASE_URL as STOPNCII
from consentry.banks.stopncii import StopNCII
from consentry.config import Settings
from consentry.core.bank import checked_name
from consentry.core.errors import SetupTrouble
from consentry.core.ports import Store
from consentry.core.syncports import Exchange
from consentry.flows.banking import Banking
from consentry.flows.sync import Sync
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import LateDecoder
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.decoders import open_decoders
from consentry.wiring.tools import made


@contextlib.contextmanager
def open_banking(settings: Settings) -> Iterator[Banking]:
    """Only what is needed to keep banks, beside a server or without one."""
    clock = SystemClock()
    made(settings.directory)
    store = open_store(settings.database_url, clock, RandomIds())
    with contextlib.closing(store), contextlib.ExitStack() as opened:
        media = LateDecoder(lambda: open_decoders(opened, videos=settings.video_decoders)[1])
        yield Banking(store, media, PdqHasher(), ListedPictures(store), clock)


@contextlib.contextmanager
def open_sync(settings: Settings) -> Iterator[Sync]:
    """Only what is needed to follow the lists of others, beside a server or without one."""
    made(settings.directory)
    with contextlib.ExitStack() as opened:
        store = open_store(settings.database_url, SystemClock(), RandomIds())
        opened.callback(store.close)
        yield sync(settings, store, opened)


def sync(settings: Settings, store: Store, opened: contextlib.ExitStack) -> Sync:
    """Who follows the lists that the settings name. Raises SetupTrouble."""
    wanted = [text.partition("=") for text in settings.exchanges.split(";") if text.strip()]
    exchanges = {
        checked_name(bank.strip()): _exchange(text.strip(), settings, partial(_now, store), opened)
        for bank, _, text in wanted
    }
    return Sync(store, exchanges, timedelta(minutes=settings.sync_minutes))


def _exchange(
    text: str, settings: Settings, now: Callable[[], datetime], opened: contextlib.ExitStack
) -> Exchange:
    kind, _, rest = text.partition(":")
    match kind:
        case "stopncii":
            keys = {"FetchHashes": settings.stopncii_key, "SubmitFeedback": settings.stopncii_feedback_key}
            return opened.enter_context(
                contextlib.closing(StopNCII(keys, settings.stopncii_subscription, rest or STOPNCII))
            )
        case "ncmec":
            login = settings.ncmec_user, settings.ncmec_password
            database, _, url = rest.partition("@")
            ncmec = Ncmec(database, login, now, url, settings.ncmec_reason)
            return opened.enter_context(contextlib.closing(ncmec))
        case "listfile" | "childfile":
            return ListFile(Path(rest), now, children=kind == "childfile")
        case _:
            raise SetupTrouble("`exchanges` takes `stopncii`, `ncmec:`, `listfile:` and `childfile:`.")


def _now(store: Store) -> datetime:
    """The store's own time, so that a source's cursor and the store never disagree."""
    with store.read() as snapshot:
        return snapshot.now()
