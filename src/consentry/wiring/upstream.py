"""Which generator stands behind the gate, and what fetches the pictures that callers name."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from consentry.config import Settings
from consentry.core.gateports import Fetcher
from consentry.core.ports import (
    Generator,
    PermitIssuer,
)
from consentry.generators.absent import AbsentGenerator
from consentry.generators.drawing import DrawingGenerator
from consentry.generators.openai import OpenAIGenerator
from consentry.remote.fetcher import SafeFetcher


def drawing_generator(surprises: Mapping[str, str]) -> Generator:
    """A generator that draws; for prompts in `surprises` it shows more than was asked, for trying out."""
    return DrawingGenerator(surprises=surprises)


def upstream(settings: Settings, permits: PermitIssuer) -> Generator:
    """The generator that the settings name; one that makes nothing if they name none."""
    if not settings.upstream:
        return AbsentGenerator()
    if settings.upstream == "drawing:":
        return DrawingGenerator()
    return OpenAIGenerator(settings.upstream, settings.upstream_key, permits, settings.upstream_seconds)


def fetcher(hosts: frozenset[str], settings: Settings, opened: contextlib.ExitStack) -> Fetcher:
    """What fetches pictures from `hosts`, and from nobody behind them."""
    found = SafeFetcher(hosts, settings.fetch_inside_names)
    return opened.enter_context(contextlib.closing(found))
