"""The door for whoever investigates: a file goes in, and what the ledger says about it comes out."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.errors import BadInput
from consentry.core.making import MakingState
from consentry.flows.whomade import METHODS, Answer
from consentry.web import auth, bodies
from consentry.web.describe import Schema, gives, needs, number, picture, several, takes, text, thing
from consentry.wiring import System

SCOPE = "investigate"
"""What a key must be for."""

ASKS: Schema = needs(SCOPE) | takes(
    "The picture file itself.", picture=picture("JPEG, PNG, GIF, WebP, or what else can be decoded.")
)
"""What a question is."""

ANSWERED: dict[int | str, Schema] = {
    200: gives(
        "Images made here that the file may be, the surest first.",
        thing(
            {
                "question": text("SHA-256 of the file, as it stands in the log."),
                "log_index": number("The line of the log that says who asked."),
                "says": text("What this is, and what it is not."),
                "found": several(
                    "The images.",
                    thing(
                        {
                            "making": text("The image in the ledger."),
                            "method": text("How it was found.", enum=list(METHODS)),
                            "distance": number("Bits that differ; 0 for the same bytes."),
                            "view": text("What of the picture matched."),
                            "state": text("What became of it.", enum=[state.value for state in MakingState]),
                            "decision": text("The decision about it."),
                            "account": text("Who asked for it: a pseudonym."),
                            "route": text("The entry point they used."),
                            "at": text("When it was judged.", format="date-time"),
                            "consent": text("The consent that was relied on."),
                            "inputs": several("What it was made from.", text("SHA-256.")),
                        }
                    ),
                ),
            }
        ),
    )
}
"""What a question is answered with."""

SAYS = "Evidence for a person to weigh, not an accusation: a file can be altered, and can name any decision."
"""What every answer says of itself."""


def router(system: System) -> APIRouter:
    """The door for investigators."""
    routes = APIRouter(tags=["investigate"])

    @routes.post("/v1/who-made", summary="Ask who made an image", openapi_extra=ASKS, responses=ANSWERED)
    async def who_made(request: Request) -> Response:
        """Send the picture as the raw body. Every question stands in the log, with the key that asked."""
        key = await anyio.to_thread.run_sync(auth.key, request, system.access, SCOPE)
        if request.headers.get("content-type", "").startswith(("multipart/", "application/json")):
            raise BadInput("Send the picture itself as the body.", code="unsupported_content_type")
        data = await bodies.raw(request, system.max_body)
        answer = await anyio.to_thread.run_sync(system.who_made.ask, data, key.id)
        return JSONResponse(_answer(answer), 200, {"cache-control": "no-store"})

    return routes


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "question": answer.question,
        "log_index": answer.place,
        "says": SAYS,
        "found": [sighted.record() for sighted in answer.sighted],
    }
