"""Why a report was refused, for whoever made it, and their one complaint about that."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.case import RefusalGround
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.refusal import FEWEST_WORDS, MAX_WORDS
from consentry.flows.refusal import Told
from consentry.web import bodies
from consentry.web.describe import Schema, flag, gives, several, takes, text, thing
from consentry.wiring import System

MOST = 64 * 1024
"""Largest body in bytes."""

NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
"""Headers of every answer here."""

_MOMENT = {"type": ["string", "null"], "format": "date-time"}

ASKED = takes(
    "The passphrase and, to complain, the complaint.",
    json=thing(
        {
            "passphrase": text("The six words on the receipt."),
            "text": text(
                "Why the refusal is wrong; without it only what is there is read.",
                minLength=FEWEST_WORDS,
                maxLength=MAX_WORDS,
            ),
        },
        ("passphrase",),
    ),
)
"""What is sent."""

ANSWERED: dict[int | str, Schema] = {
    200: gives(
        "Every refusal, the first first. None: the report was not refused.",
        thing(
            {
                "refusals": several(
                    "Each refusal.",
                    thing(
                        {
                            "ground": text("The ground.", enum=[each.value for each in RefusalGround]),
                            "at": text("When.", format="date-time"),
                            "reason": text("Why, in words; empty once it was erased."),
                            "complained": _MOMENT | {"description": "When you objected."},
                            "answer_due": _MOMENT | {"description": "By when that should be answered."},
                            "answered": _MOMENT | {"description": "When it was."},
                            "upheld": flag("Whether you were right; the report then goes on."),
                            "answer": text("The answer in words."),
                        }
                    ),
                )
            }
        ),
    )
}
"""What is answered."""


def router(system: System) -> APIRouter:
    """The door for complaints."""
    routes = APIRouter(tags=["report"])

    @routes.post(
        "/v1/reports/{reference}/refusals",
        summary="See why a report was refused, and object once",
        openapi_extra=ASKED,
        responses=ANSWERED,
    )
    async def refusals(
        request: Request,
        reference: Annotated[str, Path(description="The reference on the receipt, such as C-7KQ2-M4XD.")],
    ) -> Response:
        """Somebody else than who refused decides about it. The report's clock is never restarted."""
        fields = bodies.json_object(await bodies.raw(request, MOST))
        passphrase, words = _text(fields, "passphrase"), _text(fields, "text")
        if words:
            await anyio.to_thread.run_sync(system.refusals.object, reference, passphrase, words)
        told = await anyio.to_thread.run_sync(system.refusals.told, reference, passphrase)
        return JSONResponse({"refusals": [record(one) for one in told]}, 200, NO_STORE)

    return routes


def record(told: Told) -> dict[str, object]:
    """What whoever reported is told of a refusal."""
    return {
        "ground": told.ground.value,
        "at": stamp(told.at),
        "reason": told.reason,
        "complained": stamp(told.complained) if told.complained else None,
        "answer_due": stamp(told.due) if told.due else None,
        "answered": stamp(told.answered) if told.answered else None,
        "upheld": told.upheld,
        "answer": told.answer,
    }


def _text(fields: dict[str, object], name: str) -> str:
    found = fields.get(name, "")
    if not isinstance(found, str):
        raise BadInput(f"`{name}` must be text.", param=name)
    return found
