"""The gate on OpenAI's image routes: what comes in is judged, and what goes out is what was judged.

xAI's form of the same routes, which is JSON alone, is understood as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from consentry.core import content
from consentry.core.errors import BadInput
from consentry.flows.generate import Refused, Released
from consentry.web import bodies, errors
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.held import Event, Held, error_event, written
from consentry.web.gate.images_described import EDIT, GENERATION, RELEASED
from consentry.wiring import System

DROPPED = frozenset({"moderation", "safety_settings", "safety_tolerance", "enable_safety_checker"})
"""Settings that would weaken the upstream's own checks. They are accepted and never passed on."""

IGNORED = frozenset({"response_format", "partial_images"})
"""Settings about the answer's form: images are always whole and always in base64."""

PASSED = frozenset(
    {
        "aspect_ratio",
        "background",
        "frame_count",
        "frame_duration_ms",
        "input_fidelity",
        "model",
        "output_compression",
        "output_format",
        "quality",
        "resolution",
        "style",
    }
)
"""Settings passed on to the generator."""

KNOWN = DROPPED | IGNORED | PASSED | {"prompt", "n", "size", "stream", "user", "safety_identifier"}
"""Every setting the gate understands. It refuses what it does not: it could hold a picture."""

PICTURES = frozenset({"image", "images", "mask", "markup"})
"""Where an edit carries pictures."""

EVENTS = {"images.generations": "image_generation.completed", "images.edits": "image_edit.completed"}
"""What a whole image is called in a stream."""


def router(system: System) -> APIRouter:
    """The gate's image routes."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1/images/generations", summary="Generate images", openapi_extra=GENERATION, responses=RELEASED
    )
    async def generations(request: Request) -> Response:
        """As OpenAI's route, for its own clients. 400 `moderation_blocked`: refused. 503: not checked."""
        return await _answer(request, system, "images.generations")

    @routes.post("/v1/images/edits", summary="Edit images", openapi_extra=EDIT, responses=RELEASED)
    async def edits(request: Request) -> Response:
        """As OpenAI's route, as a form or as JSON. What comes out is compared with what went in."""
        return await _answer(request, system, "images.edits")

    return routes


async def _answer(request: Request, system: System, route: str) -> Response:
    caller = await door.caller(request, system)
    form = await bodies.form(request, system.max_body)
    asked = await anyio.to_thread.run_sync(_request, form, route, caller)
    if not door.chosen(form.fields, "stream"):
        return _reply(await door.put(asked, system), caller)
    if system.settings.stream_mode == "off":
        return _at_once(await door.put(asked, system), asked, caller)
    return Held(partial(_events, asked, caller), caller.rid)


def _request(form: bodies.Form, route: str, caller: Caller) -> content.Request:
    """The request in the core's words. Raises BadInput for anything the gate does not understand."""
    edit = route == "images.edits"
    fields = form.fields
    door.only(fields, KNOWN | PICTURES if edit else KNOWN)
    door.only(dict(form.files), PICTURES if edit else frozenset())
    found = {name: [*_files(form, name), *door.listed(fields.get(name))] for name in PICTURES}
    inputs = found["image"] + found["images"]
    if edit and not inputs:
        raise BadInput("An edit needs at least one picture.", code="missing_image", param="image")
    return content.Request(
        route=route,
        account=caller.account(fields.get("safety_identifier") or fields.get("user") or ""),
        prompt=door.prompt(fields.get("prompt")),
        inputs=caller.pictures(inputs),
        mask=_one(found["mask"], "mask", caller),
        markup=_one(found["markup"], "markup", caller),
        count=door.count(fields.get("n", 1)),
        size=door.setting(fields, "size", "auto"),
        place=caller.place,
        consent=caller.consent,
        options=_options(fields),
    )


def _files(form: bodies.Form, name: str) -> Iterable[bytes]:
    return (data for found, data in form.files if found == name)


def _one(found: list[object], name: str, caller: Caller) -> content.Picture | None:
    if len(found) > 1:
        raise BadInput(f"Send at most one {name}.", code="too_many_images", param=name)
    return caller.picture(found[0]) if found else None


def _options(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if fields.get("response_format") == "url":
        raise BadInput("Images come as base64 only.", param="response_format")
    options = tuple((name, door.setting(fields, name, "")) for name in sorted(PASSED & set(fields)))
    if any(name == "output_format" and value.strip().lower() == "svg" for name, value in options):
        raise BadInput("SVG cannot be judged, so it is not offered.", param="output_format")
    return options


def _reply(answer: Released | Refused, caller: Caller) -> Response:
    if isinstance(answer, Refused):
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    images = release.encoded(answer)
    reply = {
        "created": int(time.time()),
        "data": [
            {
                "b64_json": image,
                **({"revised_prompt": image.caption} if image.caption else {}),
            }
            for image in images
        ],
        "output_format": images[0].kind,
        "consentry": release.basis(answer.judged),
    }
    body, headers = release.written(reply), release.headers(answer.judged)
    return Response(body, media_type="application/json", headers=headers)


async def _events(asked: content.Request, caller: Caller) -> Iterable[Event]:
    """What a stream holds in the end: one event for every image, or one error."""
    answer = await door.put(asked, caller.system)
    if isinstance(answer, Refused):
        found = release.refusal(answer, caller.refusal_code)
        return [error_event(errors.body(found.trouble, caller.rid, found.more))]
    return _completed(answer, asked)


def _at_once(answer: Released | Refused, asked: content.Request, caller: Caller) -> Response:
    """A stream that begins when everything is judged, so that a refusal is still an HTTP error."""
    if isinstance(answer, Refused):
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    body = b"".join(written(*event) for event in _completed(answer, asked))
    return Response(body, media_type=Held.media_type, headers=release.headers(answer.judged))


def _completed(answer: Released, asked: content.Request) -> list[Event]:
    """One event for every image. Which one is the last is known by the end of the stream."""
    wishes = dict(asked.options)
    name = EVENTS[asked.route]
    return [
        (
            name,
            {
                "type": name,
                "b64_json": image.base64,
                "created_at": int(time.time()),
                "size": asked.size,
                "quality": wishes.get("quality", "auto"),
                "background": wishes.get("background", "auto"),
                "output_format": image.kind,
                **({"revised_prompt": image.caption} if image.caption else {}),
                "consentry": release.basis(answer.judged),
            },
        )
        for image in release.encoded(answer)
    ]
