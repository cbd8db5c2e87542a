"""The first page: what runs here, whether it is well, and where to go next."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import Response

import consentry
from consentry.web import pages
from consentry.web.health import parts
from consentry.wiring import System


def router(system: System) -> APIRouter:
    """The first page, and what all pages are dressed in."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def home() -> Response:
        return await anyio.to_thread.run_sync(_home, system)

    @routes.get("/static/consentry.css")
    async def style() -> Response:
        return Response(pages.static("consentry.css"), media_type="text/css")

    @routes.get("/static/icon.svg")
    async def icon() -> Response:
        return Response(pages.static("icon.svg"), media_type="image/svg+xml")

    return routes


def _home(system: System) -> Response:
    size = system.store.size()
    with system.store.read() as snapshot:
        running, ended = len(snapshot.cases(running=True)), len(snapshot.cases(running=False))
    return pages.page(
        "home.html",
        version=consentry.__version__,
        parts=parts(system.checks),
        lines=size,
        checkpoint=system.log.checkpoint(size),
        running=running,
        ended=ended,
        places=sorted(system.settings.place_codes) or ["all known places, the strictest"],
        site=system.site is not None,
    )
