"""The simulated small site, for trying out: posts with pictures that visitors can see."""

from __future__ import annotations

import hashlib
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from consentry.core.errors import NotFound
from consentry.web import auth, bodies, describe, pages
from consentry.wiring import Site, System

MAX_POST = 200
"""Longest text of a post, in characters."""


PUBLISHES = describe.needs("screen") | describe.takes(
    "The picture file itself.", picture=describe.picture("As it was screened.")
)
"""What publishing takes."""


def router(system: System, platform: Site) -> APIRouter:
    """The site's own routes. Its operator's key, scope `screen`, is needed to post."""
    routes = APIRouter(prefix="/site", tags=["simulated site"])

    @routes.get("", include_in_schema=False)
    async def front() -> Response:
        return pages.page("site.html", posts=platform.posts(), name=platform.name)

    @routes.get("/posts/{item}", include_in_schema=False)
    async def post(item: str) -> Response:
        found = platform.page(item)
        return pages.page("post.html", status=200 if found else 410, post=found, name=platform.name)

    @routes.put(
        "/posts/{item}",
        status_code=201,
        response_class=Response,
        summary="Publish a picture that was screened",
        openapi_extra=PUBLISHES,
        responses={201: describe.gives("It can be seen; `Location` is its address.")},
    )
    async def publish(
        request: Request,
        item: Annotated[str, Path(description="A name for the post.")],
        author: Annotated[str, Query(description="Who posts it.")] = "",
        text: Annotated[str, Query(description="What stands beside it.")] = "",
    ) -> Response:
        """What a platform does once a screening said that it may be shown."""
        await anyio.to_thread.run_sync(auth.key, request, system.access, "screen")
        data = await bodies.raw(request, system.max_body)
        platform.publish(data, author[:MAX_POST], text[:MAX_POST], item=item)
        return Response(status_code=201, headers={"location": platform.address(item)})

    @routes.get("/media/{item}", include_in_schema=False)
    async def media(item: str) -> Response:
        data = platform.public(platform.address(item))
        if data is None:
            raise NotFound("This picture is not available.", code="gone")
        digest = hashlib.sha256(data).hexdigest()
        headers = {"etag": f'"{digest[:16]}"', "content-security-policy": "sandbox", **NOSNIFF}
        return Response(data, media_type=_type(data), headers=headers)

    return routes


NOSNIFF = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
"""Headers of every picture."""

_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"RIFF": "image/webp"}


def _type(data: bytes) -> str:
    for magic, kind in _TYPES.items():
        if data.startswith(magic):
            return kind
    return "application/octet-stream"
