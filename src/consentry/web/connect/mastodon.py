"""The door for Mastodon's webhook: what it tells is checked, kept, and answered at once.

Mastodon sends again what is answered with 429 or 5xx, and gives up after most other 4xx. So it
gets 401 for a wrong signature, 202 for everything that is signed, and 503 where nothing could be
kept; never 400. It says nothing of its own by which to tell two deliveries apart: the post and the
time of its last change do.
"""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import JSONResponse, Response

from consentry.web import bodies
from consentry.web.describe import flag, gives, takes, thing
from consentry.wiring import System

LARGEST = 2**20
"""Most bytes of an event; it holds words and addresses, no pictures."""

HEARD = thing({"screened": flag("Whether it is about a post with pictures, which are screened now.")})
"""What Mastodon is told; it reads the status alone."""


def router(system: System) -> APIRouter:
    """The door for Mastodon."""
    routes = APIRouter(tags=["connect"])

    @routes.post(
        "/connect/mastodon/{platform}",
        status_code=202,
        summary="Tell of a post on Mastodon",
        openapi_extra=takes("A webhook of Mastodon.", json=thing({}, description="The event.")),
        responses={202: gives("It is kept.", HEARD)},
    )
    async def hear(
        request: Request,
        platform: Annotated[str, Path(description="The platform's registered name.")],
        x_hub_signature: Annotated[str, Header(description="`sha256=` and the HMAC of the body.")] = "",
    ) -> Response:
        """Every event is taken; posts with pictures are screened beside this."""
        body = await bodies.raw(request, LARGEST)
        heard = await anyio.to_thread.run_sync(system.arrivals.hear, platform, body, x_hub_signature)
        return JSONResponse({"screened": heard}, 202)

    return routes
