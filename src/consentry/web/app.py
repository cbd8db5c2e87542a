"""The server: every door, one error shape, and a refusal for every path nobody registered."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import consentry
from consentry.core.errors import NotFound, Overloaded, RouteNotGated
from consentry.web import (
    complaints,
    consents,
    describe,
    errors,
    health,
    hma,
    home,
    investigate,
    live,
    manual,
    record,
    reports,
    screen,
    site,
    statements,
)
from consentry.web.connect import mastodon, pictrs
from consentry.web.console import app as console
from consentry.web.gate import chat, check, gemini, images, moderations, responses
from consentry.web.hma_door import OneSlash
from consentry.wiring import System

ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
"""Methods that the last route answers."""

ALWAYS_SERVED = frozenset({"/healthz", "/metrics"})
"""Paths that are served however much there is to do."""


def create_app(system: System) -> FastAPI:
    """The application over a built system. Whoever built the system closes it."""
    app = manual.Described(
        title="Consentry",
        version=consentry.__version__,
        summary="Keeps intimate or degrading images from being made, shown or spread without consent.",
        docs_url=None,
        redoc_url=None,
        responses=describe.ERRORS,
        lifespan=functools.partial(_open, system),
    )
    errors.install(app)
    gate = (images, responses, chat, gemini, check, moderations)
    parts = (screen, hma, reports, complaints, statements, consents, investigate, record, health, live, home)
    for part in (*gate, mastodon, pictrs, *parts):
        app.include_router(part.router(system))
    app.include_router(console.router(system))
    app.include_router(statements.for_people(system))
    app.include_router(manual.router(app))
    if system.site is not None:
        app.include_router(site.router(system, system.site))
    _refuse_the_rest(app)
    app.add_middleware(hma.by_hash, system=system)
    app.add_middleware(AtOnce, limit=system.settings.max_at_once)
    app.add_middleware(HeadAsGet)
    app.add_middleware(OneSlash)
    return app


@contextlib.asynccontextmanager
async def _open(system: System, _app: FastAPI) -> AsyncIterator[None]:
    """While the server runs; then the generator's connections are closed, in the loop that opened them."""
    yield
    close = getattr(system.generator, "close", None)
    if close is not None:
        await close()


def _refuse_the_rest(app: FastAPI) -> None:
    @app.api_route("/{path:path}", methods=ALL_METHODS, include_in_schema=False)
    async def nothing_here(request: Request) -> Response:
        if request.url.path.startswith(errors.GATED):
            raise RouteNotGated("This route is not available through the gate.")
        raise NotFound("There is nothing at this address.")


class HeadAsGet:
    """Answers HEAD as GET; the server itself then leaves the body away (RFC 9110 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class AtOnce:
    """Works on so many requests at the same time, and asks the rest to come back later."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Wrap `app`."""
        self.app = app
        self.limit = limit
        self.present = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or answer 503 with Retry-After; health and metrics are always served."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_SERVED:
            return await self.app(scope, receive, send)
        if self.present >= self.limit:
            trouble = Overloaded("There is too much at once.")
            reply = errors.response(trouble, errors.request_id(Request(scope)))
            return await reply(scope, receive, _closing(send))
        self.present += 1
        try:
            return await self.app(scope, receive, send)
        finally:
            self.present -= 1


def _closing(send: Send) -> Send:
    """Ends the connection after the reply, because the body that was coming is not read."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"connection", b"close"))
        await send(message)

    return send_and_close
