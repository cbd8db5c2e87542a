"""One error shape for every door, and nothing from inside in it.

Every error is `{"error": {"message", "type", "param", "code", "next_step", "request_id"}}`. The first
four are OpenAI's shape, so that its clients understand them. A refusal adds `moderation_details`,
`reasons`, `decision` and `log_index`. Only a browser that asks for a page outside the gate gets one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consentry.core.errors import (
    BadInput,
    NotFound,
    OurTrouble,
    Overloaded,
    RouteNotGated,
    TooLarge,
    TooMany,
    Trouble,
    UpstreamTrouble,
)
from consentry.web import pages

GATED = ("/v1/", "/v1beta/")
"""Paths under these are the gate's: what is not registered there is refused by name."""

RETRY_SECONDS = 2
"""What Retry-After says when there is too much at once."""

log = logging.getLogger("consentry.web")


def request_id(request: Request) -> str:
    """The identifier of this request; made at the first call."""
    if not hasattr(request.state, "request_id"):
        request.state.request_id = f"req_{secrets.token_hex(12)}"
    return str(request.state.request_id)


def body(error: Trouble, rid: str, more: Mapping[str, object] | None = None) -> dict[str, object]:
    """The error's public face."""
    return {
        "error": {
            "message": error.message,
            "type": _type(error),
            "param": error.param or None,
            "code": error.code,
            "next_step": error.next_step,
            "request_id": rid,
            **(more or {}),
        }
    }


def response(error: Trouble, rid: str, more: Mapping[str, object] | None = None) -> Response:
    """The error as a reply that clients neither retry by themselves nor cache."""
    headers = {"x-request-id": rid, "x-should-retry": "false", "cache-control": "no-store"}
    if isinstance(error, Overloaded):
        headers |= {"retry-after": str(RETRY_SECONDS), "x-should-retry": "true"}
    if isinstance(error, TooMany):
        headers |= {"retry-after": str(error.seconds)}
        more = {**(more or {}), **({"turn": error.turn} if error.turn else {})}
    if isinstance(error, TooLarge):
        headers["connection"] = "close"  # so that the rest of the body need not be sent
    if error.status == 401:  # noqa: PLR2004 - RFC 9110 15.5.2 asks for this header with a 401
        headers["www-authenticate"] = 'Bearer realm="consentry"'
    return JSONResponse(body(error, rid, more), error.status, headers)


def ours(error: Exception, rid: str) -> Trouble:
    """Whatever went wrong as one of our errors, and a line in the log if it is for us to look into."""
    if not isinstance(error, Trouble):
        log.error("%s unforeseen %s", rid, _where(error))
        return Trouble("Something went wrong on our side.")
    if error.status >= 500:  # noqa: PLR2004 - server errors are ours to look into
        log.warning("%s %s %s", rid, type(error).__name__, error.code)
    return error


def answer(error: Trouble, request: Request) -> Response:
    """The error as whoever asked can read it: a page for a browser, JSON for everybody else."""
    rid = request_id(request)
    reply = response(error, rid)
    if request.url.path.startswith(GATED) or not wants_page(request):
        return reply
    page = pages.page("trouble.html", error.status, trouble=error, request_id=rid)
    page.headers.update({name: reply.headers[name] for name in KEPT if name in reply.headers})
    return page


KEPT = ("x-request-id", "x-should-retry", "retry-after", "www-authenticate")
"""Headers of an error that its page has too."""


def wants_page(request: Request) -> bool:
    """Whether whoever asks can show a page."""
    return "text/html" in request.headers.get("accept", "").lower()


def install(app: FastAPI) -> None:
    """Give `app` the one error shape for everything that can go wrong."""

    @app.exception_handler(Trouble)
    async def _trouble(request: Request, error: Trouble) -> Response:
        return answer(ours(error, request_id(request)), request)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return answer(_from_http(request, error), request)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        where = error.errors()[0]["loc"] if error.errors() else ("request",)
        name = str(where[-1])
        trouble = BadInput(f"`{name}` is missing or malformed.", param=name)
        return answer(trouble, request)

    app.add_middleware(Unforeseen)


class Unforeseen:
    """Answers what nobody foresaw. Left to the server, it would be logged with its message and values."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; if a reply has begun when something goes wrong, it is cut off."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            request = Request(scope)
            trouble = ours(error, request_id(request))
            if not begun:
                await answer(trouble, request)(scope, receive, send)


def _from_http(request: Request, error: HTTPException) -> Trouble:
    """What the framework raises by itself: unknown paths and methods."""
    if request.url.path.startswith(GATED):
        return RouteNotGated("This route is not available through the gate.")
    if error.status_code == 405:  # noqa: PLR2004 - RFC 9110 15.5.6
        return NotFound("There is nothing here for this method.", code="method_not_allowed")
    return NotFound("There is nothing at this address.")


def _type(error: Trouble) -> str:
    if isinstance(error, OurTrouble | UpstreamTrouble) or type(error) is Trouble:
        return "server_error"
    if isinstance(error, BadInput) and error.code in _REFUSALS:
        return "image_generation_user_error"
    return "invalid_request_error"


_REFUSALS = {"moderation_blocked", "content_policy_violation"}


def _where(error: BaseException) -> str:
    """The type of an unforeseen error and the place it came from: never its message or any value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    code = trace.tb_frame.f_code
    return f"{type(error).__name__} in {code.co_qualname}:{trace.tb_lineno}"
