"""The gate on OpenAI's `/v1/responses`, for the one tool `image_generation` and nothing besides.

Every call makes an image. A request for text, for another tool or for state that we do not hold is
refused and never passed on. A conversation that is continued by its id goes on from our own record:
earlier words count, and what comes out is compared with the pictures that came in first. A refusal
comes as OpenAI's clients read it: HTTP 200 with a failed call that carries the error and its details.
"""

from __future__ import annotations

import binascii
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial

import anyio.to_thread
import pybase64
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.core.errors import BadInput, NotFound
from consentry.flows.generate import Refused, Released
from consentry.web import bodies, errors
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.held import Event, Held, error_event, written
from consentry.web.gate.responses_described import RESPONSE, RESPONSES
from consentry.web.gate.talk import Turn, elsewhere, not_gated, talk, things, words
from consentry.wiring import System

ROUTE = "responses"
"""The route in the log."""

TOOL = "image_generation"
"""The one tool there is."""

PASSED = frozenset(
    {"background", "input_fidelity", "model", "output_compression", "output_format", "quality"}
)
"""Settings of the tool that are passed on to the generator."""

OF_THE_TOOL = PASSED | {"type", "size", "action", "input_image_mask", "moderation", "partial_images"}
"""Every setting of the tool that is understood; the last two change nothing."""

IGNORED = frozenset(
    {
        "include",
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "model",
        "moderation",
        "parallel_tool_calls",
        "prompt_cache_key",
        "reasoning",
        "service_tier",
        "store",
        "stream_options",
        "temperature",
        "text",
        "top_p",
        "truncation",
    }
)
"""Settings about text, billing or caching, and `moderation`: accepted and never passed on."""

KNOWN = IGNORED | {
    "input",
    "instructions",
    "previous_response_id",
    "safety_identifier",
    "stream",
    "tool_choice",
    "tools",
    "user",
}
"""Every setting that is understood."""

ELSEWHERE = frozenset({"background", "conversation", "prompt"})
"""Settings that stand for state held by somebody else."""

OURS = re.compile(r"(?:resp|ig)_([A-Za-z0-9_-]{1,64})", re.ASCII)
"""What a response or an image of ours is called."""

CHOICES = ("auto", "required", {"type": TOOL})
"""Ways of choosing the tool that come to the same."""


Put = Callable[[], Awaitable[Released | Refused]]
"""Puts the request to the flow, once."""


def router(system: System) -> APIRouter:
    """The gate's route for responses."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1/responses",
        summary="Make an image in a conversation",
        openapi_extra=RESPONSE,
        responses=RESPONSES,
    )
    async def responses(request: Request) -> Response:
        """As OpenAI's route with the tool `image_generation`. A refusal is a call with `status: failed`."""
        caller = await door.caller(request, system)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        asked = await anyio.to_thread.run_sync(_request, fields, caller)
        put = partial(_put, asked, system, keep=fields.get("store") is not False)
        before = str(fields.get("previous_response_id") or "")
        if not door.chosen(fields, "stream"):
            return _reply(await put(), asked, caller, before)
        if system.settings.stream_mode == "off":
            return _at_once(await put(), asked, caller, before)
        return Held(partial(_events, put, asked, caller, before), caller.rid)

    return routes


async def _put(asked: content.Request, system: System, *, keep: bool) -> Released | Refused:
    """Put the request to the flow; what is released can be gone on from, if we may `keep` it."""
    answer = await door.put(asked, system)
    if keep and isinstance(answer, Released):
        images = [image.data for image in answer.images]
        await anyio.to_thread.run_sync(system.conversations.keep, answer.judged.id, asked, images)
    return answer


def _request(fields: Mapping[str, object], caller: Caller) -> content.Request:
    """The request in the core's words. Raises BadInput for anything the gate does not understand."""
    for name in sorted(ELSEWHERE & set(fields)):
        if fields[name]:
            raise elsewhere(name)
    door.only(fields, KNOWN | ELSEWHERE)
    tool = _tool(fields)
    account = caller.account(fields.get("safety_identifier") or fields.get("user") or "")
    items = _items(fields.get("input"))
    known = _known(_named(fields, items), caller, account.id)
    turns = [_turn(item) for item in items if not _names_ours(item)]
    found = talk([*known, *_instructions(fields), *turns], caller, "input")
    action = door.setting(tool, "action", "auto")
    if action not in {"auto", "edit", "generate"}:
        raise BadInput("`action` must be auto, edit or generate.", param="action")
    mask = tool.get("input_image_mask")
    if not (found.inputs or found.made) and (action == "edit" or mask):
        raise BadInput("An edit needs at least one picture.", code="missing_image", param="input")
    return content.Request(
        route=ROUTE,
        account=account,
        prompt=found.prompt,
        earlier=found.earlier,
        inputs=found.inputs,
        made=found.made,
        mask=caller.picture(mask) if mask else None,
        size=door.setting(tool, "size", "auto"),
        place=caller.place,
        consent=caller.consent,
        options=tuple((name, door.setting(tool, name, "")) for name in sorted(PASSED & set(tool))),
    )


def _tool(fields: Mapping[str, object]) -> dict[str, object]:
    """The settings of the image tool. Raises BadInput if it is not there, or not alone."""
    tools = things(fields.get("tools") or [], "tools")
    if len(tools) != 1 or tools[0].get("type") != TOOL:
        raise not_gated(f"This route makes images only: the tool `{TOOL}`, and no other.", "tools")
    if fields.get("tool_choice", "auto") not in CHOICES:
        raise not_gated("This route makes images only, so the tool must be open to choice.", "tool_choice")
    (tool,) = tools
    door.only(tool, OF_THE_TOOL)
    if door.setting(tool, "output_format", "").strip().lower() == "svg":
        raise BadInput("SVG cannot be judged, so it is not offered.", param="output_format")
    return tool


def _instructions(fields: Mapping[str, object]) -> list[Turn]:
    found = fields.get("instructions")
    return [Turn("system", (words(found, "instructions"),))] if found else []


def _items(found: object) -> list[dict[str, object]]:
    if isinstance(found, str):
        return [{"role": "user", "content": found}]
    return things(found, "input")


def _names_ours(item: Mapping[str, object]) -> bool:
    """Whether an item only names what we are to know already."""
    kind = item.get("type")
    return kind == "item_reference" or (kind == f"{TOOL}_call" and not item.get("result"))


def _named(fields: Mapping[str, object], items: Iterable[Mapping[str, object]]) -> list[tuple[str, object]]:
    """Every response and image that is named instead of sent, each with the field it is named in."""
    before = fields.get("previous_response_id")
    named = [("previous_response_id", before)] if before else []
    for item in items:
        if _names_ours(item):
            named.append(("input", item.get("id")))
        elif isinstance(item.get("content"), list):
            named += [("input", part["file_id"]) for part in _parts(item) if _is_file(part)]
    return named


def _known(named: Iterable[tuple[str, object]], caller: Caller, account: str) -> list[Turn]:
    """What our own record holds of what is named, as turns; each conversation once.

    Raises BadInput for what was never ours, has ended, or is another account's: nobody learns which.
    """
    found: dict[str, list[Turn]] = {}
    for field, name in named:
        ours = OURS.fullmatch(name) if isinstance(name, str) else None
        if ours is None:
            raise elsewhere(field)
        try:
            told = caller.system.conversations.find(f"dec_{ours[1]}", account)
        except NotFound:
            raise elsewhere(field) from None
        found[ours[1]] = [Turn("user", told.words, told.inputs), Turn("assistant", (), told.made)]
    return [turn for turns in found.values() for turn in turns]


def _parts(item: Mapping[str, object]) -> list[dict[str, object]]:
    return things(item.get("content"), "content")


def _is_file(part: Mapping[str, object]) -> bool:
    """Whether a part of a message is an image of ours by its name."""
    return part.get("type") == "input_image" and bool(part.get("file_id")) and not part.get("image_url")


def _turn(item: Mapping[str, object]) -> Turn:
    """One item of the input. Raises BadInput for one that is no message and no image of ours."""
    kind = item.get("type") or "message"
    if kind == "image_generation_call" and item.get("result"):
        return Turn("assistant", (), (_decoded(item["result"]),))
    if kind != "message":
        raise not_gated("This route takes messages and images only.", "input")
    found = item.get("content")
    role = words(item.get("role"), "role")
    if isinstance(found, str):
        return Turn(role, (found,))
    parts = [part for part in _parts(item) if not _is_file(part)]
    texts = tuple(words(part.get("text"), "text") for part in parts if part.get("type") in TEXTS)
    pictures = tuple(part for part in parts if part.get("type") == "input_image")
    if len(texts) + len(pictures) != len(parts):
        raise not_gated("A message may hold text and images only.", "content")
    return Turn(role, texts, pictures)


TEXTS = ("input_text", "output_text")
"""Parts of a message that are words."""


def _decoded(found: object) -> bytes:
    try:
        return pybase64.b64decode(words(found, "result"), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("`result` is not valid base64.", code="invalid_image", param="input") from None


def _reply(answer: Released | Refused, asked: content.Request, caller: Caller, before: str) -> Response:
    if isinstance(answer, Refused) and not release.refusal(answer, caller.refusal_code).side:
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    return JSONResponse(_response(answer, asked, caller, before), headers=release.headers(answer.judged))


def _at_once(answer: Released | Refused, asked: content.Request, caller: Caller, before: str) -> Response:
    """A stream that begins when everything is judged."""
    if isinstance(answer, Refused) and not release.refusal(answer, caller.refusal_code).side:
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    body = b"".join(written(*event) for event in _told(answer, asked, caller, before))
    return Response(body, media_type=Held.media_type, headers=release.headers(answer.judged))


async def _events(put: Put, asked: content.Request, caller: Caller, before: str) -> Iterable[Event]:
    return _told(await put(), asked, caller, before)


def _told(answer: Released | Refused, asked: content.Request, caller: Caller, before: str) -> list[Event]:
    """Everything that OpenAI's stream says about one call, at once and in its order."""
    if isinstance(answer, Refused):
        found = release.refusal(answer, caller.refusal_code)
        if not found.side:
            return [error_event(errors.body(found.trouble, caller.rid, found.more))]
    whole = _response(answer, asked, caller, before)
    begun = {**whole, "status": "in_progress", "output": []}
    told: list[tuple[str, Mapping[str, object]]] = [("response.created", {"response": begun})]
    for at, item in enumerate(_calls(answer, asked, caller)):
        where = {"output_index": at, "item_id": item["id"]}
        open_item = {**item, "status": "in_progress", "result": None, "error": None}
        told.append(("response.output_item.added", {"output_index": at, "item": open_item}))
        if item["status"] == "completed":
            told += [(f"response.{TOOL}_call.{step}", where) for step in STEPS]
        told.append(("response.output_item.done", {"output_index": at, "item": item}))
    told.append(("response.completed", {"response": whole}))
    return [(name, {"type": name, "sequence_number": at, **data}) for at, (name, data) in enumerate(told)]


STEPS = ("in_progress", "generating", "completed")
"""What a stream says of a call; everything is known by then."""


def _response(
    answer: Released | Refused, asked: content.Request, caller: Caller, before: str
) -> dict[str, object]:
    return {
        "id": answer.judged.id.replace("dec_", "resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": dict(asked.options).get("model", ""),
        "output": _calls(answer, asked, caller),
        "parallel_tool_calls": False,
        "previous_response_id": before or None,
        "tool_choice": "auto",
        "tools": [{"type": TOOL}],
        "consentry": release.basis(answer.judged),
    }


def _calls(answer: Released | Refused, asked: content.Request, caller: Caller) -> list[dict[str, object]]:
    """The one call of the tool: with its image, or failed and why."""
    call: dict[str, object] = {
        "id": answer.judged.id.replace("dec_", "ig_"),
        "type": f"{TOOL}_call",
        "action": "edit" if asked.sources else "generate",
    }
    if isinstance(answer, Refused):
        found = release.refusal(answer, caller.refusal_code)
        body = errors.body(found.trouble, caller.rid, found.more)["error"]
        return [{**call, "status": "failed", "result": None, "error": body}]
    wishes = dict(asked.options)
    return [
        {
            **call,
            "status": "completed",
            "result": image.base64,
            "revised_prompt": image.caption or None,
            "output_format": image.kind,
            "size": asked.size,
            "quality": wishes.get("quality", "auto"),
            "background": wishes.get("background", "auto"),
            "error": None,
        }
        for image in release.encoded(answer)
    ]
