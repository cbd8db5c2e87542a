"""Hasher-Matcher-Actioner's API, so that its clients need only a new address: hashing and matching.

What could not be looked for is said in the header `consentry-could-not-look`, such as
`pdq; too little in the picture`, and its type is left out of the answer: no match is something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from consentry.core.bank import SignalKind
from consentry.core.bankports import Near
from consentry.core.errors import BadInput
from consentry.core.match import FrameHash, distance
from consentry.flows.banking import Choice, Hashed
from consentry.matching.video import compare_videos
from consentry.web import hma_banks
from consentry.web.hma_door import ByHash, Door, door
from consentry.web.hma_words import (
    NAMES,
    TYPES,
    VIDEO,
    Sent,
    by_bank,
    match_json,
    plain,
    signal_type,
    signal_value,
    video,
)
from consentry.wiring import System

COULD_NOT_LOOK = "consentry-could-not-look"
"""The header that says which signals could not look, and why."""

NEAR_PDQ = 31
"""Largest PDQ distance that HMA calls a match in a comparison."""

PAIR = 2
"""Hashes in a comparison."""


def by_hash(app: ASGIApp, system: System) -> ByHash:
    """The short way to the lookups by hash."""
    return ByHash(app, door(system), {"/m/lookup": lookup, "/m/raw_lookup": raw_lookup})


def router(system: System) -> APIRouter:
    """Every route of HMA."""
    made = door(system)
    made.get("/h/hash", "screen", "Hash what is at an address", hash_address)
    made.sends("POST", "/h/hash", "screen", "Hash a file", hash_file)
    made.get("/m/raw_lookup", "screen", "Look up a hash in every bank", raw_lookup)
    made.get("/m/lookup", "screen", "Look up a hash", lookup)
    made.sends("POST", "/m/lookup", "screen", "Look up a file", lookup_file)
    made.sends("POST", "/m/compare", "screen", "Compare pairs of hashes", compare)
    made.get("/m/index/status", "screen", "How many hashes are searched", index_status)
    hma_banks.add(made)
    _add_status(made.routes)
    return made.routes


def _add_status(routes: APIRouter) -> None:
    async def alive() -> Response:
        """Always alive: an index that is behind the database does not exist here."""
        return PlainTextResponse("I-AM-ALIVE")

    for path in ("/status", "/status/live"):
        routes.add_api_route(
            path, alive, methods=["GET"], summary="Whether it is up", operation_id=f"GET {path}"
        )

    async def site_map() -> Response:
        """Every route of this API."""
        return JSONResponse(sorted({getattr(route, "path", "") for route in routes.routes}))

    routes.add_api_route("/site-map", site_map, methods=["GET"], include_in_schema=False)


def hash_address(door: Door, sent: Sent, _: str) -> Response:
    """The hashes of the picture at `url`, whose host the operator must have listed."""
    content, data = door.fetched(sent)
    return _hashes(door, sent, content, data)


def hash_file(door: Door, sent: Sent, _: str) -> Response:
    """The hashes of one file: a form field called `photo` or `video`, or the raw body."""
    return _hashes(door, sent, *sent.file())


def _hashes(door: Door, sent: Sent, content: str, data: bytes) -> Response:
    kinds = sent.kinds(content)
    hashed = door.system.banking.hashed(data, still=content == "photo")
    readable(hashed, kinds)
    body = {NAMES[kind]: hashed.values.get(kind, "") for kind in kinds}
    return JSONResponse(body, headers=_blind(hashed.blind))


def readable(hashed: Hashed, kinds: tuple[SignalKind, ...]) -> None:
    """Raise BadInput if a hash of looks is wanted of what is no picture."""
    if SignalKind.PDQ in kinds and SignalKind.PDQ in hashed.blind and not hashed.hashes.pdq:
        raise BadInput(f"The file cannot be read as a picture ({hashed.blind[SignalKind.PDQ]}).")


def _blind(blind: Mapping[SignalKind, str]) -> dict[str, str]:
    said = ", ".join(f"{NAMES[kind]}; {why}" for kind, why in blind.items())
    return {COULD_NOT_LOOK: said} if said else {}


def raw_lookup(door: Door, sent: Sent, _: str) -> Response:
    """Every entry that matches a hash, also in banks that are switched off; `include_distance=true`."""
    for name in ("signal", "signal_type"):
        sent.required(name)
    found = _by_signal(door, sent, replace(sent.choice(), all=True))
    if sent.flag("include_distance"):
        return JSONResponse({"matches": [match_json(near) for near in found]})
    return JSONResponse({"matches": [near.entry.content for near in found]})


def lookup(door: Door, sent: Sent, _: str) -> Response:
    """Matches by bank, for `signal` and `signal_type`; by type and bank for a `url`."""
    if "url" in sent.query:
        return _lookup_address(door, sent)
    if not {"signal", "signal_type"} <= sent.query.keys():
        raise BadInput("Either url or both signal and signal_type are required")
    return JSONResponse(by_bank(_by_signal(door, sent, sent.choice())))


def _by_signal(door: Door, sent: Sent, choice: Choice) -> Sequence[Near]:
    name, text = sent.query["signal_type"], sent.query["signal"]
    if name == VIDEO:
        return door.system.banking.by_frames(video(text), text, choice)
    kind = signal_type(name)
    return door.system.banking.by_hash(kind, signal_value(kind, text), choice)


def _lookup_address(door: Door, sent: Sent) -> Response:
    content, data = door.fetched(sent)
    if "signal_type" not in sent.query:
        return _lookup(door, sent, content, data)
    kind = signal_type(sent.query["signal_type"])
    looked = door.system.banking.by_picture(data, sent.choice(), still=content == "photo")
    return JSONResponse(by_bank(looked.found.get(kind, ())), headers=_blind(looked.blind))


def lookup_file(door: Door, sent: Sent, _: str) -> Response:
    """Matches of a file, by type and bank; types that HMA would not ask for only if they found something."""
    return _lookup(door, sent, *sent.file())


def _lookup(door: Door, sent: Sent, content: str, data: bytes) -> Response:
    kinds = sent.kinds(content)
    looked = door.system.banking.by_picture(data, sent.choice(), still=content == "photo")
    more = () if sent.query.get("types") else tuple(kind for kind, found in looked.found.items() if found)
    shown = dict.fromkeys((*kinds, *more))
    body = {NAMES[kind]: by_bank(looked.found[kind]) for kind in shown if kind in looked.found}
    return JSONResponse(body, headers=_blind({k: why for k, why in looked.blind.items() if k in kinds}))


def compare(_door: Door, sent: Sent, _: str) -> Response:
    """Whether pairs of hashes match, by type, and how many bits they differ by."""
    pairs = sent.object()
    return JSONResponse({name: _compared(name, pair) for name, pair in pairs.items()})


def _compared(name: str, pair: object) -> list[object]:
    kind = SignalKind.VPDQ if name == VIDEO else signal_type(name)
    if not isinstance(pair, list):
        raise BadInput(f"Comparison hashes for {plain(name)} was not a list")
    if len(pair) != PAIR:
        raise BadInput("Comparison hash list length must be exactly 2")
    if kind is SignalKind.VPDQ:
        return _videos_compared(*(video(text) for text in pair))
    one, other = (signal_value(kind, value, f"Invalid {name} hash: invalid {{}} hash") for value in pair)
    if kind is not SignalKind.PDQ:
        return [one == other, {"distance": 0 if one == other else 1}]
    apart = distance(bytes.fromhex(one), bytes.fromhex(other))
    return [apart <= NEAR_PDQ, {"distance": apart}]


def _videos_compared(one: Sequence[FrameHash], other: Sequence[FrameHash]) -> list[object]:
    """Whether two videos are the same, and by how much of either; never if no frame has enough in it."""
    found = compare_videos(one, other)
    if found is None:
        return [False, {"query_match_percent": 0, "compared_match_percent": 0}]
    said = {"query_match_percent": found.query_percent, "compared_match_percent": found.known_percent}
    return [found.same, said]


def index_status(door: Door, sent: Sent, _: str) -> Response:
    """How many hashes of each type are searched, and up to when: now, always."""
    return JSONResponse({name: _size_json(door, kind) for name, kind in asked_types(sent).items()})


def asked_types(sent: Sent) -> Mapping[str, SignalKind]:
    """The one type that was asked for, or all. Raises BadInput."""
    wanted = sent.query.get("signal_type")
    return TYPES if wanted is None else {wanted: signal_type(wanted, "No such signal type '{}'")}


def _size_json(door: Door, kind: SignalKind) -> dict[str, object]:
    size = hma_banks.size(door, kind)
    built = int(door.system.banking.clock.now().timestamp()) if size else -1
    return {"present": bool(size), "built_to": built, "size": size}
