"""A stream that says nothing until everything is judged, and then releases or refuses at once.

The client's connection is kept alive by comment lines of the event stream, which every client
skips. Only when the whole work is done are events written: those of a release, or one error. A
client that goes away takes its request with it: the work is cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import anyio
import anyio.abc
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from consentry.web import errors

COMMENT: Final = b": held\n\n"
"""A line that every client skips (WHATWG HTML 9.2.6, event streams)."""

SECONDS: Final = 5.0
"""How often a comment is written: well within the patience of proxies and clients."""

Event = tuple[str, Mapping[str, object]]
"""The name of an event, and its data."""


class Held(Response):
    """An event stream over `work`, which brings all events at its end."""

    media_type = "text/event-stream"

    def __init__(
        self, work: Callable[[], Awaitable[Iterable[Event]]], rid: str, *, done: bytes = b""
    ) -> None:
        """Write what `work` brings; `done` comes last, for dialects that end with a line of their own."""
        super().__init__(headers={"x-request-id": rid, "cache-control": "no-store"})
        del self.headers["content-length"]
        self._work, self._rid, self._done = work, rid, done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI passes three
        """Serve until the work is done or the client is gone."""
        async with anyio.create_task_group() as here:
            here.start_soon(_gone, receive, here.cancel_scope)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as waiting:
                waiting.start_soon(_comments, send)
                events = await self._events()
                waiting.cancel_scope.cancel()
            for event in events:
                await send({"type": "http.response.body", "body": written(*event), "more_body": True})
            await send({"type": "http.response.body", "body": self._done})
            here.cancel_scope.cancel()

    async def _events(self) -> Iterable[Event]:
        """What the work brings, or one error in the words that an HTTP error would have."""
        try:
            return list(await self._work())
        except Exception as error:  # noqa: BLE001 - whatever it was, the stream has begun and must say so
            return [error_event(errors.body(errors.ours(error, self._rid), self._rid))]


def error_event(body: Mapping[str, object]) -> Event:
    """An error as OpenAI's clients understand it in a stream."""
    return "error", {"type": "error", **body}


def written(name: str, data: Mapping[str, object]) -> bytes:
    """An event as bytes; without a name the line for it is left out."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


async def _comments(send: Send) -> None:
    while True:
        await send({"type": "http.response.body", "body": COMMENT, "more_body": True})
        await anyio.sleep(SECONDS)


async def _gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """Stop everything when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
