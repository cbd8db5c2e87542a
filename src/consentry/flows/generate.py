"""A request for an image, from any route, to an image or a refusal.

0. Its route is registered and open, and its capability is not paused.
1. What the words alone forbid is refused, before a picture is opened or anything is paid for.
2. Pictures that cannot be read are sent back to the caller; nothing is judged blind.
3. The request is judged. If it does not pass, the generator is never asked.
4. The generator makes drafts, permitted by that decision. What it says besides is not passed on. Slow
   looks at what came in go on beside it; if one of them settles the matter, the generator is not waited for.
5. Each draft is written anew, so that what is judged is, byte for byte, what may leave.
6. Each draft is judged beside the request. One that does not pass stops them all.
   If all pass they are labelled and signed. All are entered into the ledger with their decisions, at once.
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
from consentry.core.leaving import Batch, Keeper, Leaving
from consentry.core.ports import Decoder, Generator, Made, Transaction
from consentry.flows.judge import Judge, Judged, Weighed, must_be_readable

_T = TypeVar("_T")
_U = TypeVar("_U")

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
        return await _through(request, _Parts(entrance, ask, answer, generator, decoder, keeper))
    except UpstreamTrouble:
        await _aside(entrance.left, request, refused=False, made=True)
        raise


@dataclass(frozen=True, slots=True)
class _Parts:
    """Who does what."""

    entrance: Entrance
    ask: Judge
    answer: Judge
    generator: Generator
    decoder: Decoder
    keeper: Keeper


async def _through(request: Request, parts: _Parts) -> Released | Refused:
    """What the gate does with a request that may go on."""
    about = {"place": request.place, "context": _context(request)}
    count = functools.partial(_count_refusal, parts.entrance, request)
    hopeless = await _aside(parts.ask.early, request, known={}, also=count, **about)
    if hopeless is not None:
        return Refused(hopeless, Stage.ASK)

    request = await _opened(request, parts.decoder)
    asked = await _aside(parts.ask, request, known={}, also=count, **about)
    if not asked.decision.passes:
        return Refused(asked, Stage.ASK)

    context = {**_context(request), "request": asked.id}
    begin = functools.partial(parts.keeper.begin, request, asked.id, consented=_consented(asked))
    batch, made = await _both(_aside(begin), _made(request, asked, parts, context))
    if isinstance(made, Judged):
        return Refused(made, Stage.ASK)
    if not made or not all(one.data for one in made):
        await _aside(_note_silence, request, asked, parts)
        return Refused(asked, Stage.ANSWER, by_generator=True)

    weighed = await _side_by_side(functools.partial(_weighed, one, asked, batch, parts) for one in made)
    if all(one.weighed.decision.passes for one in weighed):
        await _marked(weighed, request, parts)
    return await _aside(_settled, weighed, request, parts, context)


def _count_refusal(entrance: Entrance, request: Request, tx: Transaction, judged: Judged) -> None:
    """Count what was refused before anything was made; what passes is counted when it is made."""
    if not judged.decision.passes:
        entrance.count(tx, request, refused=True, made=False)


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
    request: Request, asked: Judged, parts: _Parts, context: Mapping[str, object]
) -> Sequence[Made] | Judged:
    """What the generator made, or a refusal that did not have to wait for it."""
    permitted = replace(request, decision=asked.id)
    if not request.pictures or not parts.answer.first:
        return await parts.generator.make(permitted)
    look = functools.partial(
        parts.answer.early,
        request,
        known=asked.findings,
        place=request.place,
        context=context,
        also=functools.partial(_count_refusal, parts.entrance, request),
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
        made = await _tried(parts.generator.make(permitted))
    return _sound(seen[0]) if seen else _sound(made)


async def _both(one: Awaitable[_T], other: Awaitable[_U]) -> tuple[_T, _U]:
    """What two pieces of work bring that go on at the same time. Raises the first's trouble first."""
    found: list[_T | Trouble] = []

    async def beside() -> None:
        found.append(await _tried(one))

    async with anyio.create_task_group() as group:
        group.start_soon(beside)
        brought = await _tried(other)
    return _sound(found[0]), _sound(brought)


async def _tried(work: Awaitable[_T]) -> _T | Trouble:
    """What `work` brings, or its trouble: a task group would wrap that into something else."""
    try:
        return await work
    except Trouble as trouble:
        return trouble


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One draft, and what was decided about it; nothing of that is written down yet."""

    draft: Draft
    leaving: Leaving
    weighed: Weighed

    def mark(self) -> None:
        """Mark it: it may leave, and so may all that were made with it."""
        self.leaving.mark(self.weighed.id, self.weighed.decision)

    @property
    def image(self) -> Image:
        """What may leave."""
        picture = self.leaving.picture
        return Image(picture.data, picture.kind, self.draft.caption)


def _weighed(made: Made, asked: Judged, batch: Batch, parts: _Parts) -> _Weighed:
    """One draft, written anew and judged; what is kept of it is worked out meanwhile.

    What cannot be written anew stays as it came; then nobody is able to look, and it is held.
    """
    draft = Draft(batch.request, parts.decoder.renew(made.data), made.caption)
    leaving = batch.leaving(draft)
    beside = parts.answer.pool.submit(leaving.ready)
    weighed = parts.answer.weigh(draft, known=asked.findings, place=batch.request.place)
    if not beside.cancel():
        beside.result()
    return _Weighed(draft, leaving, weighed)


async def _marked(weighed: Sequence[_Weighed], request: Request, parts: _Parts) -> None:
    """Mark every draft. Raises Trouble if one cannot be; then none leaves, and that is counted."""
    try:
        await _side_by_side(one.mark for one in weighed)
    except Trouble:
        await _aside(parts.entrance.left, request, refused=True, made=True)
        raise


def _settled(
    found: Sequence[_Weighed], request: Request, parts: _Parts, context: Mapping[str, object]
) -> Released | Refused:
    """Everything about the drafts written down at once; only then what may leave, or why nothing does."""
    answer, written = parts.answer, []
    stopped = next((at for at, one in enumerate(found) if not one.weighed.decision.passes), None)
    with answer.store.begin() as tx:
        for one in found:
            written.append(answer.record(tx, one.weighed, {**context, **one.leaving.said()}))
            one.leaving.keep(tx, one.weighed.id, one.weighed.decision, withheld=stopped is not None)
        parts.entrance.count(tx, request, refused=stopped is not None, made=True)
    for judged in written:
        answer.told(judged, context)
    if stopped is not None:
        return Refused(written[stopped], Stage.ANSWER)
    return Released(tuple(one.image for one in found), written[-1])


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
        "place_said_by": "caller" if request.place else "nobody",
        "inputs": [picture.sha256 for picture in request.pictures],
        "count": request.count,
        **({"probe": True} if request.account.probe else {}),
    }


def _note_silence(request: Request, asked: Judged, parts: _Parts) -> None:
    with parts.ask.store.begin() as tx:
        tx.append(Kind.SYSTEM, {"request": asked.id, "event": "generator_returned_no_image"})
        parts.entrance.count(tx, request, refused=True, made=True)
