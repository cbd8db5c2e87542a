"""Every screen of the console in one table, and the one door that lets requests in to them.

Deny by default: a path that is not in the table does not exist, and a screen cannot be made without
saying what it needs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from consentry.core.errors import BadInput, NotFound, Trouble
from consentry.web import bodies, errors
from consentry.web.console import account, cases, entrance, figures, looking, pages, people, provider, queue
from consentry.web.console.asked import HOME, Asked, Screen, admit, held
from consentry.wiring import System

MAX_FORM = 64 * 1024
"""Largest form in bytes."""

MAX_FIELDS = 200
"""Most fields in one form."""

SCREENS: tuple[Screen, ...] = (
    *entrance.SCREENS,
    *account.SCREENS,
    *people.SCREENS,
    *provider.SCREENS,
    *queue.SCREENS,
    *cases.SCREENS,
    *looking.SCREENS,
    *figures.SCREENS,
)
"""Every screen there is."""


def router(system: System) -> APIRouter:
    """The console's own routes."""
    routes = APIRouter(prefix=HOME, include_in_schema=False)
    for screen in SCREENS:
        routes.add_api_route(
            screen.path, _endpoint(system, screen), methods=[screen.method], name=screen.says
        )
    routes.add_api_route("/static/{name}", _static, methods=["GET"], name="What screens are dressed in")
    return routes


def _endpoint(system: System, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        form = await _form(request) if screen.method == "POST" else {}
        return await anyio.to_thread.run_sync(_answer, system, screen, request, form)

    return answered


def _answer(system: System, screen: Screen, request: Request, form: Mapping[str, str]) -> Response:
    try:
        asked = admit(system, screen, request, form)
        return asked if isinstance(asked, Response) else screen.answer(asked)
    except Trouble as error:
        return _trouble(system, request, errors.ours(error, errors.request_id(request)))


def _trouble(system: System, request: Request, error: Trouble) -> Response:
    """A page that says what went wrong and what to do, or JSON for whoever wants no page."""
    rid = errors.request_id(request)
    if not errors.wants_page(request):
        return errors.response(error, rid)
    browser = held(request, system)
    asked = Asked(request, system, browser, system.sign_in.signed(browser))
    reply = asked.page("trouble.html", error.status, trouble=error, request_id=rid)
    reply.headers["x-request-id"] = rid
    reply.headers["consentry-code"] = error.code
    return reply


async def _form(request: Request) -> Mapping[str, str]:
    """The form that was sent; of a field that came several times, its values with a comma between."""
    data = await bodies.raw(request, MAX_FORM)
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadInput("This is no form.", code="invalid_form") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _static(name: str) -> Response:
    if name not in pages.STATIC:
        raise NotFound("There is nothing at this address.")
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return Response(pages.static(name), media_type=pages.STATIC[name], headers=headers)
