"""The gate on OpenAI's image routes: what comes in is judged, and what goes out is what was judged."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Mapping

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.core.content import Account, Picture, Stage
from consentry.core.decision import Decision
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.policy import Outcome
from consentry.core.ports import ApiKey
from consentry.flows.generate import Refused, Released, generate
from consentry.web import auth, bodies, errors
from consentry.web.images_described import EDIT, GENERATION, RELEASED
from consentry.wiring import System

MAX_PROMPT = 32_000
"""Longest prompt in characters (OpenAI API reference, images)."""

MAX_INPUTS = 16
"""Most input pictures (OpenAI API reference, images/edits)."""

MAX_COUNT = 10
"""Most images in one request (OpenAI API reference, images)."""

DROPPED = {"moderation"}
"""Settings that would weaken the upstream's own checks. They are accepted and never passed on."""

IGNORED = {"response_format", "stream", "partial_images"}
"""Settings about the answer's form: it is always one answer with base64 images."""

PASSED = {"model", "quality", "background", "output_format", "output_compression", "style", "input_fidelity"}
"""Settings passed on to the generator."""

KNOWN = DROPPED | IGNORED | PASSED | {"prompt", "n", "size", "user", "safety_identifier"}
"""Every setting the gate understands. It refuses what it does not: it could hold a picture."""

JSON_PICTURES = {"image", "images", "mask"}
"""Where the JSON form of an edit carries pictures."""


def router(system: System) -> APIRouter:
    """The gate's routes."""
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
    key = await anyio.to_thread.run_sync(auth.key, request, system.access, "gate")
    form = await bodies.form(request, system.max_body)
    asked = await anyio.to_thread.run_sync(_request, request, form, route, key, system)
    answer = await generate(
        asked,
        ask=system.ask,
        answer=system.answer,
        generator=system.generator,
        decoder=system.decoder,
    )
    if isinstance(answer, Refused):
        return _refusal(answer, system.settings.refusal_code, errors.request_id(request))
    return _release(answer)


def _request(request: Request, form: bodies.Form, route: str, key: ApiKey, system: System) -> content.Request:
    """The request in the core's words. Raises BadInput for anything the gate does not understand."""
    edit = route == "images.edits"
    pictures, mask = _pictures(form) if edit else ([], None)
    unknown = set(form.fields) - KNOWN - (JSON_PICTURES if edit else set())
    if unknown or (form.files and not edit):
        name = min(unknown, default="image")
        raise BadInput(f"The gate does not know the setting `{name}`.", code="unknown_parameter", param=name)
    if edit and not pictures:
        raise BadInput("An edit needs at least one picture.", code="missing_image", param="image")
    if len(pictures) > MAX_INPUTS:
        raise BadInput(f"Send at most {MAX_INPUTS} pictures.", code="too_many_images", param="image")
    return content.Request(
        route=route,
        account=_account(key, form.fields),
        prompt=_prompt(form.fields),
        inputs=tuple(_decode(pictures, system)),
        mask=next(iter(_decode([mask], system))) if mask is not None else None,
        count=_count(form.fields),
        size=_text(form.fields, "size", "auto"),
        place=auth.place(request),
        consent=request.headers.get("consentry-consent", ""),
        options=_options(form.fields),
    )


def _pictures(form: bodies.Form) -> tuple[list[bytes], bytes | None]:
    """Input pictures and the mask, from the multipart or the JSON form."""
    strangers = {name for name, _ in form.files} - {"image", "mask"}
    if strangers:
        name = min(strangers)
        raise BadInput(f"The gate does not know the picture `{name}`.", code="unknown_parameter", param=name)
    pictures = [data for name, data in form.files if name == "image"]
    masks = [data for name, data in form.files if name == "mask"]
    for name in ("image", "images"):
        pictures += [_reference(item) for item in _listed(form.fields.get(name))]
    masks += [_reference(item) for item in _listed(form.fields.get("mask"))]
    if len(masks) > 1:
        raise BadInput("Send at most one mask.", code="too_many_images", param="mask")
    return pictures, masks[0] if masks else None


def _listed(found: object) -> list[object]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _reference(item: object) -> bytes:
    """The bytes behind a picture in JSON: a data URL, or an object with one under `image_url` or `url`."""
    while isinstance(item, dict):
        item = item.get("image_url") or item.get("url")
    if not isinstance(item, str):
        raise BadInput(
            "Pictures must be sent along, not named.", code="unresolvable_reference", param="image"
        )
    return bodies.data_url(item)


def _decode(pictures: Iterable[bytes], system: System) -> Iterable[Picture]:
    return (system.decoder.decode(data) for data in pictures)


def _account(key: ApiKey, fields: Mapping[str, object]) -> Account:
    user = fields.get("safety_identifier") or fields.get("user") or ""
    if not isinstance(user, str):
        raise BadInput("`user` must be text.", param="user")
    return auth.account(key, user)


def _prompt(fields: Mapping[str, object]) -> str:
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise BadInput("`prompt` must be text.", code="missing_prompt", param="prompt")
    if len(prompt) > MAX_PROMPT:
        raise BadInput(f"`prompt` may have at most {MAX_PROMPT} characters.", param="prompt")
    return prompt


def _count(fields: Mapping[str, object]) -> int:
    found = fields.get("n", 1)
    text = str(found)
    if isinstance(found, bool) or not text.isdecimal() or not 1 <= int(text) <= MAX_COUNT:
        raise BadInput(f"`n` must be a number from 1 to {MAX_COUNT}.", param="n")
    return int(text)


def _text(fields: Mapping[str, object], name: str, default: str) -> str:
    found = fields.get(name, default)
    if not isinstance(found, str | int | float) or len(str(found)) > 100:  # noqa: PLR2004 - longest sane setting
        raise BadInput(f"`{name}` must be a short text.", param=name)
    return str(found)


def _options(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if str(fields.get("stream", "")).lower() == "true":
        raise BadInput("Streaming is not offered; ask without it.", code="stream_not_offered", param="stream")
    if fields.get("response_format") == "url":
        raise BadInput("Images come as base64 only.", param="response_format")
    options = tuple((name, _text(fields, name, "")) for name in sorted(PASSED & set(fields)))
    if ("output_format", "svg") in options:
        raise BadInput("SVG cannot be judged, so it is not offered.", param="output_format")
    return options


def _release(released: Released) -> Response:
    """The only place that turns images into a reply, and it takes nothing but Released."""
    judged = released.judged
    reply = {
        "created": int(time.time()),
        "data": [
            {
                "b64_json": base64.b64encode(image.data).decode(),
                **({"revised_prompt": image.caption} if image.caption else {}),
            }
            for image in released.images
        ],
        "output_format": released.images[0].kind,
        "consentry": {
            "decision": judged.id,
            "log_index": judged.place,
            "labels": [reason.says for reason in judged.decision.reasons if reason.outcome is Outcome.LABEL],
        },
    }
    return JSONResponse(reply, headers=_headers(judged.id, judged.place))


def _refusal(refused: Refused, code: str, rid: str) -> Response:
    """Why nothing leaves: 400 if somebody looked and said no, 503 if nobody could look."""
    judged = refused.judged
    details = {
        "decision": judged.id,
        "log_index": judged.place,
        "reasons": [reason.says for reason in judged.decision.reasons if reason.outcome > Outcome.LABEL],
    }
    if judged.decision.blind and not refused.by_generator:
        trouble = SafetyUnavailable("A safety check could not be made, so nothing was released.")
        reply = errors.response(trouble, rid, details)
    else:
        side = "input" if refused.stage is Stage.ASK else "output"
        found = {"moderation_stage": side, "categories": _categories(refused)}
        trouble_message = _message(refused.judged.decision, by_generator=refused.by_generator)
        error = BadInput(f"{trouble_message} (decision {judged.id})", code=code, next_step=_NEXT)
        reply = errors.response(error, rid, {"moderation_details": found, **details})
    reply.headers.update(_headers(judged.id, judged.place))
    return reply


_NEXT = "Change the request. If you think this is wrong, quote the decision to the operator."


def _message(decision: Decision, *, by_generator: bool) -> str:
    if by_generator:
        return "The generator returned no image."
    if decision.outcome is Outcome.HOLD:
        return "The result is held until a person has looked at it."
    return "The request would show a person in a way that needs their consent."


def _categories(refused: Refused) -> list[str]:
    if refused.by_generator:
        return ["upstream_moderation"]
    reasons = refused.judged.decision.reasons
    return sorted({reason.harm.value for reason in reasons if reason.outcome > Outcome.LABEL})


def _headers(decision: str, place: int) -> dict[str, str]:
    return {
        "x-request-id": decision,
        "consentry-decision": decision,
        "consentry-log-index": str(place),
        "cache-control": "no-store",
    }
