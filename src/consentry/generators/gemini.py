"""An image model behind Gemini's `generateContent`.

Only what a request means is sent; `safetySettings` is never among it. Refusals that come as a
success (`promptFeedback.blockReason`, a candidate that ends with `IMAGE_SAFETY` or without an
image) become an empty `Made`, which the gate reports as a refusal by the generator. What a
candidate says in words counts as a rewritten prompt: it is judged with the image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from consentry.core.content import Picture, Request
from consentry.core.errors import BadInput
from consentry.core.ports import Made, PermitIssuer
from consentry.generators.calling import Upstream, encoded, filled, image, thing, things, trouble, wishes

FORM = {"aspect_ratio": "aspectRatio", "resolution": "imageSize"}
"""Wishes that are passed on under `imageConfig`, and what they are called there."""

FINISHED = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", None})
"""Ways of ending with which an image may be used; with any other one the generator stopped itself."""


class GeminiGenerator:
    """Speaks to one upstream."""

    def __init__(self, base_url: str, key: str, permits: PermitIssuer, timeout: float = 120.0) -> None:
        """Ask at `base_url` (such as `https://host/v1beta`); a call may take `timeout` seconds."""
        self._upstream = Upstream(base_url, {"x-goog-api-key": key} if key else {}, permits, timeout)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._upstream.close()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble, or BadInput without the name of a generator, or for a mask or markup.
        """
        name = dict(request.options).get("model", "")
        if not name:
            raise BadInput("This generator needs a `model`.", code="missing_model", param="model")
        if request.mask or request.markup:
            raise BadInput("This generator takes no mask and no markup.", code="unsupported_input")
        path = f"models/{quote(name, safe='')}:generateContent"
        read = partial(_images, count=request.count)
        return await self._upstream.post(path, request.decision, read, json=_fields(request))


def _fields(request: Request) -> Mapping[str, Any]:
    config = {FORM[wish]: value for wish, value in wishes(request, frozenset(FORM)).items()}
    parts = [{"text": request.prompt}, *[_part(one) for one in request.sources]]
    return {
        "contents": [*[_turn([{"text": text}]) for text in request.earlier], _turn(parts)],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            **({"candidateCount": request.count} if request.count > 1 else {}),
            **({"imageConfig": config} if config else {}),
        },
    }


def _turn(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"role": "user", "parts": list(parts)}


def _part(picture: Picture) -> Mapping[str, Any]:
    return {"inlineData": {"mimeType": f"image/{picture.kind or 'png'}", "data": encoded(picture)}}


def _images(found: object, count: int) -> Sequence[Made]:
    """The image of each candidate; none if the request was blocked."""
    whole = thing(found)
    if thing(whole.get("promptFeedback") or {}).get("blockReason"):
        return filled([], count)
    return filled([_of(candidate) for candidate in things(whole.get("candidates"))], count)


def _of(candidate: Mapping[str, Any]) -> Made:
    if candidate.get("finishReason") not in FINISHED:
        return Made(b"")
    parts = things(thing(candidate.get("content") or {}).get("parts"))
    if any(part.get("fileData") for part in parts):
        raise trouble("upstream_failed")
    # Pictures of its thoughts are not the answer and are not passed on.
    images = [part["inlineData"] for part in parts if part.get("inlineData") and not part.get("thought")]
    if len(images) > 1:
        raise trouble("upstream_failed")
    said = "\n".join(str(part["text"]) for part in parts if part.get("text") and not part.get("thought"))
    return image(thing(images[0]).get("data"), said) if images else Made(b"")
