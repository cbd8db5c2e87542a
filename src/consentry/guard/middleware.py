"""The guard as ASGI middleware: every HTTP request needs a permit, and WebSockets are closed.

The permit itself is checked before anything of the body is kept. The body is then read whole, up to
a limit and within a time, because a permit is for exactly its bytes; the application behind gets
it as it came. Answers are not touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from consentry.core.errors import BadInput, NoPermit, TooLarge, Trouble
from consentry.core.permit import HEADER
from consentry.guard.gatekeeper import Gatekeeper, keys_from, wall_clock
from consentry.guard.uses import Memory, Uses

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 100 * 2**20
"""Longest body in bytes: 16 pictures that the gate takes, as they are sent upstream."""

MOST_DISCARDED = 2**20
"""Bytes of a refused body that are taken in and thrown away; hanging up at once would drop the answer."""

LONGEST_DISCARD = 1.0
"""Seconds that may take."""

PATIENCE = 60.0
"""Seconds a body may take to arrive."""


class PermitGuard:
    """Lets through to `app` what the gate permitted, and nothing else."""

    def __init__(  # noqa: PLR0913 - limits by name
        self,
        app: App,
        vkey: str | Sequence[str],
        *,
        generator: str = "generator",
        uses: Memory | None = None,
        max_body: int = MAX_BODY,
        patience: float = PATIENCE,
        open_paths: frozenset[str] = frozenset(),
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Guard `app` with one or more verification keys of the gate (`consentry key permit`).

        `open_paths` need no permit, such as `/healthz`: name none that makes or shows an image.
        Several processes before one generator need `uses=UsesInFolder(…)` in common.
        """
        self.app = app
        self.gatekeeper = Gatekeeper(keys_from(vkey), generator, uses or Uses(now()), now)
        self._max_body = max_body
        self._patience = patience
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is permitted."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._open):
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008, "reason": "permit_missing"})
        try:
            body = await self._admitted(scope, receive)
        except Trouble as trouble:
            await discard(receive)
            return await refuse(trouble, send)
        if body is None:
            return None  # the caller left
        return await self.app(scope, _again(body, receive), send)

    async def _admitted(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body of a call that may pass. Raises Trouble if it may not."""
        if len(values(scope, HEADER)) > 1 or values(scope, "content-encoding"):
            raise NoPermit("A call has one permit, and its body is not packed.")
        permit = self.gatekeeper.permit("".join(values(scope, HEADER)))
        body = await self._body(scope, receive)
        if body is not None:
            kind = ", ".join(values(scope, "content-type"))
            self.gatekeeper.admit(permit, scope["method"], target(scope), kind, body)
        return body

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None if the caller left. Raises TooLarge, or BadInput if it comes too slowly."""
        announced = "".join(values(scope, "content-length"))
        if announced.isdigit() and int(announced) > self._max_body:
            raise TooLarge("The body is longer than the guard takes.")
        try:
            async with asyncio.timeout(self._patience):
                return await self._read(receive)
        except TimeoutError:
            raise BadInput("The body did not arrive in time.", code="body_too_slow") from None

    async def _read(self, receive: Receive) -> bytes | None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._max_body:
                raise TooLarge("The body is longer than the guard takes.")
            if not message.get("more_body", False):
                return bytes(body)


def values(scope: Scope, name: str) -> list[str]:
    """Every value of a header."""
    wanted = name.lower().encode()
    return [value.decode("latin-1") for found, value in scope["headers"] if found.lower() == wanted]


def target(scope: Scope) -> str:
    """The path and query as they came, byte for byte where the server kept them."""
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string", b"")
    return (path + (b"?" + query if query else b"")).decode("latin-1")


async def discard(receive: Receive) -> None:
    """Let a body that is refused come in, for a moment, so that its sender gets to read why."""
    left = MOST_DISCARDED
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_DISCARD):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


async def refuse(trouble: Trouble, send: Send) -> None:
    """Answer with the error, in the one shape of every error, and hang up: more may still be coming."""
    shape = {"message": trouble.message, "type": "invalid_request_error", "param": None}
    error = shape | {"code": trouble.code, "next_step": trouble.next_step}
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-should-retry", b"false"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": trouble.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": error}).encode()})


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, once, and then whatever else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
