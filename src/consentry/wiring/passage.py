"""The register of routes and the breakers, with the limits that the settings name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

import httpx2

from consentry.config import Settings
from consentry.core.breaker import Ability, Limits
from consentry.core.egress import FIGURES, Egress, guarded
from consentry.core.errors import UpstreamTrouble
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


def egress(settings: Settings, guards: Sequence[str], hours: float | None) -> Egress:
    """What the gate and `guards` counted over so many hours, or since the first guard began. Raises Trouble.

    Without guards and hours, over a day.
    """
    found = [guarded(_figures(address)) for address in guards]
    with open_passage(settings) as passage:
        now = SystemClock().now()
        if hours is None and found:
            since = min(guard.since for guard in found)
        else:
            since = now - timedelta(hours=24.0 if hours is None else hours)
        return passage.egress(since, found)


def _figures(address: str) -> str:
    """What a guard says of itself. Raises UpstreamTrouble."""
    try:
        reply = httpx2.get(address.rstrip("/") + FIGURES, timeout=10.0, follow_redirects=False)
        return reply.raise_for_status().text
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise UpstreamTrouble(
            "A guard does not answer.",
            code="guard_unreachable",
            next_step="Look at its address.",
        ) from None
