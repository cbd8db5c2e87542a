"""The report door: no account, no key, and nothing about the caller is kept but what they write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from consentry.core.case import Case, Copy, CopyState
from consentry.core.entry import stamp
from consentry.core.errors import BadInput
from consentry.core.report import DeviceHash, Report, Standing, Under18, Why
from consentry.flows.report import Letter, Receipt
from consentry.web import bodies
from consentry.web.comeback import (
    MAX_BODY,
    NO_STORE,
    SECRET,
    TURN,
    Reference,
    come_back,
    only,
    receipt_of,
    text_of,
)
from consentry.web.network import network
from consentry.web.reports_described import (
    FILE,
    MESSAGE,
    MESSAGES,
    MORE,
    RECEIPT,
    REPORT,
    STATUS,
    WITHDRAWN,
)
from consentry.wiring import System

_E = TypeVar("_E", bound=StrEnum)


def router(system: System) -> APIRouter:
    """The report door."""
    routes = APIRouter(tags=["report"])

    @routes.post(
        "/v1/reports",
        status_code=201,
        summary="Report an image of yourself",
        openapi_extra=REPORT,
        responses=RECEIPT,
    )
    async def report(request: Request) -> Response:
        """No account and no key are needed. The answer carries a passphrase, which is shown once."""
        caller = network(request)
        system.door.report(caller, request.headers.get(TURN, ""))
        fields = bodies.json_object(await bodies.raw(request, MAX_BODY))
        receipt = await anyio.to_thread.run_sync(system.desk.receive, _report(fields), caller)
        return JSONResponse(_receipt(receipt, system), 201, NO_STORE)

    @routes.post(
        "/v1/reports/{reference}/status",
        summary="See what became of a report",
        openapi_extra=SECRET,
        responses=STATUS,
    )
    async def status(request: Request, reference: Reference) -> Response:
        """It is a POST so that no secret stands in an address."""
        passphrase, _ = await come_back(request, system.door, reference)
        case, copies = await anyio.to_thread.run_sync(system.desk.look_up, reference, passphrase)
        return JSONResponse(_status(case, copies), 200, NO_STORE)

    @routes.post(
        "/v1/reports/{reference}/receipt",
        summary="Get the receipt of a report as a file",
        openapi_extra=SECRET,
        responses=FILE,
    )
    async def receipt(request: Request, reference: Reference) -> Response:
        """It proves when the report arrived; `consentry report verify-receipt` checks it anywhere."""
        passphrase, _ = await come_back(request, system.door, reference)
        case, _ = await anyio.to_thread.run_sync(system.desk.look_up, reference, passphrase)
        text = await anyio.to_thread.run_sync(receipt_of, system, case)
        return Response(text, 200, NO_STORE, "application/json")

    @routes.post(
        "/v1/reports/{reference}/withdraw",
        summary="Take a report back",
        openapi_extra=SECRET,
        responses=WITHDRAWN,
    )
    async def withdraw(request: Request, reference: Reference) -> Response:
        """The clock ends, and what was hidden because of it is shown again."""
        passphrase, _ = await come_back(request, system.door, reference)
        case = await anyio.to_thread.run_sync(system.desk.withdraw, reference, passphrase)
        return JSONResponse({"reference": case.id, "state": case.state.value}, 200, NO_STORE)

    @routes.post(
        "/v1/reports/{reference}/places",
        summary="Name more places where the picture is",
        openapi_extra=MORE,
        responses=STATUS,
    )
    async def places(request: Request, reference: Reference) -> Response:
        """Each is hidden like the first ones. The clock goes on as it was."""
        passphrase, fields = await come_back(request, system.door, reference)
        urls = _urls(fields)
        await anyio.to_thread.run_sync(system.desk.add_places, reference, passphrase, urls)
        case, copies = await anyio.to_thread.run_sync(system.desk.look_up, reference, passphrase)
        return JSONResponse(_status(case, copies), 200, NO_STORE)

    @routes.post(
        "/v1/reports/{reference}/messages",
        summary="Write to whoever works on a report, and read what they wrote",
        openapi_extra=MESSAGE,
        responses=MESSAGES,
    )
    async def messages(request: Request, reference: Reference) -> Response:
        """Without a text it only reads. Nobody's name is ever part of a message."""
        passphrase, fields = await come_back(request, system.door, reference)
        words = text_of(fields, "text")
        if words:
            await anyio.to_thread.run_sync(system.desk.write, reference, passphrase, words)
        letters = await anyio.to_thread.run_sync(system.desk.read, reference, passphrase)
        return JSONResponse({"messages": [_letter(letter) for letter in letters]}, 200, NO_STORE)

    return routes


FIELDS = {
    "standing", "under18", "urls", "statement", "declares_intimate",
    "good_faith", "signature", "contact", "place",
    "where", "hashes", "why", "language", "may_write",
}  # fmt: skip
"""Every field of a report."""


def _report(fields: Mapping[str, object]) -> Report:
    only(fields, FIELDS)
    return Report(
        standing=_choice(fields, "standing", Standing),
        under18=_choice(fields, "under18", Under18),
        urls=_urls(fields),
        statement=text_of(fields, "statement"),
        declares_intimate=fields.get("declares_intimate") is True,
        good_faith=fields.get("good_faith") is True,
        signature=text_of(fields, "signature"),
        contact=text_of(fields, "contact"),
        place=text_of(fields, "place").lower(),
        where=text_of(fields, "where"),
        hashes=_hashes(fields),
        why=_choice(fields, "why", Why) if "why" in fields else Why.UNSAID,
        language=text_of(fields, "language") or "en",
        may_write=fields.get("may_write") is True,
    )


def _urls(fields: Mapping[str, object]) -> tuple[str, ...]:
    urls = fields.get("urls", [])
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise BadInput("`urls` must be a list of web addresses.", param="urls")
    return tuple(urls)


def _hashes(fields: Mapping[str, object]) -> tuple[DeviceHash, ...]:
    hashes = fields.get("hashes", [])
    if not isinstance(hashes, list) or not all(map(_is_hash, hashes)):
        raise BadInput("`hashes` must be a list of objects with `pdq` and `quality`.", param="hashes")
    return tuple(DeviceHash(found["pdq"], found["quality"]) for found in hashes)


def _is_hash(found: object) -> bool:
    return (
        isinstance(found, dict)
        and set(found) == {"pdq", "quality"}
        and isinstance(found["pdq"], str)
        and type(found["quality"]) is int
    )


def _choice(fields: Mapping[str, object], name: str, choices: type[_E]) -> _E:
    try:
        return choices(str(fields.get(name)))
    except ValueError:
        allowed = ", ".join(f"`{choice}`" for choice in choices)
        raise BadInput(f"`{name}` must be one of {allowed}.", param=name) from None


def _letter(letter: Letter) -> dict[str, str]:
    return {"from": letter.side.value, "at": stamp(letter.at), "text": letter.text}


def _receipt(receipt: Receipt, system: System) -> dict[str, object]:
    case = receipt.case
    return {
        "reference": receipt.reference,
        "passphrase": receipt.passphrase,
        "keep_this": "The passphrase is shown once. With it you can see, and withdraw, your report.",
        "received": stamp(case.received),
        "decided_by": stamp(case.due),
        "clocks": [
            {"law": found.cite, "due": stamp(found.due), "advisory": found.advisory}
            for found in case.deadlines
        ],
        "proof": {
            "decision": receipt.judged.id,
            "log_index": receipt.judged.place,
            "checkpoint": system.log.checkpoint(),
        },
        "receipt": json.loads(receipt_of(system, case)),
    }


def _status(case: Case, copies: Sequence[Copy]) -> dict[str, object]:
    """Facts with times. No name of anybody who works on it, and never the picture."""
    return {
        "reference": case.id,
        "state": case.state.value,
        "received": stamp(case.received),
        "decided_by": stamp(case.due),
        "clock_stopped": stamp(case.stopped) if case.stopped else None,
        "person_first": case.caution.waits,
        "refused_because": case.ground.value if case.ground else None,
        "copies": {
            "found": len(copies),
            "hidden": sum(copy.hidden is not None for copy in copies),
            "gone": sum(copy.state is CopyState.GONE for copy in copies),
        },
        "timeline": [_timeline(copy) for copy in copies],
    }


def _timeline(copy: Copy) -> dict[str, object]:
    return {
        "where": copy.url,
        "found_by": copy.method.value,
        "state": copy.state.value,
        "hidden": stamp(copy.hidden) if copy.hidden else None,
        "gone": stamp(copy.gone) if copy.gone else None,
    }
