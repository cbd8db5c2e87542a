"""One call to an image service, whatever its dialect: permitted, in time, within bounds, and never echoed.

Every dialect calls through here, because a second copy of this would be a second place to leak: an
error text of a service can hold half a picture, so nothing that one says in words leaves this file.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx2
import pybase64

from consentry.core.content import Picture, Request
from consentry.core.errors import UpstreamTrouble
from consentry.core.permit import HEADER, call_of
from consentry.core.ports import Made, PermitIssuer

MAX_ANSWER = 100 * 1024 * 1024
"""Longest answer in bytes: ten images of 1536x1024 as PNG in base64 are at most 63 MB."""

MAX_CAPTION = 32_000
"""Longest rewritten prompt that is kept, in characters (the API's limit for a prompt)."""

REFUSAL_CODES = frozenset({"moderation_blocked", "content_policy_violation"})
"""Error codes by which services say that they refused."""

_T = TypeVar("_T")


class Upstream:
    """Speaks to one service."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], permits: PermitIssuer, timeout: float
    ) -> None:
        """Call `base_url`; every call carries one of `permits` and may take `timeout` seconds."""
        self._permits = permits
        self._timeout = timeout
        self._client = httpx2.AsyncClient(
            base_url=base_url, headers=dict(headers), timeout=timeout, follow_redirects=False
        )

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    async def post(self, path: str, decision: str, read: Callable[[Any], _T], **body: Any) -> _T:
        """What `read` makes of the JSON that comes back; `body` is as httpx2 takes it.

        Raises UpstreamTrouble with the code `upstream_moderation`, `upstream_timeout` or
        `upstream_failed`.
        """
        try:
            with anyio.fail_after(self._timeout):
                status, answer = await self._send(path, decision, **body)
        except (TimeoutError, httpx2.TimeoutException):
            raise trouble("upstream_timeout") from None
        except (httpx2.HTTPError, httpx2.StreamError):
            raise trouble("upstream_failed") from None
        if status != httpx2.codes.OK:
            raise trouble("upstream_moderation" if _is_refusal(answer) else "upstream_failed")
        return await anyio.to_thread.run_sync(lambda: read(_json(answer)))

    async def _send(self, path: str, decision: str, **body: Any) -> tuple[int, bytes]:
        call = self._client.build_request("POST", path, **body)
        await self._permit(call, decision)
        response = await self._client.send(call, stream=True)
        try:
            return response.status_code, await _read(response)
        finally:
            await response.aclose()

    async def _permit(self, call: httpx2.Request, decision: str) -> None:
        """Have exactly these bytes permitted: the body is made here, before it is sent."""
        body = await call.aread()
        target, kind = call.url.raw_path.decode("ascii"), call.headers["content-type"]
        call.headers[HEADER] = self._permits.issue(call_of("POST", target, kind, body), decision)


def bearer(key: str) -> Mapping[str, str]:
    """The header that shows `key`; none if there is none."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def trouble(code: str) -> UpstreamTrouble:
    """What went wrong, in our own words."""
    says = {
        "upstream_moderation": "The generator refused to make this image.",
        "upstream_timeout": "The generator did not answer in time.",
        "upstream_failed": "The generator failed.",
    }
    return UpstreamTrouble(says[code], code=code)


def thing(found: object) -> dict[str, Any]:
    """A JSON object. Raises UpstreamTrouble for anything else."""
    if not isinstance(found, dict):
        raise trouble("upstream_failed")
    return found


def things(found: object) -> list[dict[str, Any]]:
    """A list of JSON objects; nothing is an empty one. Raises UpstreamTrouble for anything else."""
    if not isinstance(found or [], list):
        raise trouble("upstream_failed")
    return [thing(one) for one in found or []]  # type: ignore[attr-defined]  # a list, as was just seen


def image(encoded: object, caption: object = "") -> Made:
    """The image in base64, empty if there is none. Raises UpstreamTrouble if it is something else."""
    try:
        data = pybase64.b64decode(encoded or "", validate=True)  # type: ignore[arg-type]  # TypeError is caught
    except (binascii.Error, ValueError, TypeError):
        raise trouble("upstream_failed") from None
    return Made(data, str(caption or "")[:MAX_CAPTION])


def shown(url: object, caption: object = "") -> Made:
    """The image in a data URL, empty if there is none; an address is not followed."""
    if not url:
        return Made(b"")
    head, comma, tail = str(url).partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise trouble("upstream_failed")
    return image(tail, caption)


def filled(made: Sequence[Made], count: int) -> Sequence[Made]:
    """`made`, with an empty one for each that is missing. Raises UpstreamTrouble if there are too many."""
    if len(made) > count:
        raise trouble("upstream_failed")
    return [*made, *[Made(b"")] * (count - len(made))]


def data_url(picture: Picture) -> str:
    """A picture as a `data:` URL."""
    return f"data:image/{picture.kind or 'png'};base64,{encoded(picture)}"


def encoded(picture: Picture) -> str:
    """A picture in base64."""
    return pybase64.b64encode(picture.data).decode()


def wishes(request: Request, form: frozenset[str]) -> dict[str, Any]:
    """The wishes of `request` that are in `form`; numbers as numbers."""
    found = {name: value for name, value in request.options if name in form and value}
    return {name: int(value) if value.isdecimal() else value for name, value in found.items()}


def words(request: Request) -> str:
    """The prompt; after earlier ones if no picture shows what those led to."""
    return request.prompt if request.sources else "\n".join((*request.earlier, request.prompt))


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise trouble("upstream_failed")
    return bytes(body)


def _is_refusal(body: bytes) -> bool:
    """Whether an error answer carries one of the codes for a refusal."""
    try:
        found = _json(body)
    except UpstreamTrouble:
        return False
    error = found.get("error") if isinstance(found, dict) else None
    return isinstance(error, dict) and error.get("code") in REFUSAL_CODES


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise trouble("upstream_failed") from None
