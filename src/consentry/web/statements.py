"""Where whoever posted reads why it is hidden, and objects: a secret address, no account, no script."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

import anyio.to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from consentry.core.appeal import MAX_WORDS, Appeal, AppealState, Party
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.flows.appeal import Told
from consentry.web import bodies, pages
from consentry.web.describe import Schema, flag, gives, takes, text, thing
from consentry.wiring import System

MAX_OBJECTION = 64 * 1024
"""Largest objection in bytes."""

NO_STORE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
"""Headers of every answer here: a secret stands in the address."""

Resolution = Annotated[str, Path(description="The decision, as in the address that the poster was sent.")]
Copy = Annotated[str, Path(description="The copy, as in that address.")]
Opens = Annotated[str, Path(description="The secret part of that address.")]
Reference = Annotated[str, Path(description="The reference on the receipt, such as C-7KQ2-M4XD.")]

_WORDS = text("Why it is wrong, in your own words.", maxLength=MAX_WORDS)

OBJECTION: Schema = takes("What you object.", json=thing({"text": _WORDS}, ("text",)))
"""What a poster sends."""

COMPLAINT: Schema = takes(
    "The passphrase, and what you object.",
    json=thing({"passphrase": text("The six words."), "text": _WORDS}, ("passphrase", "text")),
)
"""What a reporter sends."""

_APPEAL: Schema = thing(
    {
        "appeal": text("Its name."),
        "party": text("Who objects.", enum=[party.value for party in Party]),
        "state": text("What became of it.", enum=[state.value for state in AppealState]),
        "at": text("When it arrived.", format="date-time"),
        "answered_by": text("When it is answered at the latest.", format="date-time"),
    }
)

TOLD: dict[int | str, Schema] = {
    200: gives(
        "The statement of reasons.",
        thing(
            {
                "subject": text("What it is about."),
                "text": text("What was decided, why, under which law, and how to object."),
                "stands": flag("Whether it still stands."),
                "appeal": {"anyOf": [_APPEAL, {"type": "null"}], "description": "What you objected."},
            }
        ),
    )
}
"""What a poster reads."""

FILED: dict[int | str, Schema] = {201: gives("It arrived, and another person will look.", _APPEAL)}
"""What an objection is answered with."""


def router(system: System) -> APIRouter:
    """Statements of reasons, and objections."""
    routes = APIRouter(tags=["appeal"])

    @routes.get(
        "/v1/statements/{resolution}/{copy}/{opens}",
        summary="Read why something you posted is hidden",
        responses=TOLD,
    )
    async def told(resolution: Resolution, copy: Copy, opens: Opens) -> Response:
        """The secret part of the address is all that is needed."""
        found = await anyio.to_thread.run_sync(system.appeals.told, resolution, copy, opens)
        return JSONResponse(_told(found), 200, NO_STORE)

    @routes.post(
        "/v1/statements/{resolution}/{copy}/{opens}/appeal",
        status_code=201,
        summary="Object to a decision about something you posted",
        openapi_extra=OBJECTION,
        responses=FILED,
    )
    async def object_(request: Request, resolution: Resolution, copy: Copy, opens: Opens) -> Response:
        """Once, within six months, free of charge. Somebody who has not decided it before will look."""
        words = _text(bodies.json_object(await bodies.raw(request, MAX_OBJECTION)), "text")
        made = await anyio.to_thread.run_sync(system.appeals.by_poster, resolution, copy, opens, words)
        return JSONResponse(_appeal(made), 201, NO_STORE)

    @routes.post(
        "/v1/reports/{reference}/appeal",
        status_code=201,
        summary="Object to a refusal of your report",
        openapi_extra=COMPLAINT,
        responses=FILED,
    )
    async def complain(request: Request, reference: Reference) -> Response:
        """Answered within a day, by somebody who has not decided it before."""
        fields = bodies.json_object(await bodies.raw(request, MAX_OBJECTION))
        passphrase, words = _text(fields, "passphrase"), _text(fields, "text")
        made = await anyio.to_thread.run_sync(system.appeals.by_reporter, reference, passphrase, words)
        return JSONResponse(_appeal(made), 201, NO_STORE)

    return routes


def for_people(system: System) -> APIRouter:
    """The same as a page."""
    routes = APIRouter(include_in_schema=False)
    address = "/statement/{resolution}/{copy}/{opens}"

    @routes.get(address)
    async def read(resolution: str, copy: str, opens: str) -> Response:
        found = await anyio.to_thread.run_sync(system.appeals.told, resolution, copy, opens)
        lines = found.notice.text.split("\n")
        return pages.page("statement.html", told=found, lines=lines, longest=MAX_WORDS)

    @routes.post(address)
    async def write(request: Request, resolution: str, copy: str, opens: str) -> Response:
        words = _field(await bodies.raw(request, MAX_OBJECTION), "text")
        await anyio.to_thread.run_sync(system.appeals.by_poster, resolution, copy, opens, words)
        return RedirectResponse(request.url.path, 303, pages.HEADERS)

    return routes


def _told(found: Told) -> dict[str, object]:
    return {
        "subject": found.notice.subject,
        "text": found.notice.text,
        "stands": found.stands,
        "appeal": _appeal(found.appeal) if found.appeal else None,
    }


def _appeal(made: Appeal) -> dict[str, object]:
    return {
        "appeal": made.id,
        "party": made.party.value,
        "state": made.state.value,
        "at": stamp(made.at),
        "answered_by": stamp(made.due),
    }


def _text(fields: dict[str, object], name: str) -> str:
    found = fields.get(name, "")
    if not isinstance(found, str):
        raise BadInput(f"`{name}` must be text.", param=name)
    return found


def _field(data: bytes, name: str) -> str:
    try:
        return dict(parse_qsl(data.decode(), max_num_fields=5)).get(name, "")
    except ValueError:
        raise BadInput("This is no form.", code="invalid_form") from None
