"""The door for pict-rs, the image server of Lemmy, which asks before it stores a picture.

It sends the bytes alone and knows two answers: 2xx stores the picture, anything else refuses it.
So what has to be held is refused as well, and whatever goes wrong here refuses, too. It can send
no header of ours, so that the key stands in the address; no server of ours writes addresses down.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.content import Upload
from consentry.core.errors import BadInput, TooLarge
from consentry.core.policy import Outcome
from consentry.core.ports import ApiKey
from consentry.flows.upload import Screened, screen
from consentry.web import auth, bodies
from consentry.web.describe import gives, needs, picture, takes, text, thing
from consentry.wiring import System

REFUSED = 406
"""What pict-rs is used to hearing of a picture that it must not store."""

ANSWERED = thing({"outcome": text("What was decided."), "decision": text("The decision, to quote.")})
"""What pict-rs is told; it reads the status alone."""


def router(system: System) -> APIRouter:
    """The door for pict-rs."""
    routes = APIRouter(tags=["connect"])

    @routes.post(
        "/connect/pictrs/{key}",
        summary="Validate a picture for pict-rs",
        openapi_extra=needs("screen") | takes("The picture.", picture=picture("What pict-rs received.")),
        responses={
            200: gives("Store it.", ANSWERED),
            REFUSED: gives("Do not store it: it is refused, held, or unreadable.", ANSWERED),
        },
    )
    async def validate(
        request: Request, key: Annotated[str, Path(description="A key for `screen`.")]
    ) -> Response:
        """200: store it. Anything else: do not."""
        found = await anyio.to_thread.run_sync(system.access.check, key, "screen")
        try:
            data = await bodies.raw(request, system.max_body)
            return await anyio.to_thread.run_sync(_validated, system, data, found)
        except (BadInput, TooLarge):
            return _answer(REFUSED, "unreadable", "")

    return routes


def _validated(system: System, data: bytes, key: ApiKey) -> Response:
    """What becomes of a picture. pict-rs names neither poster nor post, so that it goes by its digest."""
    if not data:
        raise BadInput("The body is empty.", code="invalid_image")
    upload = Upload(
        account=auth.account(key, ""),
        picture=system.media.decode(data),
        platform="",
        item=hashlib.sha256(data).hexdigest(),
    )
    screened: Screened = screen(upload, judge=system.upload, hasher=system.hasher, url="")
    status = 200 if screened.outcome < Outcome.HOLD else REFUSED
    return _answer(status, screened.outcome.name.lower(), screened.judged.id)


def _answer(status: int, outcome: str, decision: str) -> Response:
    told = {"outcome": outcome, "decision": decision}
    return JSONResponse(told, status, {"cache-control": "no-store"})
