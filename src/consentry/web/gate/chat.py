"""The gate on chat completions that make images: pictures may be on either side, words come on one.

The form is OpenAI's with what several services add to it: `modalities` with `image` in it, and
images as data URLs under `message.images`. A request for text alone is refused.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.flows.generate import Refused, Released
from consentry.web import bodies, errors
from consentry.web.describe import Schema, flag, gives, needs, number, several, takes, text
from consentry.web.describe import thing as described
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.held import Event, Held, error_event, written
from consentry.web.gate.images_described import PLACE
from consentry.web.gate.talk import Turn, not_gated, talk, thing, things, words
from consentry.wiring import System

ROUTE = "chat.completions"
"""The route in the log."""

PASSED = frozenset({"aspect_ratio", "image_size", "quality"})
"""Settings under `image_config` that are passed on; `image_size` under the name `resolution`."""

IGNORED = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "moderation",
        "presence_penalty",
        "reasoning",
        "reasoning_effort",
        "safety_settings",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream_options",
        "temperature",
        "top_logprobs",
        "top_p",
        "usage",
        "verbosity",
    }
)
"""Settings about text and billing, and those that would weaken checks: accepted and never passed on."""

KNOWN = IGNORED | {"image_config", "messages", "modalities", "n", "safety_identifier", "stream", "user"}
"""Every setting that is understood, besides the name of the generator."""

DONE = b"data: [DONE]\n\n"
"""How a stream of this dialect ends."""

CHAT: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "What to make, and what was said before.",
        json=described(
            {
                "messages": several("The conversation, the user's wish last.", described({})),
                "modalities": several("What to answer with; `image` must be there.", text("A kind.")),
                "n": number("How many images.", minimum=1, maximum=10, default=1),
                "image_config": described({name: text("Passed on.") for name in sorted(PASSED)}),
                "stream": flag("Answer as an event stream, held until everything is judged."),
                "user": text("Your name for the end user. A digest of it is kept, never the name."),
            },
            ("messages", "modalities"),
        ),
    ),
}
"""What the route takes."""

CHATS: dict[int | str, Schema] = {
    200: gives(
        "Images that were judged: one for each choice, under `message.images`.",
        described({"choices": several("The images.", described({})), "consentry": described({})}),
    )
}
"""What the route gives."""


def router(system: System) -> APIRouter:
    """The gate's route for chat completions."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1/chat/completions", summary="Make an image in a chat", openapi_extra=CHAT, responses=CHATS
    )
    async def completions(request: Request) -> Response:
        """As OpenAI's route with `modalities: ["image", …]`; images come as data URLs in `message.images`."""
        caller = await door.caller(request, system)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        asked = await anyio.to_thread.run_sync(_request, fields, caller)
        if not door.chosen(fields, "stream"):
            return _reply(await door.put(asked, system), asked, caller)
        if system.settings.stream_mode == "off":
            return _at_once(await door.put(asked, system), asked, caller)
        return Held(partial(_events, asked, caller), caller.rid, done=DONE)

    return routes


def _request(fields: Mapping[str, object], caller: Caller) -> content.Request:
    """The request in the core's words. Raises BadInput for anything the gate does not understand."""
    modalities = door.listed(fields.get("modalities"))
    if "image" not in modalities:
        raise not_gated('This route makes images only: ask with `modalities: ["image"]`.', "modalities")
    for name in ("audio", "function_call", "functions", "response_format", "tool_choice", "tools"):
        if fields.get(name):
            raise not_gated("This route makes images only, so it takes no tools and no other forms.", name)
    door.only({name: found for name, found in fields.items() if found}, KNOWN | {"model"})
    found = talk([_turn(one) for one in things(fields.get("messages"), "messages")], caller, "messages")
    config = thing(fields.get("image_config") or {}, "image_config")
    door.only(config, PASSED)
    wishes = {name: wish for name, wish in {**config, "model": fields.get("model")}.items() if wish}
    return content.Request(
        route=ROUTE,
        account=caller.account(fields.get("safety_identifier") or fields.get("user") or ""),
        prompt=found.prompt,
        earlier=found.earlier,
        inputs=found.inputs,
        made=found.made,
        count=door.count(1 if fields.get("n") is None else fields["n"]),
        place=caller.place,
        consent=caller.consent,
        options=tuple(
            (RENAMED.get(name, name), door.setting(wishes, name, ""))
            for name in sorted(wishes)
            if wishes[name]
        ),
    )


RENAMED = {"image_size": "resolution"}
"""Settings that the core knows by another name."""


def _turn(message: Mapping[str, object]) -> Turn:
    """One message. Raises BadInput for anything in it but text and images."""
    found = message.get("content")
    role = words(message.get("role"), "role")
    if message.get("tool_calls") or message.get("function_call") or message.get("audio"):
        raise not_gated("A message may hold text and images only.", "messages")
    shown = tuple(things(message.get("images") or [], "images"))
    if found is None or isinstance(found, str):
        return Turn(role, (found or "",), shown)
    parts = things(found, "content")
    texts = tuple(words(part.get("text"), "text") for part in parts if part.get("type") == "text")
    pictures = tuple(part for part in parts if part.get("type") == "image_url")
    if len(texts) + len(pictures) != len(parts):
        raise not_gated("A message may hold text and images only.", "content")
    return Turn(role, texts, (*pictures, *shown))


def _reply(answer: Released | Refused, asked: content.Request, caller: Caller) -> Response:
    if isinstance(answer, Refused):
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    whole = {
        **_head(answer, asked, "chat.completion"),
        "choices": [
            {"index": at, "message": message, "finish_reason": "stop", "logprobs": None}
            for at, message in enumerate(_messages(answer))
        ],
    }
    return JSONResponse(whole, headers=release.headers(answer.judged))


def _at_once(answer: Released | Refused, asked: content.Request, caller: Caller) -> Response:
    """A stream that begins when everything is judged, so that a refusal is still an HTTP error."""
    if isinstance(answer, Refused):
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    body = b"".join(written(*event) for event in _chunks(answer, asked)) + DONE
    return Response(body, media_type=Held.media_type, headers=release.headers(answer.judged))


async def _events(asked: content.Request, caller: Caller) -> Iterable[Event]:
    answer = await door.put(asked, caller.system)
    if isinstance(answer, Refused):
        found = release.refusal(answer, caller.refusal_code)
        return [error_event(errors.body(found.trouble, caller.rid, found.more))]
    return _chunks(answer, asked)


def _chunks(answer: Released, asked: content.Request) -> list[Event]:
    """Each message as one chunk, and its end as another."""
    head = _head(answer, asked, "chat.completion.chunk")
    chunks: list[Event] = []
    for at, message in enumerate(_messages(answer)):
        for delta, reason in ((message, None), ({}, "stop")):
            choice = {"index": at, "delta": delta, "finish_reason": reason, "logprobs": None}
            chunks.append(("", {**head, "choices": [choice]}))
    return chunks


def _head(answer: Released, asked: content.Request, kind: str) -> dict[str, object]:
    return {
        "id": answer.judged.id.replace("dec_", "chatcmpl-"),
        "object": kind,
        "created": int(time.time()),
        "model": dict(asked.options).get("model", ""),
        "consentry": release.basis(answer.judged),
    }


def _messages(answer: Released) -> list[dict[str, object]]:
    """One message for each image; its words are the prompt as the generator rewrote it, which was judged."""
    return [
        {
            "role": "assistant",
            "content": image.caption,
            "refusal": None,
            "images": [{"type": "image_url", "image_url": {"url": image.url}, "index": 0}],
        }
        for image in release.encoded(answer)
    ]
