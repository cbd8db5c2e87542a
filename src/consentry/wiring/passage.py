"""The register of routes and the breakers, with the limits that the settings name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from consentry.config import Settings
from consentry.core.breaker import Ability, Limits
from consentry.core.ports import Store
from consentry.flows.passage import Passage
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.wiring.tools import made


def passage_over(settings: Settings, store: Store) -> Passage:
    """The register and breakers in `store`."""
    most = {Ability.GENERATE: settings.breaker_generations, Ability.EDIT: settings.breaker_edits}
    limits = {ability: _limits(settings, asked) for ability, asked in most.items()}
    return Passage(store, limits, timedelta(minutes=settings.canary_minutes or 60.0))


def _limits(settings: Settings, asked: int) -> Limits:
    return Limits(
        asked=asked,
        share=settings.breaker_refusals,
        window=timedelta(minutes=settings.breaker_window_minutes),
        pause=timedelta(minutes=settings.breaker_pause_minutes),
    )


@contextlib.contextmanager
def open_passage(settings: Settings) -> Iterator[Passage]:
    """Only what is needed to stop and start routes, beside a server or without one."""
    made(settings.directory)
    store = open_store(settings.database_url, SystemClock(), RandomIds())
    with contextlib.closing(store):
        passage = passage_over(settings, store)
        passage.register()
        yield passage
