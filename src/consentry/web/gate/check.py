"""The gate for images that are made elsewhere: judge the request first, then what was made of it.

It is for whatever speaks none of the dialects: generators that work in jobs, workflows, bots. What
may be shown are the bytes in the second answer, which are those that were judged.
"""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core import content
from consentry.core.content import Stage
from consentry.core.errors import BadInput
from consentry.core.ports import Made
from consentry.flows.check import Cleared, Given
from consentry.flows.generate import Refused
from consentry.web import bodies
from consentry.web.describe import Schema, gives, needs, number, several, takes, text
from consentry.web.describe import thing as described
from consentry.web.gate import door, release
from consentry.web.gate.door import Caller
from consentry.web.gate.images_described import PLACE
from consentry.web.gate.talk import thing, things, words
from consentry.wiring import System

ROUTE = "check"
"""The route in the log."""

KNOWN = frozenset({"prompt", "earlier", "images", "made", "mask", "markup", "n", "user", "token", "outputs"})
"""Every setting that is understood."""

OF_AN_OUTPUT = frozenset({"image_url", "revised_prompt"})
"""What an image that was made comes with."""

CHECK: Schema = {
    **needs("gate"),
    **PLACE,
    **takes(
        "A request; and, in the second step, the token and what was made of exactly this request.",
        json=described(
            {
                "prompt": text("What is to be shown, in words.", maxLength=door.MAX_PROMPT),
                "earlier": several("What was asked before in the same conversation.", text("Words.")),
                "images": several("What is to be changed, as `data:` URLs.", text("A picture.")),
                "made": several("What was made before in the same conversation.", text("A picture.")),
                "mask": text("Where to change it."),
                "markup": text("What was drawn over it."),
                "n": number("How many images.", minimum=1, maximum=10, default=1),
                "user": text("Your name for the end user. A digest of it is kept, never the name."),
                "token": text("What the first step gave."),
                "outputs": several(
                    "What was made.",
                    described(
                        {
                            "image_url": text("The image, as a `data:` URL."),
                            "revised_prompt": text("The prompt as the generator rewrote it."),
                        },
                        ("image_url",),
                    ),
                ),
            },
            ("prompt",),
            additionalProperties=False,
        ),
    ),
}
"""What the route takes."""

CHECKED: dict[int | str, Schema] = {
    200: gives(
        "It may be made, with a token; or, in the second step, what may be shown.",
        described(
            {
                "outcome": text("What is settled.", enum=["cleared", "released"]),
                "token": text("To bring along with the images."),
                "expires_in": number("How long the token is good, in seconds."),
                "data": several("The images that may be shown, as `b64_json`.", described({})),
                "consentry": described({}, description="What the answer rests on."),
            }
        ),
    )
}
"""What the route gives."""


def router(system: System) -> APIRouter:
    """The gate's route for what is made elsewhere."""
    routes = APIRouter(tags=["gate"])

    @routes.post(
        "/v1/gate/check", summary="Check what is made elsewhere", openapi_extra=CHECK, responses=CHECKED
    )
    async def check(request: Request) -> Response:
        """Without `outputs`: whether it may be made. With them and the token: what of them may be shown."""
        caller = await door.caller(request, system)
        fields = bodies.json_object(await bodies.raw(request, system.max_body))
        door.only(fields, KNOWN)
        asked = await anyio.to_thread.run_sync(_request, fields, caller)
        if "token" in fields or "outputs" in fields:
            return await _second(fields, asked, caller)
        return await anyio.to_thread.run_sync(_first, asked, caller)

    return routes


def _request(fields: Mapping[str, object], caller: Caller) -> content.Request:
    """The request in the core's words, the same in both steps."""
    mask, markup = fields.get("mask"), fields.get("markup")
    return content.Request(
        route=ROUTE,
        account=caller.account(fields.get("user") or ""),
        prompt=door.prompt(fields.get("prompt")),
        earlier=tuple(door.prompt(one, "earlier") for one in door.listed(fields.get("earlier"))),
        inputs=caller.pictures(door.listed(fields.get("images"))),
        made=caller.pictures(door.listed(fields.get("made"))),
        mask=caller.picture(mask) if mask else None,
        markup=caller.picture(markup) if markup else None,
        count=door.count(fields.get("n", 1)),
        place=caller.place,
        consent=caller.consent,
    )


def _first(asked: content.Request, caller: Caller) -> Response:
    found = caller.system.checks_elsewhere.clear(asked)
    if not isinstance(found, Cleared):
        return release.refusal_reply(Refused(found, Stage.ASK), caller.refusal_code, caller.rid)
    reply = {
        "outcome": "cleared",
        "token": found.token,
        "expires_in": found.seconds,
        "consentry": release.basis(found.judged),
    }
    return JSONResponse(reply, headers=release.headers(found.judged))


async def _second(fields: Mapping[str, object], asked: content.Request, caller: Caller) -> Response:
    """The images through the same flow as any others. The token is used up, whatever comes of it."""
    system = caller.system
    outputs = things(fields.get("outputs"), "outputs")
    if len(outputs) > asked.count:
        raise BadInput("There are more images than were asked for.", code="too_many_images", param="outputs")
    made = await anyio.to_thread.run_sync(lambda: [_made(one, caller) for one in outputs])
    made += [Made(b"")] * (asked.count - len(made))
    token = words(fields.get("token"), "token")
    await anyio.to_thread.run_sync(system.checks_elsewhere.redeem, token, asked)
    answer = await door.put(asked, system, Given(made))
    if isinstance(answer, Refused):
        return release.refusal_reply(answer, caller.refusal_code, caller.rid)
    data = [
        {"b64_json": image.base64, "output_format": image.kind, "revised_prompt": image.caption}
        for image in release.encoded(answer)
    ]
    reply = {"outcome": "released", "data": data, "consentry": release.basis(answer.judged)}
    return JSONResponse(reply, headers=release.headers(answer.judged))


def _made(found: Mapping[str, object], caller: Caller) -> Made:
    door.only(found, OF_AN_OUTPUT)
    caption = words(thing(found, "outputs").get("revised_prompt") or "", "revised_prompt")
    return Made(caller.picture(found.get("image_url")).data, caption)
