"""How a request of an HMA client comes in: its key, its body, and the work it asks for in a thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consentry.core.errors import BadInput, Trouble
from consentry.web import auth, bodies, describe
from consentry.web.hma_words import PlainErrors, Sent, refused
from consentry.wiring import System

TRUSTED = "trusted network"
"""Who did it, in the log, where no key is asked for."""

PATHS = ("/h/", "/m/", "/c/")
"""Where HMA's routes are."""

FILE = describe.picture("The file; the name of the field is the type of content.")
"""One file."""

BODY = describe.takes(
    "As HMA's clients send it: a JSON object, or one file in a form.",
    json=describe.thing({}, description="As in HMA."),
    multipart=describe.thing({"photo": FILE, "video": FILE}),
)
"""What routes with a body take."""

Work = Callable[["Door", Sent, str], Response]
"""What a route does: with the door, what was sent, and who asks."""


@dataclass(frozen=True, slots=True)
class Door:
    """Adds HMA's routes to a router."""

    system: System
    """What runs behind it."""
    routes: APIRouter
    """Where routes go."""

    def get(self, path: str, scope: str, summary: str, work: Work) -> None:
        """A route that only reads."""

        async def handle(request: Request) -> Response:
            return await anyio.to_thread.run_sync(self.answer, request, scope, work)

        self._add("GET", path, scope, summary, handle, work)

    def sends(self, method: str, path: str, scope: str, summary: str, work: Work) -> None:
        """A route that takes a body. The key is looked at before the body is read."""

        async def handle(request: Request) -> Response:
            by = await anyio.to_thread.run_sync(self._who, request, scope)
            sent = await _sent(request, self.system.max_body)
            return await anyio.to_thread.run_sync(work, self, sent, by)

        self._add(method, path, scope, summary, handle, work)

    def fetched(self, sent: Sent) -> tuple[str, bytes]:
        """The type of content and the bytes at `url=`. Raises BadInput, also where that is switched off."""
        found = self.system.hma_fetcher.fetch(sent.required("url"), self.system.max_body)
        content = sent.query.get("content_type") or found.kind.partition("/")[0].replace("image", "photo")
        if content not in {"photo", "video"}:
            raise BadInput(
                "unsupported url ContentType, if you know the expected type, provide it with the "
                "content_type query param"
            )
        return content, found.data

    def _add(
        self, method: str, path: str, scope: str, summary: str, handle: Callable[..., object], work: Work
    ) -> None:
        extra = {} if self.system.settings.hma_trusted_network else describe.needs(scope)
        if method in {"POST", "PUT"}:
            extra |= BODY
        self.routes.add_api_route(
            path,
            handle,
            methods=[method],
            summary=summary,
            description=work.__doc__ or "",
            operation_id=f"{method} {path}",
            openapi_extra=extra,
        )

    def answer(self, request: Request, scope: str, work: Work) -> Response:
        """What `work` answers to a request without a body, if its key is for `scope`. Raises NotAllowed."""
        by = self._who(request, scope)
        return work(self, Sent(query=dict(request.query_params), path=request.path_params), by)

    def _who(self, request: Request, scope: str) -> str:
        """The id of the caller's key, which may stand in the address too. Raises NotAllowed."""
        if self.system.settings.hma_trusted_network:
            return TRUSTED
        shown = request.query_params.get("api_key", "")
        if shown:
            return self.system.access.check(shown, scope).id
        return auth.key(request, self.system.access, scope).id


def door(system: System) -> Door:
    """A door onto a new router with HMA's way of saying no."""
    return Door(system, APIRouter(route_class=PlainErrors, tags=["hma"]))


async def _sent(request: Request, limit: int) -> Sent:
    query, path = dict(request.query_params), request.path_params
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/"):
        form = await bodies.form(request, limit)
        return Sent(query, None, form.fields, form.files, path)
    data = await bodies.raw(request, limit)
    if kind.startswith(("image/", "video/")):
        return Sent(query, None, {}, [("video" if kind.startswith("video/") else "photo", data)], path)
    try:
        found = json.loads(data) if data else None
    except (ValueError, RecursionError):
        found = None
    return Sent(query, found, {}, (), path)


class ByHash:
    """Answers lookups by hash by themselves: finding their route takes the rest longer than answering them.

    The routes stay where they are, for everything else about them: only the way to them is shorter.
    """

    def __init__(self, app: ASGIApp, door: Door, works: Mapping[str, Work]) -> None:
        """Wrap `app`; `works` are what to do, by path."""
        self.app = app
        self.door = door
        self.works = works

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; what names a picture by its address goes the long way."""
        work = self.works.get(scope.get("path", ""))
        if work is None or scope["method"] != "GET" or b"url=" in scope["query_string"]:
            return await self.app(scope, receive, send)
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(None, self._answer, Request(scope), work)
        return await reply(scope, receive, send)

    def _answer(self, request: Request, work: Work) -> Response:
        try:
            return self.door.answer(request, "screen", work)
        except Trouble as trouble:
            return refused(trouble)


class OneSlash:
    """Takes `//c/banks` for `/c/banks`: some clients' base address ends in a slash."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith("//"):
            single = "/" + path.lstrip("/")
            if single.startswith(PATHS):
                scope = {**scope, "path": single, "raw_path": single.encode()}
        await self.app(scope, receive, send)
