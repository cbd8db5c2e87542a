"""An image model behind an API in OpenAI's dialect (`/v1/images/generations` and `/edits`).

Only what a request means is sent: prompt, count, size, pictures, mask, and wishes about form
(`FORM`). Switches that would weaken the generator's own safety (`moderation` and its like) are
not among them, whoever asks. Nothing of what the upstream says in words ever leaves this file,
because an error text can hold half a picture; and an address instead of a picture is not
followed.

A refusal that comes as an empty success (no data, empty data, `respect_moderation: false`)
becomes an empty `Made`, which the gate reports as a refusal by the generator.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
import anyio.to_thread
import httpx2

from consentry.core.content import Picture, Request
from consentry.core.errors import UpstreamTrouble
from consentry.core.permit import HEADER, call_of
from consentry.core.ports import Made, PermitIssuer

MAX_ANSWER = 100 * 1024 * 1024
"""Longest answer in bytes: ten images of 1536x1024 as PNG in base64 are at most 63 MB."""

MAX_CAPTION = 32_000
"""Longest rewritten prompt that is kept, in characters (the API's limit for a prompt)."""

REFUSAL_CODES = frozenset({"moderation_blocked", "content_policy_violation"})
"""Error codes by which services of this dialect say that they refused."""

FORM = frozenset(
    {
        "background",
        "frame_count",
        "frame_duration_ms",
        "input_fidelity",
        "model",
        "output_compression",
        "output_format",
        "quality",
        "style",
    }
)
"""Wishes that are passed on; every other option of a request is left out."""

MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}
"""How a kind of picture is named in a multipart form."""


class OpenAIGenerator:
    """Speaks to one upstream."""

    def __init__(
        self,
        base_url: str,
        key: str,
        permits: PermitIssuer,
        timeout: float = 120.0,
        model: str = "",
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """Ask `model` at `base_url` (such as `https://host/v1`); a call may take `timeout` seconds.

        Every call carries one of `permits` for exactly its bytes, which the upstream can demand.

        `extra` holds fields that this upstream needs in every call, such as
        `{"response_format": "b64_json"}` where pictures come as addresses otherwise.
        """
        self._fixed = dict(extra or {}) | ({"model": model} if model else {})
        self._permits = permits
        self._timeout = timeout
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble with the code `upstream_moderation`, `upstream_timeout` or
        `upstream_failed`.
        """
        try:
            with anyio.fail_after(self._timeout):
                status, body = await self._send(request)
        except (TimeoutError, httpx2.TimeoutException):
            raise _trouble("upstream_timeout") from None
        except (httpx2.HTTPError, httpx2.StreamError):
            raise _trouble("upstream_failed") from None
        if status != httpx2.codes.OK:
            raise _trouble("upstream_moderation" if _is_refusal(body) else "upstream_failed")
        return await anyio.to_thread.run_sync(read_images, body, request.count)

    async def _send(self, request: Request) -> tuple[int, bytes]:
        fields = _fields(request) | self._fixed
        if request.pictures:
            call = self._client.build_request("POST", "images/edits", data=fields, files=_files(request))
        else:
            call = self._client.build_request("POST", "images/generations", json=fields)
        await self._permit(call, request.decision)
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


def read_images(body: bytes, count: int) -> Sequence[Made]:
    """The images in an answer. Raises UpstreamTrouble if it holds something else or too many."""
    found = _json(body)
    if not isinstance(found, dict):
        raise _trouble("upstream_failed")
    images = found.get("data") or []
    if not isinstance(images, list) or len(images) > count:
        raise _trouble("upstream_failed")
    made = [_made(image) for image in images]
    return made + [Made(b"")] * (count - len(made))


def _made(image: object) -> Made:
    if not isinstance(image, dict):
        raise _trouble("upstream_failed")
    if image.get("respect_moderation") is False:
        return Made(b"")
    encoded, url = image.get("b64_json") or "", image.get("url") or ""
    if not encoded and url:
        raise _trouble("upstream_failed")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise _trouble("upstream_failed") from None
    return Made(data, str(image.get("revised_prompt") or "")[:MAX_CAPTION])


def _fields(request: Request) -> dict[str, Any]:
    wishes = {name: value for name, value in request.options if name in FORM and value}
    fields: dict[str, Any] = {name: int(v) if v.isdecimal() else v for name, v in wishes.items()}
    fields |= {"prompt": _words(request), "n": request.count}
    if request.size not in {"", "auto"}:
        fields["size"] = request.size
    return fields


def _words(request: Request) -> str:
    """The prompt; after earlier ones if no picture shows what those led to."""
    return request.prompt if request.inputs else "\n".join((*request.earlier, request.prompt))


def _files(request: Request) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Every picture as a part of the form, under a name that says nothing about whose it is."""
    files = [("image[]", _part(picture, f"image-{at}")) for at, picture in enumerate(request.inputs)]
    marks = {"mask": request.mask, "markup": request.markup}
    return files + [(name, _part(picture, name)) for name, picture in marks.items() if picture]


def _part(picture: Picture, name: str) -> tuple[str, bytes, str]:
    kind = picture.kind or "png"
    return f"{name}.{kind}", picture.data, MEDIA_TYPES.get(kind, "application/octet-stream")


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise _trouble("upstream_failed")
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
        raise _trouble("upstream_failed") from None


def _trouble(code: str) -> UpstreamTrouble:
    says = {
        "upstream_moderation": "The generator refused to make this image.",
        "upstream_timeout": "The generator did not answer in time.",
        "upstream_failed": "The generator failed.",
    }
    return UpstreamTrouble(says[code], code=code)
