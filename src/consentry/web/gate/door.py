"""What every dialect of the gate shares: who asks, which pictures they mean, and the one call into the flow.

A dialect reads its own form of a request and makes a `core.content.Request` of it; from there on
nobody can tell which dialect it came in. None of them decides anything.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio.to_thread
from fastapi import Request as HttpRequest

from consentry.core.content import Account, Picture, Request, unopened
from consentry.core.errors import BadInput
from consentry.core.gateports import Fetcher
from consentry.core.ports import ApiKey, Generator
from consentry.flows.generate import Refused, Released, generate
from consentry.web import auth, bodies, errors
from consentry.wiring import System

MAX_PROMPT = 32_000
"""Longest prompt in characters (OpenAI API reference, images)."""

MAX_INPUTS = 16
"""Most input pictures (OpenAI API reference, images/edits)."""

MAX_COUNT = 10
"""Most images in one request (OpenAI API reference, images)."""

MAX_SETTING = 100
"""Longest sane setting, in characters."""


FETCH_SECONDS = 20.0
"""Longest time for everything that one request names by its address, all of it together."""


@dataclass(slots=True)
class Budget:
    """How much may be fetched for one request: its addresses share it, so that many are no more than one."""

    left: int
    """Bytes."""
    until: float
    """When the time is up, on the monotonic clock."""

    def fetch(self, fetcher: Fetcher, url: str) -> bytes:
        """What is at `url`, out of the budget. Raises BadInput or TooLarge once that is used up."""
        if time.monotonic() >= self.until:
            raise BadInput(
                "The pictures that are named took too long to fetch.",
                code="fetch_budget",
                param="image",
                next_step="Send the pictures along, or name fewer of them.",
            )
        found = fetcher.fetch(url, self.left).data
        self.left -= len(found)
        return found


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands at the door, and what they said of themselves."""

    system: System
    """The system they talk to."""
    key: ApiKey
    """Their key, which is good for the gate."""
    rid: str
    """The identifier of their request."""
    place: str
    """The jurisdiction they are in, if they say so; it can only tighten."""
    consent: str
    """A recorded consent that they name; nobody has looked it up yet."""
    budget: Budget
    """How much may still be fetched for them."""

    @property
    def refusal_code(self) -> str:
        """What the operator has a refusal called."""
        return self.system.settings.refusal_code

    def account(self, user: object) -> Account:
        """The key, with a digest of its end user's name. Raises BadInput if that is not text."""
        if not isinstance(user, str):
            raise BadInput("`user` must be text.", param="user")
        return auth.account(self.key, user)

    def pictures(self, references: Sequence[object]) -> tuple[Picture, ...]:
        """Every picture that is meant, unopened. Raises BadInput for one that cannot be had."""
        if len(references) > MAX_INPUTS:
            raise BadInput(f"Send at most {MAX_INPUTS} pictures.", code="too_many_images", param="image")
        return tuple(self.picture(reference) for reference in references)

    def picture(self, reference: object) -> Picture:
        """The picture behind bytes, a data URL or an address, or an object around one, unopened."""
        return unopened(self._bytes(reference))

    def _bytes(self, reference: object) -> bytes:
        """The bytes that are meant: themselves, or a URL, also under `image_url` or `url`."""
        if isinstance(reference, bytes):
            return reference
        while isinstance(reference, dict):
            reference = reference.get("image_url") or reference.get("url")
        if not isinstance(reference, str):
            raise BadInput(
                "Pictures must be sent along, not named.", code="unresolvable_reference", param="image"
            )
        if reference.startswith("data:"):
            return bodies.data_url(reference)
        return self.budget.fetch(self.system.fetcher, reference)


async def caller(request: HttpRequest, system: System) -> Caller:
    """Who asks. Raises NotAllowed before anything of their request was read."""
    key = await anyio.to_thread.run_sync(auth.key, request, system.access, "gate")
    consent = request.headers.get("consentry-consent", "")
    budget = Budget(system.max_body, time.monotonic() + FETCH_SECONDS)
    return Caller(system, key, errors.request_id(request), auth.place(request), consent, budget)


async def put(asked: Request, system: System, generator: Generator | None = None) -> Released | Refused:
    """Put a request to the flow. Every dialect calls this, and nothing else makes images.

    `generator` stands for what has made its images elsewhere.
    """
    return await generate(
        asked,
        entrance=system.passage,
        ask=system.ask,
        answer=system.answer,
        generator=generator or system.generator,
        decoder=system.decoder,
        keeper=system.ledger,
    )


def listed(found: object) -> list[object]:
    """One thing, several, or none, as a list."""
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def prompt(found: object, name: str = "prompt") -> str:
    """The words of a request. Raises BadInput if there are none, or too many."""
    if not isinstance(found, str) or not found.strip():
        raise BadInput(f"`{name}` must be text.", code="missing_prompt", param=name)
    if len(found) > MAX_PROMPT:
        raise BadInput(f"`{name}` may have at most {MAX_PROMPT} characters.", param=name)
    return found


def count(found: object, name: str = "n") -> int:
    """How many images are wanted. Raises BadInput for anything but a number from 1 to MAX_COUNT."""
    text = str(found)
    if isinstance(found, bool) or not text.isdecimal() or not 1 <= int(text) <= MAX_COUNT:
        raise BadInput(f"`{name}` must be a number from 1 to {MAX_COUNT}.", param=name)
    return int(text)


def setting(fields: Mapping[str, object], name: str, default: str) -> str:
    """A setting as short text. Raises BadInput for anything that could hold more."""
    found = fields.get(name, default)
    if not isinstance(found, str | int | float) or len(str(found)) > MAX_SETTING:
        raise BadInput(f"`{name}` must be a short text.", param=name)
    return str(found)


def chosen(fields: Mapping[str, object], name: str) -> bool:
    """Whether a switch is on: `true`, as JSON or in a form. Raises BadInput if it is no switch."""
    text = str(fields.get(name) or False).lower()
    if text not in {"true", "false"}:
        raise BadInput(f"`{name}` must be true or false.", param=name)
    return text == "true"


def only(fields: Mapping[str, object], known: frozenset[str]) -> None:
    """Raise BadInput for a setting that the gate does not know: it could hold a picture."""
    unknown = set(fields) - known
    if unknown:
        raise unknown_setting(min(unknown))


def unknown_setting(name: str) -> BadInput:
    """What is said of a setting that the gate does not know."""
    return BadInput(f"The gate does not know the setting `{name}`.", code="unknown_parameter", param=name)
