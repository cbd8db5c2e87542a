"""An image model behind xAI's form of the image routes: JSON alone, pictures as data URLs.

A refusal comes as an empty success (`respect_moderation: false`, an empty address or no base64),
which becomes an empty `Made`. Pictures are asked for as base64, and an address is not followed.
What this form cannot carry, a mask or a drawing over the picture, is refused and not left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from consentry.core.content import Request
from consentry.core.errors import BadInput
from consentry.core.ports import Made, PermitIssuer
from consentry.generators.calling import (
    Upstream,
    bearer,
    data_url,
    filled,
    image,
    thing,
    things,
    trouble,
    wishes,
    words,
)

FORM = frozenset({"aspect_ratio", "model", "quality", "resolution"})
"""Wishes that are passed on; every other option of a request is left out."""


class XaiGenerator:
    """Speaks to one upstream."""

    def __init__(self, base_url: str, key: str, permits: PermitIssuer, timeout: float = 120.0) -> None:
        """Ask at `base_url` (such as `https://host/v1`); a call may take `timeout` seconds."""
        self._upstream = Upstream(base_url, bearer(key), permits, timeout)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._upstream.close()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble, or BadInput for a mask or markup.
        """
        if request.mask or request.markup:
            raise BadInput("This generator takes no mask and no markup.", code="unsupported_input")
        fields = wishes(request, FORM) | {
            "prompt": words(request),
            "n": request.count,
            "response_format": "b64_json",
        }
        path = "images/generations"
        if request.sources:
            path = "images/edits"
            pictures = [{"url": data_url(one), "type": "image_url"} for one in request.sources]
            fields |= {"image": pictures[0]} if len(pictures) == 1 else {"images": pictures}
        read = partial(_images, count=request.count)
        return await self._upstream.post(path, request.decision, read, json=fields)


def _images(found: object, count: int) -> Sequence[Made]:
    return filled([_made(one) for one in things(thing(found).get("data"))], count)


def _made(found: Mapping[str, Any]) -> Made:
    if found.get("respect_moderation") is False:
        return Made(b"")
    encoded = found.get("b64_json") or found.get("base64")
    if not encoded and found.get("url"):
        raise trouble("upstream_failed")
    return image(encoded, found.get("revised_prompt"))
