"""An image model behind OpenAI's `/v1/responses` with the tool `image_generation`.

The tool must be used, the answer is not kept there (`store: false`), and no text of it is passed on.
One call makes one image, so several images are several calls. A call that failed or brought no
image becomes an empty `Made`, which the gate reports as a refusal by the generator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from consentry.core.content import Request
from consentry.core.errors import BadInput, UpstreamTrouble
from consentry.core.ports import Made, PermitIssuer
from consentry.generators.calling import Upstream, bearer, data_url, image, thing, things, trouble, wishes

TOOL = "image_generation"
"""The tool that makes images."""

FORM = frozenset({"background", "input_fidelity", "output_compression", "output_format", "quality"})
"""Wishes that are passed on in the tool; every other option of a request is left out."""

CALL = f"{TOOL}_call"
"""What a call of the tool is called in an answer."""


class ResponsesGenerator:
    """Speaks to one upstream."""

    def __init__(self, base_url: str, key: str, permits: PermitIssuer, timeout: float = 120.0) -> None:
        """Ask at `base_url` (such as `https://host/v1`); a call may take `timeout` seconds."""
        self._upstream = Upstream(base_url, bearer(key), permits, timeout)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._upstream.close()

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for; empty ones stand for silent refusals.

        Raises UpstreamTrouble, or BadInput for markup, which this dialect cannot carry.
        """
        if request.markup:
            raise BadInput("This generator takes no markup.", code="unsupported_input", param="markup")
        made: list[Made | UpstreamTrouble] = []

        async def one() -> None:
            try:
                made.append(
                    await self._upstream.post("responses", request.decision, _image, json=_fields(request))
                )
            except UpstreamTrouble as error:
                made.append(error)

        async with anyio.create_task_group() as calls:
            for _ in range(request.count):
                calls.start_soon(one)
        return [_sound(found) for found in made]


def _sound(found: Made | UpstreamTrouble) -> Made:
    if isinstance(found, UpstreamTrouble):
        raise found
    return found


def _fields(request: Request) -> Mapping[str, Any]:
    tool: dict[str, Any] = {"type": TOOL, **wishes(request, FORM)}
    if request.size not in {"", "auto"}:
        tool["size"] = request.size
    if request.mask:
        tool["input_image_mask"] = {"image_url": data_url(request.mask)}
    earlier = [_message([{"type": "input_text", "text": text}]) for text in request.earlier]
    pictures = [{"type": "input_image", "image_url": data_url(one)} for one in request.sources]
    return {
        **wishes(request, frozenset({"model"})),
        "input": [*earlier, _message([{"type": "input_text", "text": request.prompt}, *pictures])],
        "tools": [tool],
        "tool_choice": {"type": TOOL},
        "store": False,
    }


def _message(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"role": "user", "content": list(parts)}


def _image(found: object) -> Made:
    """The one image of an answer; empty if its call failed. Raises UpstreamTrouble for several."""
    calls = [item for item in things(thing(found).get("output")) if item.get("type") == CALL]
    if len(calls) > 1:
        raise trouble("upstream_failed")
    if not calls or calls[0].get("status") == "failed":
        return Made(b"")
    return image(calls[0].get("result"), calls[0].get("revised_prompt"))
