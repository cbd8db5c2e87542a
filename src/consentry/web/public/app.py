"""The report form's own server: a bare application that knows no key, no console and no other door."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consentry.core.errors import NotFound
from consentry.web import errors, pages
from consentry.web.app import AtOnce, HeadAsGet
from consentry.web.public import flow, status
from consentry.web.public.pages import KEEP_NOTHING, static
from consentry.web.public.session import Visits
from consentry.web.public.visit import trouble
from consentry.web.public.words import DEFAULT, preferred, words
from consentry.wiring import System

FILES = {
    "report.css": "text/css",
    "report.mjs": "text/javascript",
    "icon.svg": "image/svg+xml",
    "pdq.mjs": "text/javascript",
}
"""Everything a page refers to, and what it is."""

SHARED = frozenset({"pdq.mjs"})
"""Those that other pages have, too."""


def create_report_app(system: System) -> Starlette:
    """The form over a built system. Whoever built the system closes it."""
    visits = Visits(system.desk.clock.now)
    app = Starlette(
        routes=[
            Route("/", _first),
            Route("/static/{name}", _file),
            *status.routes(system, visits),
            *flow.routes(system, visits),
        ],
        exception_handlers={404: _nothing_here, 405: _nothing_here},
    )
    app.router.redirect_slashes = False
    app.add_middleware(AtOnce, limit=system.settings.max_at_once)
    app.add_middleware(HeadAsGet)
    app.add_middleware(errors.Unforeseen)
    return app


async def _first(request: Request) -> Response:
    """To the start, in the language the browser asks for."""
    code = preferred(request.headers.get("accept-language", ""))
    return RedirectResponse(f"/{code}/", 303, KEEP_NOTHING)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return await _nothing_here(request, NotFound("There is no such file."))
    data = pages.static(name) if name in SHARED else static(name)
    return Response(data, media_type=FILES[name], headers=KEEP_NOTHING)


async def _nothing_here(request: Request, _error: Exception) -> Response:
    code = preferred(request.headers.get("accept-language", ""))
    return trouble(NotFound("There is nothing at this address."), words(code or DEFAULT))
