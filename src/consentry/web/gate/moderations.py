"""OpenAI's moderations route: what the gate thinks of words and pictures, in OpenAI's categories.

Words are judged as a request for an image, a picture as one that is posted; pictures and words in
one list are judged together, as a request with pictures, and each picture as posted. Nothing is
made. If something could not be looked at, the answer is 503 and never "not flagged".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.core.content import Picture, Upload
from consentry.core.decision import Decision
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.policy import Harm, Outcome
from consentry.flows.judge import Judged, must_be_readable
from consentry.web import bodies
from consentry.web.describe import Schema, gives, needs, several, takes, text
from consentry.web.describe import thing as described
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.images_described import PLACE
from consentry.web.gate.talk import thing, words
from consentry.wiring import System

ROUTE = "moderations"
"""The route in the log."""

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""OpenAI's categories. Those that no harm of ours comes under are always false here."""

COMES_UNDER: Mapping[Harm, tuple[str, ...]] = {
    Harm.INTIMATE_MADE: ("sexual", "harassment"),
    Harm.INTIMATE_SHARED: ("sexual", "harassment"),
    Harm.DEGRADING: ("harassment", "violence"),
    Harm.CHILD: ("sexual/minors",),
    Harm.ADULT_CONTENT: ("sexual",),
    Harm.UNREADABLE: (),
}
"""Under which of them each harm comes."""

MAX_ITEMS = 32
"""Most items in one request."""

KNOWN = frozenset({"input", "model", "user"})
"""Every setting that is understood; `model` changes nothing."""

MODERATION: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "What to judge.",
        json=described(
            {
                "input": text("Words; or a list of words; or a list of `text` and `image_url` objects."),
                "model": text("Accepted; what judges is what the operator set up."),
                "user": text("Your name for the end user. A digest of it is kept, never the name."),
            },
            ("input",),
            additionalProperties=False,
        ),
    ),
}
"""What the route takes."""

MODERATED: dict[int | str, Schema] = {
    200: gives(
        "One result for each text, or one for a list of objects.",
        described({"results": several("What was found.", described({}))}),
    )
}
"""What the route gives."""


def router(system: System) -> APIRouter:
    """The gate's route for judging without making."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1/moderations", summary="Judge words and pictures", openapi_extra=MODERATION, responses=MODERATED
    )
    async def moderations(request: Request) -> Response:
        """As OpenAI's route. 503 `safety_unavailable`: something could not be looked at."""
        caller = await door.caller(request, system)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        door.only(fields, KNOWN)
        return await anyio.to_thread.run_sync(_answer, fields, caller)

    return routes


def _answer(fields: Mapping[str, object], caller: Caller) -> Response:
    account = caller.account(fields.get("user") or "")
    results = [_judged(texts, pictures, account, caller) for texts, pictures in _items(fields, caller)]
    reply = {
        "id": results[-1][-1].id.replace("dec_", "modr-"),
        "model": "consentry",
        "results": [_result(judged) for judged in results],
    }
    return JSONResponse(reply, headers=release.headers(results[-1][-1]))


def _items(fields: Mapping[str, object], caller: Caller) -> Sequence[tuple[Sequence[str], Sequence[Picture]]]:
    """What is judged together: each text by itself, or all objects of a list. Raises BadInput."""
    found = door.listed(fields.get("input"))
    if not found or len(found) > MAX_ITEMS:
        raise BadInput(f"`input` must have 1 to {MAX_ITEMS} items.", param="input")
    if all(isinstance(one, str) for one in found):
        return [((door.prompt(one, "input"),), ()) for one in found]
    texts: list[str] = []
    pictures: list[object] = []
    for one in (thing(each, "input") for each in found):
        match one.get("type"):
            case "text":
                texts.append(words(one.get("text"), "input"))
            case "image_url":
                pictures.append(one)
            case _:
                raise BadInput("An item is `text` or `image_url`.", param="input")
    opened = [caller.system.decoder.decode(picture.data) for picture in caller.pictures(pictures)]
    for picture in opened:
        must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")
    return [(texts, opened)]


def _judged(
    texts: Sequence[str], pictures: Sequence[Picture], account: content.Account, caller: Caller
) -> Sequence[Judged]:
    """The decisions about one item. Raises SafetyUnavailable if one rests on not having looked alone."""
    system, place = caller.system, caller.place
    context = {"route": ROUTE, "account": account.id, "tier": account.tier, "place": place}
    judged: list[Judged] = []
    said = "\n".join(text for text in texts if text.strip())
    if said:
        inputs = {"inputs": [picture.sha256 for picture in pictures]}
        asked = content.Request(ROUTE, account, door.prompt(said, "input"), tuple(pictures), place=place)
        judged.append(system.ask(asked, known={}, place=place, context={**context, **inputs}))
    for picture in pictures:
        posted = Upload(account, picture, "", "", place)
        of_picture = {**context, "content": picture.sha256}
        judged.append(system.upload(posted, known={}, place=place, context=of_picture))
    if not judged:
        raise BadInput("There is nothing to judge.", code="missing_prompt", param="input")
    if any(one.decision.blind for one in judged) and not any(map(_certain, judged)):
        raise SafetyUnavailable("A safety check could not be made.")
    return judged


def _certain(judged: Judged) -> bool:
    return not judged.decision.passes and not judged.decision.blind


def _result(judged: Sequence[Judged]) -> dict[str, object]:
    """One result. A score is the highest that a certain reason rests on; 0 where there is none."""
    scores = dict.fromkeys(CATEGORIES, 0.0)
    for name, score in (pair for one in judged for pair in _scores(one.decision)):
        scores[name] = max(scores[name], score)
    flagged = any(not one.decision.passes for one in judged)
    kinds = sorted({"image" if one.decision.stage is content.Stage.UPLOAD else "text" for one in judged})
    return {
        "flagged": flagged,
        "categories": {name: score > 0 for name, score in scores.items()},
        "category_scores": scores,
        "category_applied_input_types": {name: kinds if scores[name] else [] for name in CATEGORIES},
        "consentry": [release.basis(one) for one in judged],
    }


def _scores(decision: Decision) -> Iterable[tuple[str, float]]:
    for reason in decision.reasons:
        if reason.outcome > Outcome.LABEL and reason.certain:
            score = max((fact.score or 0.0 for fact in reason.facts), default=0.0)
            yield from ((name, max(score, 0.01)) for name in COMES_UNDER[reason.harm])
