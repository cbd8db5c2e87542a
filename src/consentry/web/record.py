"""The record's door: the log's checkpoint, and proof that a line stands in it."""

from __future__ import annotations

import base64
import json
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from consentry.core.errors import NotFound
from consentry.web import auth
from consentry.web.describe import Schema, gives, needs, number, several, text, thing
from consentry.wiring import System

Index = Annotated[int, Path(description="The line's number, from 0.")]
"""A line of the log in an address."""

PLAIN = "text/plain"

NOTE: dict[int | str, Schema] = {200: gives("A signed note.", text("The note."), PLAIN)}
KEY: dict[int | str, Schema] = {200: gives("A verifier key.", text("Name, key hash and key."), PLAIN)}
PROOF: dict[int | str, Schema] = {
    200: gives(
        "The proof.",
        thing(
            {
                "index": number("The line."),
                "size": number("Lines in the log when the proof was made."),
                "leaf": text("The line's public leaf, in base64."),
                "path": several("The audit path, from the leaf up.", text("A hash, in base64.")),
                "checkpoint": text("The signed note that the path leads to."),
            }
        ),
    )
}
RECORD: dict[int | str, Schema] = {
    200: gives(
        "The record.",
        thing(
            {
                "index": number("The line."),
                "record": thing({}, description="What was decided, why, and on which findings."),
                "salt": text("What the leaf's commitment is salted with, hexadecimal."),
            }
        ),
    )
}


def router(system: System) -> APIRouter:
    """The record's door. Checkpoints, leaves and proofs are public: they say nothing about anybody."""
    routes = APIRouter(tags=["record"])

    @routes.get(
        "/v1/log/checkpoint",
        summary="The log's signed length and root",
        response_class=PlainTextResponse,
        responses=NOTE,
    )
    async def checkpoint() -> Response:
        """A C2SP tlog-checkpoint as a signed note."""
        return PlainTextResponse(await anyio.to_thread.run_sync(system.log.checkpoint))

    @routes.get(
        "/v1/log/key",
        summary="The key that checkpoints are verified with",
        response_class=PlainTextResponse,
        responses=KEY,
    )
    async def verifier() -> Response:
        """A C2SP signed-note verifier key."""
        return PlainTextResponse(system.log.vkey + "\n")

    @routes.get("/v1/log/proof/{index}", summary="Proof that a line stands in the log", responses=PROOF)
    async def proof(index: Index) -> Response:
        """The line's public leaf and its RFC 6962 audit path under the present checkpoint."""
        return JSONResponse(await anyio.to_thread.run_sync(_proof, system, index))

    @routes.get(
        "/v1/log/entry/{index}",
        summary="What a line commits to",
        openapi_extra=needs("read"),
        responses=RECORD,
    )
    async def entry(request: Request, index: Index) -> Response:
        """The record and its salt, for whoever has a key for `read`; gone once erased."""
        await anyio.to_thread.run_sync(auth.key, request, system.access, "read")
        return JSONResponse(await anyio.to_thread.run_sync(_entry, system, index))

    return routes


def _proof(system: System, index: int) -> dict[str, object]:
    size = system.store.size()
    if not 0 <= index < size:
        raise NotFound("The log has no such line.")
    line = system.store.line(index)
    return {
        "index": index,
        "size": size,
        "leaf": base64.b64encode(line.entry.leaf()).decode(),
        "path": [base64.b64encode(part).decode() for part in system.store.inclusion(index, size)],
        "checkpoint": system.log.checkpoint(size),
    }


def _entry(system: System, index: int) -> dict[str, object]:
    if not 0 <= index < system.store.size():
        raise NotFound("The log has no such line.")
    line = system.store.line(index)
    if line.record is None or line.salt is None:
        raise NotFound("This record was erased; its line stays.", code="erased")
    return {"index": index, "record": json.loads(line.record), "salt": line.salt.hex()}
