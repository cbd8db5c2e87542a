"""Building the running system from the settings: the only place that puts everything together."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from operator import eq

import httpx2

from consentry.banks.known import KnownPictures
from consentry.banks.listed import ListedPictures
from consentry.banks.parts import KnownParts
from consentry.config import Settings
from consentry.core.content import Stage
from consentry.core.errors import SafetyUnavailable
from consentry.core.platformports import Platform
from consentry.core.ports import (
    Decoder,
    Generator,
)
from consentry.flows.access import Access
from consentry.flows.arrivals import Arrivals
from consentry.flows.banking import Banking
from consentry.flows.check import Checks
from consentry.flows.consent import Consents
from consentry.flows.door import Door
from consentry.flows.generate import AT_ONCE
from consentry.flows.ledger import Ledger
from consentry.flows.optout import OptOuts
from consentry.flows.parts import Parts
from consentry.flows.post import screen_post
from consentry.flows.report import Desk
from consentry.flows.staff import Staff
from consentry.flows.takedown import Takedown
from consentry.flows.upload import UPLOADS
from consentry.media.decoder import ONE_PIXEL
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import LocalBlobs
from consentry.store.figures import Figures
from consentry.store.signing import SignedLog, signing_key
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, ScryptPassphrases, SystemClock, secret_file
from consentry.wiring.assess import deploy_policy
from consentry.wiring.canary import canary_over
from consentry.wiring.case import refusals
from consentry.wiring.conversation import conversations_in
from consentry.wiring.decoders import open_decoders, ready_hasher
from consentry.wiring.judges import Judges, hashing_signals
from consentry.wiring.ledger import marker, recall, who_made
from consentry.wiring.lists import sync
from consentry.wiring.passage import passage_over
from consentry.wiring.permits import signed_permits
from consentry.wiring.platforms import hosts_among, open_platforms, screening
from consentry.wiring.queue import queue_in
from consentry.wiring.review import appeals_over, bench_over, folders_over, looks_over, overviews_over
from consentry.wiring.staff import accounts, sign_in
from consentry.wiring.system import System
from consentry.wiring.tools import made
from consentry.wiring.upstream import fetcher, upstream


def build(settings: Settings, generator: Generator | None = None) -> System:
    """The system that `settings` ask for. Raises SetupTrouble saying what to correct."""
    with contextlib.ExitStack() as opened:
        system = _build(settings, generator, opened)
        return replace(system, closing=opened.pop_all())


def _build(settings: Settings, generator: Generator | None, opened: contextlib.ExitStack) -> System:
    """As `build`; whatever has to be closed goes onto `opened`, also if something fails midway."""
    clock, ids, directory = SystemClock(), RandomIds(), made(settings.directory)
    store = open_store(settings.database_url, clock, ids)
    opened.callback(store.close)
    pepper = secret_file(directory / "pepper.key")
    passphrases = ScryptPassphrases(pepper)
    blobs = LocalBlobs(directory / "blobs", directory / "blobs.key", store)
    # Whoever was let in may wait: a draft that is paid for shall not be lost for want of a place.
    waiting = AT_ONCE * settings.max_at_once
    decoder, media = open_decoders(opened, settings.decoders, settings.video_decoders, waiting)
    hasher = ready_hasher()
    figures = Figures()
    permits = signed_permits(settings, clock, ids)
    passage = passage_over(settings, store)
    passage.register()
    listed = ListedPictures(store)
    len(listed)  # read here, so that no caller waits for it
    hashing = hashing_signals(store, clock, hasher, listed)
    judges = Judges(settings, store, clock, ids, figures, hashing)
    opened.callback(judges.close)
    deploy_policy(settings, judges.files, store, ids)
    site = MemoryPlatform("site", settings.site_url, clock, fetch=visit) if settings.site else None
    platforms: dict[str, Platform] = open_platforms(settings, opened)
    platforms |= {site.name: site} if site else {}
    uploads = KnownPictures(store, partial(eq, UPLOADS))
    return System(
        settings=settings,
        store=store,
        blobs=blobs,
        log=SignedLog(store, settings.origin, signing_key(directory / "log.key")),
        permits=permits,
        decoder=decoder,
        media=media,
        hasher=hasher,
        access=Access(store, clock, ids, pepper),
        staff=Staff(store, ids),
        sign_in=sign_in(settings, store, ids, passphrases),
        accounts=accounts(settings, store, ids, passphrases),
        law=judges.law,
        passage=passage,
        canary=canary_over(settings, store, Access(store, clock, ids, pepper), _rules(judges)),
        ask=judges.judge(Stage.ASK),
        answer=judges.judge(Stage.ANSWER),
        upload=judges.judge(Stage.UPLOAD),
        arrivals=Arrivals(
            store,
            hosts_among(platforms),
            media,
            screening(judges.judge(Stage.UPLOAD), hasher),
        ),
        post=partial(screen_post, judge=judges.posts(), pictures=judges.of_pictures()),
        desk=Desk(
            judge=judges.judge(Stage.REPORT),
            platforms=platforms,
            store=store,
            blobs=blobs,
            passphrases=passphrases,
            uploads=uploads,
            law=judges.law,
            places=settings.place_codes,
            fallback=timedelta(hours=settings.default_hours),
            clock=clock,
            ids=ids,
            hide_at_once=settings.hide_at_once_most,
        ),
        door=Door(clock, ids, settings.reports_hourly, settings.looks_hourly, settings.reports_rush),
        takedown=Takedown(store, platforms, media, hasher, uploads, blobs, ids, settings.hide_at_once_most),
        refusals=refusals(settings, store, blobs, passphrases, ids),
        bench=bench_over(settings, store, blobs, platforms, ids),
        looks=looks_over(settings, store, platforms, media, ids),
        folders=folders_over(store, blobs, listed),
        overviews=overviews_over(store),
        appeals=appeals_over(settings, store, blobs, passphrases, ids),
        consents=Consents(store, clock, ids, passphrases, decoder, hasher),
        optouts=OptOuts(store, ids, passphrases, decoder, hasher),
        parts=Parts(
            store,
            platforms,
            decoder,
            KnownParts(store, blobs),
            blobs,
            ids,
            timedelta(days=settings.features_days),
        ),
        ledger=Ledger(store, hasher, marker(settings, clock), ids, secret_file(directory / "ledger.key")),
        who_made=who_made(store, decoder, hasher),
        recall=recall(settings, store, decoder, hasher),
        queue=queue_in(settings, store),
        sync=sync(settings, store, opened),
        banking=Banking(store, media, hasher, listed, clock),
        generator=generator or upstream(settings, permits),
        checks_elsewhere=Checks(passage, judges.judge(Stage.ASK), decoder, store, clock, ids),
        conversations=conversations_in(settings, store, blobs),
        fetcher=fetcher(settings.fetch_host_names, settings, opened),
        hma_fetcher=fetcher(settings.hma_host_names, settings, opened),
        platforms=platforms,
        figures=figures,
        checks={
            "store": store.check,
            "decoder": partial(_check_decoder, decoder),
            **({"output judge": partial(_check_output_judge, judges)} if settings.upstream else {}),
        },
        site=site,
    )


def _rules(judges: Judges) -> str:
    """The versions of the rules of every stage at the gate."""
    return " ".join(judges.law.policy(stage, frozenset()).version for stage in (Stage.ASK, Stage.ANSWER))


def _check_decoder(decoder: Decoder) -> None:
    """Raise SafetyUnavailable unless the sandbox decodes a known picture."""
    if not decoder.decode(ONE_PIXEL).frames:
        raise SafetyUnavailable("The decoder does not answer.", code="decoder_down")


def _check_output_judge(judges: Judges) -> None:
    """Raise SafetyUnavailable unless something is set up that looks at outputs."""
    if not judges.detectors:
        raise SafetyUnavailable("Nothing looks at outputs; all are held.", code="no_output_judge")


def visit(url: str) -> tuple[int, bytes]:
    """What a visitor gets at `url`; status 0 if nothing answers."""
    try:
        reply = httpx2.get(url, timeout=10.0, follow_redirects=False)
    except httpx2.HTTPError:
        return 0, b""
    return reply.status_code, reply.content
