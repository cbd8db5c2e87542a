"""An image model behind chat completions that answer with images under `message.images`.

The caller's earlier words go along as messages of their own; what the answer says in words counts
as a rewritten prompt: it is judged with the image. An image is a data URL; an address is not
followed. A choice without an image becomes an empty `Made`, a refusal by the generator.
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
    shown,
    thing,
    things,
    trouble,
    wishes,
)

FORM = {"aspect_ratio": "aspect_ratio", "quality": "quality", "resolution": "image_size"}
"""Wishes that are passed on under `image_config`, and what they are called there."""


class ChatGenerator:
    """Speaks to one upstream."""

    def __init__(self, base_url: str, key: str, permits: PermitIssuer, timeout: float = 120.0) -> None:
        """Ask at `base_url` (such as `https://host/v1`); a call may take `timeout` seconds."""
        self._upstream = Upstream(base_url, bearer(key), permits, timeout)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._upstream.close()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble, or BadInput for a mask or markup, which this dialect cannot carry.
        """
        if request.mask or request.markup:
            raise BadInput("This generator takes no mask and no markup.", code="unsupported_input")
        read = partial(_images, count=request.count)
        return await self._upstream.post("chat/completions", request.decision, read, json=_fields(request))


def _fields(request: Request) -> Mapping[str, Any]:
    pictures = [{"type": "image_url", "image_url": {"url": data_url(one)}} for one in request.sources]
    earlier = [{"role": "user", "content": text} for text in request.earlier]
    parts = [{"type": "text", "text": request.prompt}, *pictures]
    config = {FORM[name]: value for name, value in wishes(request, frozenset(FORM)).items()}
    return {
        **wishes(request, frozenset({"model"})),
        "messages": [*earlier, {"role": "user", "content": parts}],
        "modalities": ["image", "text"],
        **({"image_config": config} if config else {}),
        **({"n": request.count} if request.count > 1 else {}),
    }


def _images(found: object, count: int) -> Sequence[Made]:
    """The images of all choices, in their order."""
    choices = things(thing(found).get("choices"))
    return filled([made for choice in choices for made in _of(thing(choice.get("message")))], count)


def _of(message: Mapping[str, Any]) -> Sequence[Made]:
    said = message.get("content")
    if not isinstance(said or "", str):
        raise trouble("upstream_failed")
    images = things(message.get("images"))
    return [shown(thing(one.get("image_url")).get("url"), said) for one in images] or [Made(b"")]
