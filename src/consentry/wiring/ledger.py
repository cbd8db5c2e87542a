"""Consents, the register of pictures that nobody may edit, and the ledger, as commands need them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from operator import eq
from pathlib import Path

import consentry
from consentry.banks.known import UPLOADS, KnownPictures
from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.core.making import MADE, SEEDS
from consentry.core.ports import Clock, Decoder, Hasher, Store
from consentry.flows.consent import Consents
from consentry.flows.optout import OptOuts
from consentry.flows.recall import Recall
from consentry.flows.whomade import WhoMade
from consentry.matching.hasher import PdqHasher
from consentry.media.credentials import Chain, Credentials, claimed_decisions
from consentry.media.decoder import SandboxDecoder
from consentry.media.limits import Limits
from consentry.media.marker import Marker
from consentry.store.provenance import Signing, own, signing
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


@contextlib.contextmanager
def open_who_made(settings: Settings) -> Iterator[WhoMade]:
    """Only what is needed to ask the ledger, beside a server or without one."""
    made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store), SandboxDecoder(Limits(), workers=1) as decoder:
        yield who_made(store, decoder, PdqHasher())


def who_made(store: Store, decoder: Decoder, hasher: Hasher) -> WhoMade:
    """Who answers for the ledger; what it finds by is read at the first question."""
    return WhoMade(store, decoder, hasher, KnownPictures(store, partial(eq, MADE)), claimed_decisions)


@contextlib.contextmanager
def open_recall(settings: Settings) -> Iterator[Recall]:
    """Only what is needed to count, begin and undo recalls; a server's workers carry them out."""
    made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store), SandboxDecoder(Limits(), workers=1) as decoder:
        yield recall(settings, store, decoder, PdqHasher())


def recall(settings: Settings, store: Store, decoder: Decoder, hasher: Hasher) -> Recall:
    """Who calls back what was made."""
    return Recall(
        store=store,
        decoder=decoder,
        hasher=hasher,
        seeds=KnownPictures(store, partial(eq, SEEDS)),
        uploads=KnownPictures(store, partial(eq, UPLOADS)),
        ids=RandomIds(),
        passphrases=ScryptPassphrases(secret_file(settings.directory / "pepper.key")),
        within=timedelta(hours=settings.default_hours),
    )


def open_prompt_key(settings: Settings) -> bytes:
    """What digests of prompts are made with."""
    return secret_file(made(settings.directory) / "ledger.key")


def marker(settings: Settings, clock: Clock) -> Marker:
    """What labels and signs images. Raises SetupTrouble."""
    if settings.visible_label not in {"law", "always"}:
        raise SetupTrouble("`visible_label` is `law` or `always`.", param="visible_label")
    found = provenance(settings, clock)
    credentials = Credentials(Chain(found.certificates, found.key), consentry.__version__)
    return Marker(credentials, always=settings.visible_label == "always")


def provenance(settings: Settings, clock: Clock) -> Signing:
    """The certificates and the key that images are signed with. Raises SetupTrouble."""
    if bool(settings.provenance_chain) != bool(settings.provenance_key):
        raise SetupTrouble("Set `provenance_chain` and `provenance_key`, or neither.", param="provenance_key")
    if settings.provenance_chain:
        return own(Path(settings.provenance_chain), Path(settings.provenance_key))
    return signing(made(settings.directory), clock.now())


def open_provenance(settings: Settings) -> Signing:
    """The certificates and the key, for a command that shows them. Raises SetupTrouble."""
    return provenance(settings, SystemClock())
