"""A reverse proxy that serves nothing without a permit: for generators that cannot be changed.

It passes on method, path, query, headers and body as they were permitted, and streams the answer
back. Headers that belong to one connection (RFC 9110 7.6.1) stay on their side, the permit stays
here, and what the generator says besides is not touched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import httpx2

from consentry.core.egress import FIGURES
from consentry.core.errors import Overloaded, SetupTrouble, UpstreamTrouble
from consentry.core.permit import HEADER
from consentry.guard.gatekeeper import Gatekeeper
from consentry.guard.middleware import Message, Receive, Scope, Send, refuse, target

HEALTH = "/consentry-guard/healthz"
"""Where the guard says that it is there."""

OWN = frozenset({FIGURES, HEALTH})
"""Paths that need no permit and are answered here."""

HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers that belong to one connection (RFC 9110 7.6.1), with those that older proxies treat so."""

AT_ONCE = 64
"""Calls passed on at the same time; more get 503."""

Headers = list[tuple[bytes, bytes]]
"""As they stand in a message."""


class Proxy:
    """Passes calls on to one upstream. Put it behind a PermitGuard."""

    def __init__(self, upstream: str, seconds: float, at_once: int = AT_ONCE) -> None:
        """Pass on to `upstream`; a call may wait so many `seconds` for each piece of an answer."""
        self._base = httpx2.URL(upstream.rstrip("/"))
        if self._base.scheme not in {"http", "https"} or not self._base.host or self._base.query:
            raise SetupTrouble("The upstream is no address like `http://127.0.0.1:9000`.")
        self._client = httpx2.AsyncClient(
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None),
        )
        self._client.headers.clear()
        self._at_once = at_once
        self._present = 0
        self.gatekeeper: Gatekeeper | None = None

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call that was permitted, or one about the guard itself."""
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["path"] in OWN:
            return await self._own(scope, send)
        if self._present >= self._at_once:
            return await refuse(Overloaded("There is too much at once."), send)
        self._present += 1
        try:
            return await self._pass(scope, receive, send)
        finally:
            self._present -= 1

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")
        url = self._base.copy_with(raw_path=_path(self._base) + target(scope).encode("latin-1"))
        headers = onward(scope["headers"])
        call = httpx2.Request(scope["method"], url, headers=[(b"host", url.netloc), *headers], content=body)
        try:
            answer = await self._client.send(call, stream=True)
        except httpx2.HTTPError:
            return await refuse(UpstreamTrouble("The generator did not answer."), send)
        try:
            await _stream(answer, send)
        finally:
            await answer.aclose()
        return None

    async def _own(self, scope: Scope, send: Send) -> None:
        text = self.gatekeeper.figures() if self.gatekeeper and scope["path"] == FIGURES else "ok\n"
        headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message: Message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.close()
                return await send({"type": "lifespan.shutdown.complete"})
            await send({"type": "lifespan.startup.complete"})


def onward(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers that go on to the other side."""
    found = [(name.lower(), value) for name, value in headers]
    named = {
        part.strip().lower() for name, value in found if name == b"connection" for part in value.split(b",")
    }
    here = HOP | named | {b"host", b"expect", HEADER.lower().encode()}
    return [(name, value) for name, value in found if name not in here]


async def _stream(answer: httpx2.Response, send: Send) -> None:
    """Pass the answer on piece by piece. Raises httpx2.HTTPError if it breaks off: so does ours then."""
    headers = onward(answer.headers.raw)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    async for piece in _raw(answer):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _raw(answer: httpx2.Response) -> AsyncIterator[bytes]:
    """The body as it came: packed if it is packed."""
    return answer.aiter_raw()


def _path(base: httpx2.URL) -> bytes:
    """The path of the upstream's own address, which goes before every other."""
    return base.raw_path.rstrip(b"/")
