"""The upload door, where a platform asks whether a picture or a video may be shown."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.content import Post, Upload
from consentry.core.errors import BadInput
from consentry.core.platformports import Ability
from consentry.core.policy import Outcome
from consentry.core.ports import ApiKey
from consentry.flows.upload import Screened, screen
from consentry.web import auth, bodies, describe
from consentry.web.auth import account
from consentry.web.describe import gives, several, text, thing
from consentry.wiring import System

MAX_NAME = 500
"""Longest name of an item or account, in characters."""

STATUS = {Outcome.ALLOW: 200, Outcome.LABEL: 200, Outcome.HOLD: 202, Outcome.REFUSE: 451}
"""Show it, hold it until a person has looked, never show it (RFC 7725)."""


SCREENED = thing(
    {
        "outcome": text("What to do.", enum=["allow", "label", "hold", "refuse"]),
        "decision": text("The decision, to quote."),
        "log_index": describe.number("Its line in the log."),
        "duties": several("What is owed besides.", text("A duty.")),
        "reasons": several(
            "Why.", thing({"says": text("In words."), "cite": text("The law or rule it rests on.")})
        ),
    }
)
"""What the platform is told."""

ANSWERS: dict[int | str, describe.Schema] = {
    200: gives("Show it, with a label if `outcome` says so.", SCREENED),
    202: gives("Hold it until a person has looked.", SCREENED),
    451: gives("Never show it.", SCREENED),
}
"""What a screening may answer."""

ASKS = describe.needs("screen") | describe.takes(
    "The file itself; or the words and links of a post or an advertisement.",
    picture=describe.picture("JPEG, PNG, GIF, WebP or AVIF; or an MP4, MOV, WebM or Matroska video."),
    json=thing(
        {"text": text("The words."), "links": several("Where its links lead.", text("An address."))}, ()
    ),
)
"""What a screening takes."""


def router(system: System) -> APIRouter:
    """The upload door."""
    routes = APIRouter(tags=["screen"])

    @routes.post(
        "/v1/screen",
        summary="Screen an upload before it is shown",
        openapi_extra=ASKS,
        responses=ANSWERS,
    )
    async def screen_upload(
        request: Request,
        item: Annotated[str, Query(description="The platform's own name for the post.")],
        platform: Annotated[str, Query(description="The platform's registered name.")] = "",
        account: Annotated[str, Query(description="A pseudonymous name of the poster.")] = "",
        place: Annotated[str, Query(description="Jurisdiction code, if known.")] = "",
    ) -> Response:
        """Send a file as the raw body, or words and links as JSON.

        200: show it. 202: hold it. 451: never. Anything else: hold.
        """
        key = await anyio.to_thread.run_sync(auth.key, request, system.access, "screen")
        kind = request.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            raise BadInput("Send the file itself as the body.", code="unsupported_content_type")
        data = await bodies.raw(request, system.max_body)
        names = {"item": item, "platform": platform, "account": account, "place": place}
        screening = _screen_words if kind.startswith("application/json") else _screen
        return await anyio.to_thread.run_sync(screening, system, key, data, names)

    return routes


def _short(names: dict[str, str]) -> None:
    """Raise BadInput for a name that is none."""
    for name, value in names.items():
        if len(value) > MAX_NAME:
            raise BadInput(f"`{name}` may have at most {MAX_NAME} characters.", param=name)


def _screen_words(system: System, key: ApiKey, data: bytes, names: dict[str, str]) -> Response:
    _short(names)
    if names["platform"] and names["platform"] not in system.platforms:
        raise BadInput("No platform of this name is registered.", code="unknown_platform", param="platform")
    body = bodies.json_object(data)
    words, links = body.get("text", ""), body.get("links", [])
    if not isinstance(words, str):
        raise BadInput("`text` must be a string.", param="text")
    if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
        raise BadInput("`links` must be a list of strings.", param="links")
    if not words.strip() and not links:
        raise BadInput("There are neither words nor links.", param="text")
    post = Post(
        account=account(key, names["account"]),
        text=words,
        links=tuple(map(str, links)),
        platform=names["platform"],
        item=names["item"],
        place=names["place"].lower(),
    )
    judged = system.post(post)
    return answer(Screened(judged, judged.decision.outcome))


def _screen(system: System, key: ApiKey, data: bytes, names: dict[str, str]) -> Response:
    _short(names)
    if not data:
        raise BadInput("The body is empty.", code="invalid_image")
    platform = system.platforms.get(names["platform"])
    if platform is None and names["platform"]:
        raise BadInput("No platform of this name is registered.", code="unknown_platform", param="platform")
    upload = Upload(
        account=account(key, names["account"]),
        picture=system.media.decode(data),
        platform=names["platform"],
        item=names["item"],
        place=names["place"].lower(),
    )
    url = platform.address(names["item"]) if platform else ""
    closer = platform is not None and Ability.FETCH in platform.abilities
    return answer(screen(upload, judge=system.upload, hasher=system.hasher, url=url, closer=closer))


def answer(screened: Screened) -> Response:
    """What the platform is told: never a distance or a score, which would help to evade."""
    judged = screened.judged
    reasons = [reason for reason in judged.decision.reasons if reason.outcome is screened.outcome]
    return JSONResponse(
        {
            "outcome": screened.outcome.name.lower(),
            "decision": judged.id,
            "log_index": judged.place,
            "duties": sorted(duty.value for duty in judged.decision.owed),
            "reasons": [{"says": reason.says, "cite": reason.cite} for reason in reasons],
        },
        STATUS[screened.outcome],
        {"x-request-id": judged.id, "cache-control": "no-store"},
    )
