"""Who judges at which stage: the signals that look, and the law they look for."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from consentry.banks.known import KnownPictures, reported
from consentry.banks.several import Several
from consentry.config import Settings
from consentry.core.capability import Capability
from consentry.core.content import Stage
from consentry.core.errors import SetupTrouble
from consentry.core.lawbook import compile_book
from consentry.core.policy import AnyOf, AtLeast, Policy
from consentry.core.ports import (
    Clock,
    Finder,
    Hasher,
    Ids,
    Signal,
    Store,
)
from consentry.flows.judge import Judge
from consentry.law import read_files
from consentry.signals.change import Change
from consentry.signals.consent import ConsentToMake
from consentry.signals.exposure import BEFORE_MINOR, GAINED, Exposure, ExposureOfDraft
from consentry.signals.exposure import MEASURES as EXPOSURE
from consentry.signals.known import KnownInput, KnownOutput
from consentry.signals.person import Person
from consentry.signals.profile import Profile
from consentry.signals.promotion import Promotion
from consentry.signals.prompt import PromptSignal
from consentry.signals.prompt.router import COMPARE, route
from consentry.signals.vision import NobodyAsked
from consentry.store.figures import Figures
from consentry.wiring.detectors import detectors, vision_of

DOUBT = AnyOf(
    (
        AtLeast("prompt.suspicion", 0.5),
        AtLeast("change.exposure", 0.15),
        AtLeast("change.degrading", 0.3),
        AtLeast("exposure.explicit", 0.3),
        AtLeast("exposure.intimate", 0.3),
        AtLeast("exposure.minimal", 0.5),
        AtLeast("exposure.degrading", 0.3),
    )
)
"""When a vision service is asked about a draft: where the floor begins to doubt."""

REPORT_MEASURES = ("report.valid", "report.child", "located")
"""What the report flow itself brings; no signal looks at a picture there."""


class Hashing(NamedTuple):
    """The signals that know pictures by their hashes."""

    consent: Signal
    """Whether the person shown agreed; it opens a picture only if a consent might cover it."""
    known: Sequence[Signal]
    """Whether a picture is known."""


class Judges:
    """The judges of every stage, over one set of signals."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        ids: Ids,
        figures: Figures,
        hashing: Hashing,
    ) -> None:
        """Wire the signals, and compile the law for the measures they bring."""
        self._settings, self._store, self._clock, self._ids = settings, store, clock, ids
        self._figures = figures
        self.detectors = detectors(settings)
        unseeing: list[Signal] = [PromptSignal(), Person(), Profile(capability(settings), names_somebody)]
        bodies: list[Signal] = []
        if self.detectors:
            lacking = settings.not_covered
            bodies = [Exposure(self.detectors, lacking), ExposureOfDraft(self.detectors, lacking)]
        vision = vision_of(settings)
        self.second: Sequence[Signal] = [vision] if vision is not None else []
        self.first: Mapping[Stage, Sequence[Signal]] = {
            Stage.ASK: [*unseeing, hashing.consent],
            Stage.ANSWER: bodies,
        }
        self.signals: Sequence[Signal] = [
            *unseeing,
            hashing.consent,
            *hashing.known,
            Change(),
            Promotion(),
            *bodies,
            *([] if vision is not None else [NobodyAsked()]),
        ]
        self.files = read_files(Path(settings.law) if settings.law else None)
        self.law = compile_book(
            self.files,
            measures_of(
                [(signal.measures, signal.stages) for signal in (*self.signals, *self.second)],
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
            second=[signal for signal in self.second if stage in signal.stages],
            doubt=DOUBT,
            first=[signal for signal in self.first.get(stage, ()) if stage in signal.stages],
            policy=partial(self._policy, stage),
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            pool=self.pool,
            patience=self._settings.patience,
            watch=self._figures.watch,
        )

    def posts(self) -> Judge:
        """The judge of words and links: the rules of uploads, and only what reads words."""
        return replace(self.judge(Stage.UPLOAD), signals=[Promotion()])

    def of_pictures(self) -> frozenset[str]:
        """What the rules of uploads may ask of a picture alone."""
        uploads = (signal.measures for signal in self.signals if Stage.UPLOAD in signal.stages)
        return frozenset().union(*uploads) - Promotion.measures

    def close(self) -> None:
        """Stop looking."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        for part in (*self.detectors, *self.second):
            getattr(part, "close", lambda: None)()

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


def measures_of(
    promises: Sequence[tuple[frozenset[str], frozenset[Stage]]], *, judged_output: bool
) -> dict[str, frozenset[Stage]]:
    """Which measures can exist at which stage. What was found when asking is known when answering."""
    found: dict[str, frozenset[Stage]] = {name: frozenset({Stage.REPORT}) for name in REPORT_MEASURES}
    for measures, looking in promises:
        for name in measures:
            stages = looking | ({Stage.ANSWER} if Stage.ASK in looking else frozenset())
            found[name] = found.get(name, frozenset()) | stages
    if not judged_output:
        unanswered = (*EXPOSURE, *GAINED, BEFORE_MINOR)
        found |= {name: frozenset({Stage.ANSWER}) for name in unanswered}  # asked for, never answered: held
    return found


def built_in_measures() -> dict[str, frozenset[Stage]]:
    """What is measured whatever the operator has set up."""
    kinds = (
        PromptSignal,
        Person,
        ConsentToMake,
        Profile,
        KnownInput,
        KnownOutput,
        Change,
        NobodyAsked,
        Promotion,
    )
    return measures_of([(kind.measures, kind.stages) for kind in kinds], judged_output=False)


def ask_policy(settings: Settings) -> tuple[Sequence[Signal], Policy]:
    """What judges a request without a server, a database or an output judge: signals and rules.

    The signals are those that need only the request itself. Raises SetupTrouble for bad law files.
    """
    measures = built_in_measures()
    book = compile_book(read_files(Path(settings.law) if settings.law else None), measures)
    return (PromptSignal(), Person()), book.policy(Stage.ASK, settings.place_codes)


def hashing_signals(store: Store, clock: Clock, hasher: Hasher, listed: Finder) -> Hashing:
    """What finds pictures of consents, cases, banks and the register, in what comes in and what was made."""
    finder = Several((KnownPictures(store, reported), listed))
    known = KnownInput(hasher, finder), KnownOutput(hasher, finder)
    return Hashing(ConsentToMake(store, clock, hasher), known)


def capability(settings: Settings) -> Capability:
    """The one profile of this gate. Raises SetupTrouble for anything else, both at once above all."""
    try:
        return Capability(settings.capability)
    except ValueError:
        raise SetupTrouble(
            "`capability` is `people` or `adult`: one of the two, never both.",
            param="capability",
            next_step="Run two gates, each with its own generator, if you need both.",
        ) from None


def names_somebody(text: str) -> bool:
    """Whether words name a real person, as far as the reader of prompts can tell."""
    return route(text, 0.0).named >= COMPARE
