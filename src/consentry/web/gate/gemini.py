"""The gate on Gemini's `generateContent`, for answers that are images and nothing besides.

Names are understood in both of Google's spellings (`inlineData`, `inline_data`). A refusal comes as
Gemini's clients read it: `promptFeedback.blockReason` if the request was stopped, a candidate with
`finishReason: IMAGE_SAFETY` and no content if the output was. `streamGenerateContent` is not served:
its clients do not skip comments, so nothing could keep the connection open until all is judged.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping
from typing import Annotated

import anyio.to_thread
import pybase64
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.core.errors import BadInput
from consentry.flows.generate import Refused, Released
from consentry.web import bodies
from consentry.web.describe import Schema, gives, needs, several, takes
from consentry.web.describe import thing as described
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.images_described import PLACE
from consentry.web.gate.talk import Turn, elsewhere, not_gated, talk, thing, things, words
from consentry.wiring import System

ROUTE = "gemini.generateContent"
"""The route in the log."""

KNOWN = frozenset({"contents", "generationConfig", "labels", "safetySettings", "systemInstruction"})
"""Every setting that is understood; `safetySettings` and `labels` are never passed on."""

OTHER = frozenset({"tools", "toolConfig"})
"""Settings for what this route does not do."""

IGNORED = frozenset(
    {
        "frequencyPenalty",
        "maxOutputTokens",
        "mediaResolution",
        "presencePenalty",
        "seed",
        "stopSequences",
        "temperature",
        "thinkingConfig",
        "topK",
        "topP",
    }
)
"""Settings about text: accepted and never passed on."""

OF_GENERATION = IGNORED | {"candidateCount", "imageConfig", "responseModalities"}
"""Every setting of `generationConfig` that is understood."""

PASSED = {"aspectRatio": "aspect_ratio", "imageSize": "resolution"}
"""Settings of an image that are passed on, and what the core calls them."""

OF_AN_IMAGE = frozenset(PASSED) | {"personGeneration", "prominentPeople"}
"""Every setting of `imageConfig` that is understood; whom an image may show is not the caller's to say."""

ASIDE = frozenset({"thought", "thoughtSignature", "videoMetadata"})
"""What may stand beside the one thing in a part; it is passed on to nobody."""

GEMINI: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "What to make, and what was said before, as Gemini's clients send it.",
        json=described(
            {
                "contents": several("The conversation, the user's wish last.", described({})),
                "systemInstruction": described({}, description="What else to heed. It is judged too."),
                "generationConfig": described(
                    {}, description="`responseModalities` must have `IMAGE`; `imageConfig`, `candidateCount`."
                ),
            },
            ("contents", "generationConfig"),
        ),
    ),
}
"""What the route takes."""

ANSWERS: dict[int | str, Schema] = {
    200: gives(
        "Images that were judged as `inlineData`, or why there are none.",
        described({"candidates": several("The images.", described({})), "consentry": described({})}),
    )
}
"""What the route gives."""


Name = Annotated[str, Path(description="What the caller calls the generator; it is said back in the answer.")]
"""The name in the address."""


def router(system: System) -> APIRouter:
    """The gate's route for Gemini's clients."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1beta/models/{name}:generateContent",
        summary="Make an image as Gemini does",
        openapi_extra=GEMINI,
        responses=ANSWERS,
    )
    async def generate_content(name: Name, request: Request) -> Response:
        """As Gemini's route with `responseModalities: ["IMAGE"]`. The key may come in `x-goog-api-key`."""
        caller = await door.caller(request, system)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        asked = await anyio.to_thread.run_sync(_request, name, fields, caller)
        return _reply(await door.put(asked, system), name, caller)

    return routes


def _request(name: str, fields: Mapping[str, object], caller: Caller) -> content.Request:
    """The request in the core's words. Raises BadInput for anything the gate does not understand."""
    fields = _camel(fields)
    if fields.pop("cachedContent", None):
        raise elsewhere("cachedContent")
    for other in sorted(OTHER & set(fields)):
        if fields.pop(other):
            raise not_gated("This route makes images only, so it takes no tools.", other)
    door.only(fields, KNOWN)
    config = _camel(thing(fields.get("generationConfig") or {}, "generationConfig"))
    door.only(config, OF_GENERATION)
    kinds = [str(kind).upper() for kind in door.listed(config.get("responseModalities"))]
    if "IMAGE" not in kinds or set(kinds) - {"IMAGE", "TEXT"}:
        raise not_gated('This route makes images only: `responseModalities: ["IMAGE"]`.', "generationConfig")
    found = talk([*_system(fields), *_turns(fields.get("contents"))], caller, "contents")
    return content.Request(
        route=ROUTE,
        account=caller.account(""),
        prompt=found.prompt,
        earlier=found.earlier,
        inputs=found.inputs,
        made=found.made,
        count=door.count(config.get("candidateCount", 1), "candidateCount"),
        place=caller.place,
        consent=caller.consent,
        options=(*_wishes(config), ("model", door.setting({"name": name}, "name", ""))),
    )


def _wishes(config: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    image = _camel(thing(config.get("imageConfig") or {}, "imageConfig"))
    door.only(image, OF_AN_IMAGE)
    return [(PASSED[name], door.setting(image, name, "")) for name in sorted(PASSED) if image.get(name)]


def _camel(fields: Mapping[str, object]) -> dict[str, object]:
    """`fields` in the first of the two spellings. Raises BadInput if one is there in both."""
    found: dict[str, object] = {}
    for name, value in fields.items():
        head, *rest = name.split("_")
        camel = head + "".join(piece.capitalize() for piece in rest)
        if camel in found:
            raise BadInput(f"`{camel}` is there twice.", param=camel)
        found[camel] = value
    return found


def _system(fields: Mapping[str, object]) -> Iterable[Turn]:
    found = fields.get("systemInstruction")
    if not found:
        return []
    if isinstance(found, str):
        return [Turn("system", (found,))]
    return [_turn({**thing(found, "systemInstruction"), "role": "system"})]


def _turns(found: object) -> Iterable[Turn]:
    """The conversation; it may be one turn without a list around it, or bare words."""
    if isinstance(found, str):
        return [Turn("user", (found,))]
    return [_turn(one) for one in things(door.listed(found), "contents")]


def _turn(found: Mapping[str, object]) -> Turn:
    parts = [_camel(part) for part in things(door.listed(found.get("parts")), "parts")]
    texts: list[str] = []
    pictures: list[object] = []
    for part in parts:
        match sorted(set(part) - ASIDE):
            case ["text"]:
                texts.append(words(part["text"], "text"))
            case ["inlineData"]:
                pictures.append(_decoded(thing(part["inlineData"], "inlineData").get("data")))
            case ["fileData"]:
                pictures.append({"url": _camel(thing(part["fileData"], "fileData")).get("fileUri")})
            case _:
                raise not_gated("A part may hold text or an image only.", "parts")
    return Turn(words(found.get("role") or "user", "role"), tuple(texts), tuple(pictures))


def _decoded(found: object) -> bytes:
    """The bytes in base64, in either of the two alphabets that Google's clients use."""
    try:
        return pybase64.b64decode(words(found, "data"), validate=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return pybase64.urlsafe_b64decode(words(found, "data"))
    except (binascii.Error, ValueError):
        raise BadInput("`data` is not valid base64.", code="invalid_image", param="inlineData") from None


def _reply(answer: Released | Refused, name: str, caller: Caller) -> Response:
    if isinstance(answer, Refused):
        return _refused(answer, name, caller)
    candidates = [
        {
            "index": at,
            "content": {
                "role": "model",
                "parts": [
                    *([{"text": image.caption}] if image.caption else []),
                    {"inlineData": {"mimeType": image.media_type, "data": image.base64}},
                ],
            },
            "finishReason": "STOP",
        }
        for at, image in enumerate(release.encoded(answer))
    ]
    whole = {
        "candidates": candidates,
        "modelVersion": name,
        "responseId": answer.judged.id,
        "consentry": release.basis(answer.judged),
    }
    return JSONResponse(whole, headers=release.headers(answer.judged))


def _refused(refused: Refused, name: str, caller: Caller) -> Response:
    """A refusal in Gemini's words; an outage is an HTTP error, because nobody has refused anything."""
    found = release.refusal(refused, caller.refusal_code)
    if not found.side:
        return release.refusal_reply(refused, caller.refusal_code, caller.rid)
    said = {"message": found.trouble.message, "code": found.trouble.code, **found.more}
    whole: dict[str, object] = {"modelVersion": name, "responseId": found.judged.id, "consentry": said}
    if found.side == "input":
        whole["promptFeedback"] = {"blockReason": "IMAGE_SAFETY", "blockReasonMessage": found.trouble.message}
    else:
        whole["candidates"] = [
            {"index": 0, "finishReason": "IMAGE_SAFETY", "finishMessage": found.trouble.message}
        ]
    return JSONResponse(whole, headers=release.headers(found.judged))
