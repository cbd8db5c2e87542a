"""Incidents, and what their cases are tried against: the rules and signals that are in force now."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from consentry.config import Settings
from consentry.flows.incident import Incidents, Outcome, Try
from consentry.flows.trial import Attached, Band, attempt
from consentry.store.blobs import LocalBlobs
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.judges import ask_policy
from consentry.wiring.passage import passage_over
from consentry.wiring.tools import made, today

OUTCOMES = {Band.ALLOW: Outcome.PASSED, Band.HOLD: Outcome.HELD, Band.REFUSE: Outcome.REFUSED}
"""What a trial's answer is for an incident."""


@contextlib.contextmanager
def open_incidents(settings: Settings) -> Iterator[Incidents]:
    """Only what is needed to keep incidents and try them again. Raises SetupTrouble for bad law files."""
    ids, directory = RandomIds(), made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), ids)
    with contextlib.closing(store):
        passage_over(settings, store).register()
        blobs = LocalBlobs(directory / "blobs", directory / "blobs.key", store)
        yield Incidents(store, blobs, ids, _trial(settings))


def _trial(settings: Settings) -> Try:
    """Tries words and a kind of picture as `consentry gate try` does."""
    signals, policy = ask_policy(settings)

    def tried(words: str, picture: str) -> tuple[Outcome, tuple[str, ...]]:
        found = attempt(words, Attached(picture), signals=signals, policy=policy, day=today())
        return OUTCOMES[found.band], found.rules

    return tried
