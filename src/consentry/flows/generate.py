"""A request for an image, from any route, to an image or a refusal.

0. Its route is registered and open, and its capability is not paused.
1. What the words alone forbid is refused, before a picture is opened or anything is paid for.
2. Pictures that cannot be read are sent back to the caller; nothing is judged blind.
3. The request is judged. If it does not pass, the generator is never asked.
4. The generator makes drafts, permitted by that decision. What it says besides is not passed on. Slow
   looks at what came in go on beside it; if one of them settles the matter, the generator is not waited for.
5. Each draft is written anew, so that what is judged is, byte for byte, what may leave.
6. Each draft is judged beside the request. One that does not pass stops them all.
   What passes is labelled and signed, and entered into the ledger together with its decision.
7. Only then are the images released, with the decision and its place in the log.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio
import anyio.to_thread

from consentry.core.content import Draft, Picture, Request, Stage
from consentry.core.entry import Kind
from consentry.core.errors import Trouble, UpstreamTrouble
from consentry.core.finding import Seen
from consentry.core.gateports import Entrance
from consentry.core.leaving import Batch, Keeper
from consentry.core.ports import Decoder, Generator, Made
from consentry.flows.judge import Judge, Judged, must_be_readable

_T = TypeVar("_T")

AT_ONCE = 2
"""Pictures of one request that are worked on at the same time: one caller shall not fill every queue."""


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


async def generate(  # noqa: PLR0913 - every part by its name
    request: Request,
    *,
    entrance: Entrance,
    ask: Judge,
    answer: Judge,
    generator: Generator,
    decoder: Decoder,
    keeper: Keeper,
) -> Released | Refused:
    """Judge the request, make drafts, judge the drafts, release them.

    Pictures of `request` that nobody has decoded yet are decoded here, once they are needed.
    """
    await _aside(entrance.enter, request)
    try:
        done = await _through(request, ask, answer, generator, decoder, keeper)
    except UpstreamTrouble:
        await _aside(entrance.left, request, refused=False, made=True)
        raise
    refused = isinstance(done, Refused)
    made = not (isinstance(done, Refused) and done.stage is Stage.ASK)
    await _aside(entrance.left, request, refused=refused, made=made)
    return done


async def _through(
    request: Request, ask: Judge, answer: Judge, generator: Generator, decoder: Decoder, keeper: Keeper
) -> Released | Refused:
    """What the gate does with a request that may go on."""
    context = _context(request)
    hopeless = await _aside(ask.early, request, known={}, place=request.place, context=context)
    if hopeless is not None:
        return Refused(hopeless, Stage.ASK)

    request = await _opened(request, decoder)
    asked = await _aside(ask, request, known={}, place=request.place, context=context)
    if not asked.decision.passes:
        return Refused(asked, Stage.ASK)

    context = {**context, "request": asked.id}
    passed = replace(request, decision=asked.id)
    made = await _made(passed, asked, answer, generator, context)
    if isinstance(made, Judged):
        return Refused(made, Stage.ASK)
    if not made or not all(one.data for one in made):
        await _aside(_note_silence, ask, asked)
        return Refused(asked, Stage.ANSWER, by_generator=True)

    batch = await _aside(keeper.begin, request, asked.id, consented=_consented(asked))
    drafts = await _side_by_side(
        functools.partial(_judged_draft, one, asked, answer, decoder, batch, context) for one in made
    )
    stopped = next((judged for _, judged in drafts if not judged.decision.passes), None)
    if stopped is not None:
        await _aside(batch.withhold)
        return Refused(stopped, Stage.ANSWER)
    images = (Image(draft.picture.data, draft.picture.kind, draft.caption) for draft, _ in drafts)
    return Released(tuple(images), drafts[-1][1])


async def _opened(request: Request, decoder: Decoder) -> Request:
    """`request` with its pictures decoded. Raises BadInput for one that cannot be, or Overloaded."""
    opened = await _side_by_side(functools.partial(_decoded, one, decoder) for one in request.pictures)
    for picture in opened:
        must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")
    of = dict(zip(map(id, request.pictures), opened, strict=True))
    return replace(
        request,
        inputs=tuple(of[id(picture)] for picture in request.inputs),
        made=tuple(of[id(picture)] for picture in request.made),
        markup=of.get(id(request.markup)),
        mask=of.get(id(request.mask)),
    )


def _decoded(picture: Picture, decoder: Decoder) -> Picture:
    return picture if picture.frames or picture.trouble else decoder.decode(picture.data)


async def _made(
    request: Request, asked: Judged, answer: Judge, generator: Generator, context: Mapping[str, object]
) -> Sequence[Made] | Judged:
    """What the generator made, or a refusal that did not have to wait for it."""
    if not request.pictures or not answer.first:
        return await generator.make(request)
    look = functools.partial(
        answer.early, request, known=asked.findings, place=request.place, context=context
    )
    seen: list[Judged | Trouble] = []

    async def look_beside() -> None:
        found = await _tried(_aside(look))
        if found is not None:
            seen.append(found)
            beside.cancel_scope.cancel()

    made: Sequence[Made] | Trouble = ()
    async with anyio.create_task_group() as beside:
        beside.start_soon(look_beside)
        made = await _tried(generator.make(request))
    return _sound(seen[0]) if seen else _sound(made)


async def _tried(work: Awaitable[_T]) -> _T | Trouble:
    """What `work` brings, or its trouble: a task group would wrap that into something else."""
    try:
        return await work
    except Trouble as trouble:
        return trouble


def _judged_draft(
    made: Made,
    asked: Judged,
    answer: Judge,
    decoder: Decoder,
    batch: Batch,
    context: Mapping[str, object],
) -> tuple[Draft, Judged]:
    """One draft, written anew, judged and, if it passes, marked; and what was decided about it.

    What cannot be written anew stays as it came; then nobody is able to look, and it is held.
    """
    draft = Draft(batch.request, decoder.renew(made.data), made.caption)
    leaving = batch.leaving(draft)
    judged = answer(
        draft,
        known=asked.findings,
        place=batch.request.place,
        context={**context, "output": draft.picture.sha256},
        mark=leaving.mark,
        also=lambda tx, judged: leaving.keep(tx, judged.id, judged.decision),
    )
    return replace(draft, picture=leaving.picture), judged


def _consented(asked: Judged) -> bool:
    """Whether a recorded consent covered the request."""
    found = asked.findings.get("consent.make")
    return isinstance(found, Seen) and found.score >= 0.5  # noqa: PLR2004 - the threshold of every rule


async def _side_by_side(work: Iterable[Callable[[], _T]]) -> list[_T]:
    """The results of `work` in its order, a few done at a time. Raises the first trouble there was."""
    jobs, slots = list(work), anyio.CapacityLimiter(AT_ONCE)
    done: dict[int, _T | Trouble] = {}

    async def run(at: int) -> None:
        done[at] = await _tried(anyio.to_thread.run_sync(jobs[at], limiter=slots))

    async with anyio.create_task_group() as group:
        for at in range(len(jobs)):
            group.start_soon(run, at)
    return [_sound(done[at]) for at in range(len(jobs))]


def _sound(found: _T | Trouble) -> _T:
    if isinstance(found, Trouble):
        raise found
    return found


async def _aside(function: Callable[..., _T], *args: object, **kwargs: object) -> _T:
    """Run synchronous work in a thread, so that the event loop goes on serving others."""
    return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs))


def _context(request: Request) -> Mapping[str, object]:
    return {
        "route": request.route,
        "account": request.account.id,
        "tier": request.account.tier,
        "place": request.place,
        "inputs": [picture.sha256 for picture in request.pictures],
        "count": request.count,
        **({"probe": True} if request.account.probe else {}),
    }


def _note_silence(judge: Judge, asked: Judged) -> None:
    with judge.store.begin() as tx:
        tx.append(Kind.SYSTEM, {"request": asked.id, "event": "generator_returned_no_image"})
