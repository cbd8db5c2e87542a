"""A request for an image, from any route, to an image or a refusal.

1. Pictures that cannot be read are sent back to the caller; nothing is judged blind.
2. The request is judged. If it does not pass, the generator is never asked.
3. The generator makes drafts, under a permit for that decision. What it says besides is not passed on.
4. Each draft is encoded anew, so that what is judged is, byte for byte, what may leave.
5. Each draft is judged beside the request. One that does not pass stops them all.
6. Only then are the images released, with the decision and its place in the log.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio.to_thread

from consentry.core.content import Draft, Picture, Request, Stage
from consentry.core.entry import Kind
from consentry.core.errors import BadInput
from consentry.core.ports import Decoder, Generator, Made
from consentry.flows.judge import Judge, Judged, must_be_readable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Image:
    """One image that may leave."""

    data: bytes
    """The encoded image."""
    kind: str
    """`jpeg`, `png`, `webp`, `gif` or `avif`."""
    caption: str
    """The prompt as the generator rewrote it, judged too; empty if it did not."""


@dataclass(frozen=True, slots=True)
class Released:
    """Images that may leave. Only `generate` makes one, and only this can be sent."""

    images: tuple[Image, ...]
    """What was made."""
    judged: Judged
    """The last decision about them; its id is the id of the answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing leaves."""

    judged: Judged
    """The decision, and where the log says why."""
    stage: Stage
    """Whether the request or the output was stopped."""
    by_generator: bool = False
    """True if the generator itself returned no image."""


async def generate(
    request: Request, *, ask: Judge, answer: Judge, generator: Generator, decoder: Decoder
) -> Released | Refused:
    """Judge the request, make drafts, judge the drafts, release them."""
    _readable(request)
    context = _context(request)

    asked = await _aside(ask, request, known={}, place=request.place, context=context)
    if not asked.decision.passes:
        return Refused(asked, Stage.ASK)

    made = await generator.make(replace(request, decision=asked.id))
    if not made or not all(one.data for one in made):
        await _aside(_note_silence, ask, asked)
        return Refused(asked, Stage.ANSWER, by_generator=True)

    images, judged = [], asked
    for one in made:
        draft = await _aside(_draft, request, one, decoder)
        context_of_draft = {**context, "request": asked.id, "output": draft.picture.sha256}
        judged = await _aside(
            answer, draft, known=asked.findings, place=request.place, context=context_of_draft
        )
        if not judged.decision.passes:
            return Refused(judged, Stage.ANSWER)
        images.append(Image(draft.picture.data, draft.picture.kind, draft.caption))

    return Released(tuple(images), judged)


async def _aside(function: Callable[..., _T], *args: object, **kwargs: object) -> _T:
    """Run synchronous work in a thread, so that the event loop goes on serving others."""
    return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs))


def _readable(request: Request) -> None:
    for picture in pictures(request):
        must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")


def pictures(request: Request) -> Sequence[Picture]:
    """Every picture attached to a request, the mask last."""
    return request.inputs if request.mask is None else (*request.inputs, request.mask)


def _draft(request: Request, made: Made, decoder: Decoder) -> Draft:
    """What was made, encoded anew; as it came if that fails, and then nobody will be able to look."""
    try:
        picture = decoder.decode(decoder.clean(made.data))
    except BadInput:
        picture = decoder.decode(made.data)
    return Draft(request, picture, made.caption)


def _context(request: Request) -> Mapping[str, object]:
    return {
        "route": request.route,
        "account": request.account.id,
        "tier": request.account.tier,
        "place": request.place,
        "inputs": [picture.sha256 for picture in pictures(request)],
        "count": request.count,
    }


def _note_silence(judge: Judge, asked: Judged) -> None:
    with judge.store.begin() as tx:
        tx.append(Kind.SYSTEM, {"request": asked.id, "event": "generator_returned_no_image"})
