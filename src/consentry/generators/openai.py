"""An image model behind an API in OpenAI's dialect (`/v1/images/generations` and `/edits`).

Only what a request means is sent: prompt, count, size, pictures, mask, and wishes about form
(`FORM`). Switches that would weaken the generator's own safety (`moderation` and its like) are
not among them, whoever asks. Nothing of what the upstream says in words ever leaves this folder,
because an error text can hold half a picture; and an address instead of a picture is not
followed.

A refusal that comes as an empty success (no data, empty data, `respect_moderation: false`)
becomes an empty `Made`, which the gate reports as a refusal by the generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from consentry.core.content import Picture, Request
from consentry.core.ports import Made, PermitIssuer
from consentry.generators.calling import (
    Upstream,
    bearer,
    filled,
    image,
    thing,
    things,
    trouble,
    wishes,
    words,
)

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
        self._upstream = Upstream(base_url, bearer(key), permits, timeout)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._upstream.close()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble with the code `upstream_moderation`, `upstream_timeout` or
        `upstream_failed`.
        """
        fields = _fields(request) | self._fixed
        read = partial(read_images, count=request.count)
        if not request.pictures:
            return await self._upstream.post("images/generations", request.decision, read, json=fields)
        files = _files(request)
        return await self._upstream.post("images/edits", request.decision, read, data=fields, files=files)


def read_images(found: object, count: int) -> Sequence[Made]:
    """The images in an answer. Raises UpstreamTrouble if it holds something else or too many."""
    return filled([_made(one) for one in things(thing(found).get("data"))], count)


def _made(found: Mapping[str, Any]) -> Made:
    if found.get("respect_moderation") is False:
        return Made(b"")
    if not found.get("b64_json") and found.get("url"):
        raise trouble("upstream_failed")
    return image(found.get("b64_json"), found.get("revised_prompt"))


def _fields(request: Request) -> dict[str, Any]:
    fields = wishes(request, FORM) | {"prompt": words(request), "n": request.count}
    if request.size not in {"", "auto"}:
        fields["size"] = request.size
    return fields


def _files(request: Request) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Every picture as a part of the form, under a name that says nothing about whose it is."""
    files = [("image[]", _part(picture, f"image-{at}")) for at, picture in enumerate(request.sources)]
    marks = {"mask": request.mask, "markup": request.markup}
    return files + [(name, _part(picture, name)) for name, picture in marks.items() if picture]


def _part(picture: Picture, name: str) -> tuple[str, bytes, str]:
    kind = picture.kind or "png"
    return f"{name}.{kind}", picture.data, MEDIA_TYPES.get(kind, "application/octet-stream")
