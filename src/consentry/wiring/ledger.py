"""Consents, the register of pictures that nobody may edit, and the ledger, as commands need them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from consentry.config import Settings
from consentry.flows.consent import Consents
from consentry.flows.optout import OptOuts
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import SandboxDecoder
from consentry.media.limits import Limits
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, ScryptPassphrases, SystemClock, secret_file
from consentry.wiring.tools import made


@contextlib.contextmanager
def open_consents(settings: Settings) -> Iterator[tuple[Consents, OptOuts]]:
    """Only what is needed to record consents and opt-outs, beside a server or without one."""
    clock, ids, directory = SystemClock(), RandomIds(), made(settings.directory)
    passphrases = ScryptPassphrases(secret_file(directory / "pepper.key"))
    store = open_store(settings.database_url, clock, ids)
    with contextlib.closing(store), SandboxDecoder(Limits(), workers=1) as decoder:
        hasher = PdqHasher()
        yield (
            Consents(store, clock, ids, passphrases, decoder, hasher),
            OptOuts(store, ids, passphrases, decoder, hasher),
        )
