"""The only file that names an adapter: it builds the running system from the settings."""

from __future__ import annotations

import concurrent.futures
import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from operator import eq, ne
from pathlib import Path
from typing import Self

import httpx2

from consentry.banks.known import KnownPictures
from consentry.banks.listed import ListedPictures
from consentry.banks.listfile import ListFile
from consentry.banks.ncmec import Ncmec
from consentry.banks.several import Several
from consentry.banks.stopncii import BASE_URL as STOPNCII
from consentry.banks.stopncii import StopNCII
from consentry.config import Settings
from consentry.core.bank import checked_name
from consentry.core.checkpoint import Checkpoint
from consentry.core.content import Stage
from consentry.core.errors import SafetyUnavailable, SetupTrouble
from consentry.core.exchange import TELL
from consentry.core.lawbook import Lawbook, compile_book
from consentry.core.match import Hashes
from consentry.core.policy import Policy
from consentry.core.ports import (
    Blobs,
    Clock,
    Decoder,
    Finder,
    Generator,
    Hasher,
    Ids,
    Job,
    Platform,
    Signal,
    Store,
)
from consentry.core.syncports import Exchange
from consentry.flows.access import Access
from consentry.flows.banking import Banking
from consentry.flows.judge import Judge
from consentry.flows.report import Desk
from consentry.flows.sync import PULL, Sync
from consentry.flows.takedown import Takedown
from consentry.flows.upload import UPLOADS
from consentry.generators.absent import AbsentGenerator
from consentry.generators.drawing import DrawingGenerator
from consentry.generators.openai import OpenAIGenerator
from consentry.law import read_files
from consentry.matching.hasher import PdqHasher
from consentry.media.decoder import ONE_PIXEL, SandboxDecoder
from consentry.media.limits import Limits
from consentry.platforms.memory import MemoryPlatform
from consentry.signals.change import Change
from consentry.signals.consent import ConsentToMake
from consentry.signals.exposure import MEASURES as EXPOSURE
from consentry.signals.exposure import Detector, Exposure
from consentry.signals.exposure_moderations import OMNI, ModerationsDetector
from consentry.signals.exposure_onnx import OnnxDetector
from consentry.signals.exposure_process import ProcessDetector
from consentry.signals.known import KnownInput, KnownOutput
from consentry.signals.person import Person
from consentry.signals.prompt import PromptSignal
from consentry.store.blobs import LocalBlobs
from consentry.store.figures import Figures
from consentry.store.signing import SignedLog, signing_key, verify_note
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, ScryptPassphrases, SystemClock, secret_file

REPORT_MEASURES = ("report.valid", "report.child", "located")
"""What the report flow itself brings; no signal looks at a picture there."""

Site = MemoryPlatform
"""The simulated small site."""


@dataclass(frozen=True, slots=True)
class System:
    """Everything that runs, each part by its port."""

    settings: Settings
    """What the operator asked for."""
    store: Store
    """Cases, jobs, keys, known pictures, the log."""
    blobs: Blobs
    """Encrypted bytes."""
    log: SignedLog
    """The log under its signature."""
    decoder: Decoder
    """Bytes to pixels, in a sandbox."""
    hasher: Hasher
    """Pixels to hashes."""
    access: Access
    """Keys for programs."""
    law: Lawbook
    """The law in force and to come."""
    ask: Judge
    """Judges requests to the gate."""
    answer: Judge
    """Judges what a generator made."""
    upload: Judge
    """Judges uploads."""
    desk: Desk
    """Receives reports."""
    takedown: Takedown
    """Takes pictures down."""
    sync: Sync
    """Follows the lists of others."""
    banking: Banking
    """Keeps banks and asks them."""
    generator: Generator
    """The generator behind the gate."""
    platforms: Mapping[str, Platform]
    """Every platform we can act on."""
    figures: Figures
    """Counts for operators."""
    checks: Mapping[str, Callable[[], None]]
    """What /healthz asks, by part."""
    site: Site | None = None
    """The simulated small site, if it was asked for."""
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """What to let go of at the end."""

    @property
    def max_body(self) -> int:
        """Largest request body in bytes."""
        return self.settings.max_body_mb * 2**20

    def run(self, job: Job) -> None:
        """Carry out one job, whatever it is about."""
        flow = self.sync if job.kind in {PULL, TELL} else self.takedown
        flow.run(job)

    def close(self) -> None:
        """Let go of everything; safe to call twice."""
        self.closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def build(settings: Settings, generator: Generator | None = None) -> System:
    """The system that `settings` ask for. Raises SetupTrouble saying what to correct."""
    with contextlib.ExitStack() as opened:
        system = _build(settings, generator, opened)
        return replace(system, closing=opened.pop_all())


def _build(settings: Settings, generator: Generator | None, opened: contextlib.ExitStack) -> System:
    """As `build`; whatever has to be closed goes onto `opened`, also if something fails midway."""
    clock, ids, directory = SystemClock(), RandomIds(), _made(settings.directory)
    store = open_store(settings.database_url, clock, ids)
    opened.callback(store.close)
    pepper = secret_file(directory / "pepper.key")
    blobs = LocalBlobs(directory / "blobs", directory / "blobs.key", store)
    decoder = opened.enter_context(SandboxDecoder(Limits(), workers=settings.decoders))
    hasher = PdqHasher()
    hasher.hashes(decoder.decode(ONE_PIXEL))  # compiled here, so that no caller waits for it
    figures = Figures()
    listed = ListedPictures(store)
    len(listed)  # read here, so that no caller waits for it
    judges = _Judges(settings, store, clock, ids, figures, _known(store, hasher, listed))
    opened.callback(judges.close)
    site = MemoryPlatform("site", settings.site_url, clock, fetch=_visit) if settings.site else None
    platforms: dict[str, Platform] = {site.name: site} if site else {}
    uploads = KnownPictures(store, partial(eq, UPLOADS))
    return System(
        settings=settings,
        store=store,
        blobs=blobs,
        log=SignedLog(store, settings.origin, signing_key(directory / "log.key")),
        decoder=decoder,
        hasher=hasher,
        access=Access(store, clock, ids, pepper),
        law=judges.law,
        ask=judges.judge(Stage.ASK),
        answer=judges.judge(Stage.ANSWER),
        upload=judges.judge(Stage.UPLOAD),
        desk=Desk(
            judge=judges.judge(Stage.REPORT),
            platforms=platforms,
            store=store,
            blobs=blobs,
            passphrases=ScryptPassphrases(pepper),
            law=judges.law,
            places=settings.place_codes,
            fallback=timedelta(hours=settings.default_hours),
            clock=clock,
            ids=ids,
        ),
        takedown=Takedown(store, platforms, decoder, hasher, uploads, blobs, ids),
        sync=_sync(settings, store, opened),
        banking=Banking(store, decoder, hasher, listed, clock),
        generator=generator or _generator(settings),
        platforms=platforms,
        figures=figures,
        checks={
            "store": store.check,
            "decoder": partial(_check_decoder, decoder),
            **({"output judge": partial(_check_output_judge, judges)} if settings.upstream else {}),
        },
        site=site,
    )


def drawing_generator(surprises: Mapping[str, str]) -> Generator:
    """A generator that draws; for prompts in `surprises` it shows more than was asked, for trying out."""
    return DrawingGenerator(surprises=surprises)


def ask_policy(settings: Settings) -> tuple[Sequence[Signal], Policy]:
    """What judges a request without a server, a database or an output judge: signals and rules.

    The signals are those that need only the request itself. Raises SetupTrouble for bad law files.
    """
    kinds = (PromptSignal, Person, ConsentToMake, KnownInput, KnownOutput, Change)
    measures = _measures([(kind.measures, kind.stages) for kind in kinds], judged_output=False)
    book = compile_book(read_files(Path(settings.law) if settings.law else None), measures)
    return (PromptSignal(), Person()), book.policy(Stage.ASK, settings.place_codes)


def today() -> date:
    """The day whose law is applied (UTC)."""
    return SystemClock().now().date()


def open_access(settings: Settings) -> Access:
    """Only what is needed to make and take back keys."""
    clock, ids, directory = SystemClock(), RandomIds(), _made(settings.directory)
    store = open_store(settings.database_url, clock, ids)
    return Access(store, clock, ids, secret_file(directory / "pepper.key"))


@contextlib.contextmanager
def open_banking(settings: Settings) -> Iterator[Banking]:
    """Only what is needed to keep banks, beside a server or without one."""
    clock = SystemClock()
    _made(settings.directory)
    store = open_store(settings.database_url, clock, RandomIds())
    with contextlib.closing(store), SandboxDecoder(Limits(), workers=1) as decoder:
        yield Banking(store, decoder, PdqHasher(), ListedPictures(store), clock)


@contextlib.contextmanager
def open_sync(settings: Settings) -> Iterator[Sync]:
    """Only what is needed to follow the lists of others, beside a server or without one."""
    _made(settings.directory)
    with contextlib.ExitStack() as opened:
        store = open_store(settings.database_url, SystemClock(), RandomIds())
        opened.callback(store.close)
        yield _sync(settings, store, opened)


def _sync(settings: Settings, store: Store, opened: contextlib.ExitStack) -> Sync:
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


@contextlib.contextmanager
def open_hashing() -> Iterator[Callable[[bytes], Hashes]]:
    """What hashes the bytes of a picture, without a database. It raises BadInput if it cannot."""
    with SandboxDecoder(Limits(), workers=1) as decoder:
        yield lambda data: PdqHasher().hashes(decoder.decode(data))


def _check_decoder(decoder: Decoder) -> None:
    """Raise SafetyUnavailable unless the sandbox decodes a known picture."""
    if not decoder.decode(ONE_PIXEL).frames:
        raise SafetyUnavailable("The decoder does not answer.", code="decoder_down")


def _check_output_judge(judges: _Judges) -> None:
    """Raise SafetyUnavailable unless something is set up that looks at outputs."""
    if not judges.detectors:
        raise SafetyUnavailable("Nothing looks at outputs; all are held.", code="no_output_judge")


def _known(store: Store, hasher: Hasher, listed: Finder) -> Sequence[Signal]:
    """What finds pictures of cases and of banks, in what comes in and in what was made."""
    finder = Several((KnownPictures(store, partial(ne, UPLOADS)), listed))
    return KnownInput(hasher, finder), KnownOutput(hasher, finder)


class _Judges:
    """The judges of every stage, over one set of signals."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        ids: Ids,
        figures: Figures,
        known: Sequence[Signal],
    ) -> None:
        """Wire the signals, and compile the law for the measures they bring."""
        self._settings, self._store, self._clock, self._ids = settings, store, clock, ids
        self._figures = figures
        self.detectors = _detectors(settings)
        self.signals: Sequence[Signal] = [
            PromptSignal(),
            Person(),
            ConsentToMake(store, clock),
            *known,
            Change(),
            *([Exposure(self.detectors, settings.not_covered)] if self.detectors else []),
        ]
        self.law = compile_book(
            read_files(Path(settings.law) if settings.law else None),
            _measures(
                [(signal.measures, signal.stages) for signal in self.signals],
                judged_output=bool(self.detectors),
            ),
        )
        self._check_places()
        self.pool = concurrent.futures.ThreadPoolExecutor(settings.signal_threads, "signal")

    def judge(self, stage: Stage) -> Judge:
        """The judge of one stage."""
        return Judge(
            stage=stage,
            signals=[signal for signal in self.signals if stage in signal.stages],
            policy=partial(self._policy, stage),
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            pool=self.pool,
            patience=self._settings.patience,
            watch=self._figures.watch,
        )

    def close(self) -> None:
        """Stop looking."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for detector in self.detectors:
            getattr(detector, "close", lambda: None)()

    def _policy(self, stage: Stage, place: str) -> Policy:
        """The rules of the operator's places and the place of the request; all places if none are set."""
        configured = self._settings.place_codes
        return self.law.policy(stage, configured | {place} if configured and place else configured)

    def _check_places(self) -> None:
        known = self.law.places | {name for place in self.law.jurisdictions for name in place.covers}
        unknown = self._settings.place_codes - known
        if unknown:
            raise SetupTrouble(
                f"There is no law file for `{min(unknown)}`.",
                next_step=f"Known places: {', '.join(sorted(self.law.places))}.",
            )


def _measures(
    promises: Sequence[tuple[frozenset[str], frozenset[Stage]]], *, judged_output: bool
) -> dict[str, frozenset[Stage]]:
    """Which measures can exist at which stage. What was found when asking is known when answering."""
    found: dict[str, frozenset[Stage]] = {name: frozenset({Stage.REPORT}) for name in REPORT_MEASURES}
    for measures, looking in promises:
        for name in measures:
            stages = looking | ({Stage.ANSWER} if Stage.ASK in looking else frozenset())
            found[name] = found.get(name, frozenset()) | stages
    if not judged_output:
        found |= {name: frozenset({Stage.ANSWER}) for name in EXPOSURE}  # asked for, never answered: held
    return found


def _detectors(settings: Settings) -> list[Detector]:
    """What looks at outputs. Raises SetupTrouble if nothing does and nobody said that this is meant."""
    wanted = [text.strip() for text in settings.exposure.split(";") if text.strip()]
    if not wanted and settings.upstream and not settings.allow_no_output_judge:
        raise SetupTrouble(
            "Nothing is set up that looks at outputs, so the gate does not start.",
            next_step="Set `exposure`; or set `allow_no_output_judge` and have every output held.",
        )
    return [_detector(text, settings) for text in wanted]


def _detector(text: str, settings: Settings) -> Detector:
    kind, _, rest = text.partition(":")
    match kind:
        case "process":
            return ProcessDetector(shlex.split(rest), EXPOSURE, settings.patience)
        case "onnx":
            return OnnxDetector(Path(rest))
        case "moderations":
            model, key = settings.exposure_model, settings.exposure_key
            return ModerationsDetector(rest, key, model, OMNI, settings.patience)
        case _:
            raise SetupTrouble("`exposure` must begin with `process:`, `onnx:` or `moderations:`.")


def _generator(settings: Settings) -> Generator:
    if not settings.upstream:
        return AbsentGenerator()
    if settings.upstream == "drawing:":
        return DrawingGenerator()
    return OpenAIGenerator(settings.upstream, settings.upstream_key, settings.upstream_seconds)


def _made(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise SetupTrouble("The data directory cannot be made.", param="data") from None
    return directory


def verify_log_note(note: str, vkey: str, origin: str) -> Checkpoint:
    """The checkpoint in a signed note. Raises BadInput if `vkey` did not sign it."""
    return verify_note(note, vkey, origin)


def _visit(url: str) -> tuple[int, bytes]:
    """What a visitor gets at `url`; status 0 if nothing answers."""
    try:
        reply = httpx2.get(url, timeout=10.0, follow_redirects=False)
    except httpx2.HTTPError:
        return 0, b""
    return reply.status_code, reply.content
