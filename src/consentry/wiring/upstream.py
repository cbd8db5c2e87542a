"""Which generator stands behind the gate, and what fetches the pictures that callers name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from consentry.config import Settings
from consentry.core.errors import SetupTrouble
from consentry.core.gateports import Fetcher
from consentry.core.ports import (
    Generator,
    PermitIssuer,
)
from consentry.generators.absent import AbsentGenerator
from consentry.generators.chat import ChatGenerator
from consentry.generators.drawing import DrawingGenerator
from consentry.generators.gemini import GeminiGenerator
from consentry.generators.openai import OpenAIGenerator
from consentry.generators.responses import ResponsesGenerator
from consentry.generators.xai import XaiGenerator
from consentry.remote.fetcher import SafeFetcher


def drawing_generator(surprises: Mapping[str, str]) -> Generator:
    """A generator that draws; for prompts in `surprises` it shows more than was asked, for trying out."""
    return DrawingGenerator(surprises=surprises)


def upstream(settings: Settings, permits: PermitIssuer) -> Generator:
    """The generator that the settings name; one that makes nothing if they name none.

    Raises SetupTrouble for a dialect that nobody speaks.
    """
    if not settings.upstream:
        return AbsentGenerator()
    if settings.upstream == "drawing:":
        return DrawingGenerator()
    dialect, url = _dialect(settings.upstream)
    return DIALECTS[dialect](url, settings.upstream_key, permits, settings.upstream_seconds)


DIALECTS: Mapping[str, Callable[[str, str, PermitIssuer, float], Generator]] = {
    "openai": OpenAIGenerator,
    "xai": XaiGenerator,
    "responses": ResponsesGenerator,
    "chat": ChatGenerator,
    "gemini": GeminiGenerator,
}
"""What may stand before an upstream's address, and what then speaks to it; OpenAI's if nothing does."""


def _dialect(named: str) -> tuple[str, str]:
    """The dialect and the address in a setting such as `xai:https://host/v1`."""
    head, _, rest = named.partition(":")
    if head in {"http", "https"}:
        return "openai", named
    if head not in DIALECTS or not rest.startswith(("http://", "https://")):
        known = ", ".join(f"`{name}:`" for name in DIALECTS)
        raise SetupTrouble(
            "`upstream` must be an address, with one of the known dialects before it if it is not OpenAI's.",
            next_step=f"Dialects are {known}; or `drawing:` alone.",
            param="upstream",
        )
    return head, rest


def fetcher(hosts: frozenset[str], settings: Settings, opened: contextlib.ExitStack) -> Fetcher:
    """What fetches pictures from `hosts`, and from nobody behind them."""
    found = SafeFetcher(hosts, settings.fetch_inside_names)
    return opened.enter_context(contextlib.closing(found))
