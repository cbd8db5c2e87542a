"""Hasher-Matcher-Actioner's API for curators: banks, what is in them, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from fastapi.responses import JSONResponse, Response

from consentry.core.bank import Bank, BankEntry, SignalKind, checked_name
from consentry.core.errors import BadInput, Conflict, NotFound
from consentry.web.hma_door import Door
from consentry.web.hma_words import (
    NAMES,
    TYPES,
    Sent,
    about,
    about_text,
    as_flag,
    as_ratio,
    bank_json,
    missing,
    no_bank,
    paused,
    paused_ts,
    plain,
    signal_text,
    signal_type,
    signal_value,
)

METADATA = ("content_id", "content_uri", "json")
"""What HMA keeps about a picture."""

BANK = "/c/bank/{name}"
CONTENT = "/c/bank/{name}/content/{number}"


def add(door: Door) -> None:
    """Add every route for curators."""
    door.get("/c/banks", "admin", "Every bank", every_bank)
    door.sends("POST", "/c/banks", "admin", "Make a bank", make_bank)
    door.get(BANK, "admin", "One bank", one_bank)
    door.sends("PUT", BANK, "admin", "Rename a bank, or switch it on or off", change_bank)
    door.sends("DELETE", BANK, "admin", "Remove a bank and all that is in it", remove_bank)
    door.sends("POST", f"{BANK}/content", "admin", "Add a picture to a bank", add_content)
    door.sends("POST", f"{BANK}/signal", "admin", "Add hashes to a bank", add_signal)
    door.get(CONTENT, "admin", "One picture of a bank", one_content)
    door.sends("PUT", CONTENT, "admin", "Pause a picture, or note something", change_content)
    door.sends("DELETE", CONTENT, "admin", "Remove a picture from a bank", delete_content)
    door.get("/c/signal_type", "admin", "Types of signal", signal_types)
    door.get("/c/signal_type/index", "admin", "How much is searched", signal_index)
    door.get("/c/content_type", "admin", "Types of content", content_types)
    door.get("/c/exchanges", "admin", "Banks that a source fills", exchanges)
    door.sends("POST", "/c/exchanges", "admin", "Not offered", make_exchange)
    door.get("/c/exchanges/apis", "admin", "Sources that can be set up here: none", exchange_apis)
    door.get("/c/exchanges/api/{api}", "admin", "Not offered", no_api)
    door.sends("POST", "/c/exchanges/api/{api}", "admin", "Not offered", no_api)
    door.get("/c/exchanges/api/{api}/schema", "admin", "Not offered", no_api_schema)
    door.get("/c/exchange/{name}", "admin", "A bank that a source fills", one_exchange)
    door.get("/c/exchange/{name}/status", "admin", "How far its source was read", exchange_status)
    door.sends("PUT", "/c/exchange/{name}", "admin", "Switch such a bank on or off", change_exchange)
    door.sends("DELETE", "/c/exchange/{name}", "admin", "Remove such a bank", delete_exchange)


def size(door: Door, kind: SignalKind) -> int:
    """How many hashes of a kind are searched."""
    if kind is SignalKind.PDQ:
        return len(door.system.banking.finder)
    with door.system.store.read() as view:
        return view.count_listed(kind)


def every_bank(door: Door, _sent: Sent, _by: str) -> Response:
    """Every bank and the share of lookups in which it counts."""
    return JSONResponse([bank_json(bank) for bank in door.system.banking.banks()])


def make_bank(door: Door, sent: Sent, by: str) -> Response:
    """Make a bank. `enabled_ratio` may be text; `enabled: false` makes it switched off."""
    said = sent.json
    if not isinstance(said, dict) or "name" not in said:
        raise missing("name")
    ratio = as_ratio(said.get("enabled_ratio", 1.0))
    if "enabled" in said and not as_flag("enabled", said["enabled"]):
        ratio = 0.0
    try:
        made = door.system.banking.create(Bank(_name(said["name"]), ratio), by)
    except Conflict:
        raise Conflict("Bank already exists") from None
    return JSONResponse(bank_json(made), 201)


def one_bank(door: Door, sent: Sent, _by: str) -> Response:
    """A bank and the share of lookups in which it counts."""
    return JSONResponse(bank_json(_bank(door, sent)))


def change_bank(door: Door, sent: Sent, by: str) -> Response:
    """Any of `name`, `enabled` and `enabled_ratio`."""
    said = sent.object()
    changes: dict[str, object] = {}
    if "enabled" in said:
        changes["enabled_ratio"] = float(as_flag("enabled", said["enabled"]))
    if "enabled_ratio" in said:
        changes["enabled_ratio"] = as_ratio(said["enabled_ratio"])
    if "name" in said:
        changes["name"] = _name(said["name"])
    try:
        return JSONResponse(bank_json(door.system.banking.change(sent.path["name"], by, **changes)))
    except Conflict:
        raise Conflict("Bank name already exists") from None
    except NotFound:
        raise NotFound("Bank not found") from None


def remove_bank(door: Door, sent: Sent, by: str) -> Response:
    """Remove a bank and all that is in it; `Done` also if there is none."""
    try:
        door.system.banking.remove(sent.path["name"], by)
    except NotFound:
        return JSONResponse({"message": "Done"})
    return JSONResponse({"message": "Done"})


def add_content(door: Door, sent: Sent, by: str) -> Response:
    """Add a picture: a form field `photo` or `video`, or a `url`; with `metadata` and `note`."""
    bank = _bank(door, sent)
    said = _said(sent)
    if "url" in sent.query:
        content, data = door.fetched(sent)
    elif sent.files:
        content, data = sent.file()
    else:
        raise BadInput("Neither `url` nor multipart file upload was received")
    kinds = sent.kinds(content)
    hashed = door.system.banking.hashed(data, still=content == "photo")
    blind = [kind for kind in kinds if kind not in hashed.values]
    if blind:
        raise BadInput(f"Invalid {NAMES[blind[0]]} signal: {hashed.blind[blind[0]]}")
    values = {kind: hashed.values[kind] for kind in kinds}
    return _added(door, bank, values, said, by)


def add_signal(door: Door, sent: Sent, by: str) -> Response:
    """Add the hashes of one picture, by type, with a `note`."""
    bank = _bank(door, sent)
    said = sent.object()
    values = {}
    for name, value in said.items():
        if name in {"note", "metadata"}:
            continue
        kind = signal_type(name, "No such signal type {}")
        values[kind] = signal_value(kind, value, f"Invalid {name} signal: invalid {{}} hash")
    if not values:
        raise BadInput("No signals given")
    return _added(door, bank, values, _said(sent), by)


def _added(door: Door, bank: Bank, values: Mapping[SignalKind, str], said: str, by: str) -> Response:
    number = door.system.banking.add(bank.name, values, said, by)
    return JSONResponse({"id": number, "signals": {NAMES[kind]: value for kind, value in values.items()}})


def one_content(door: Door, sent: Sent, _by: str) -> Response:
    """A picture of a bank: `include_signals=true`, `include_metadata=false`."""
    bank, entries = _content(door, sent)
    said = about(entries[0])
    body: dict[str, object] = {
        "id": entries[0].content,
        "disable_until_ts": paused_ts(entries[0].paused_until),
        "original_media_uri": None,
        "bank": bank_json(bank),
    }
    if sent.flag("include_signals"):
        body["signals"] = {NAMES[entry.signal]: signal_text(entry) for entry in entries}
    if said.keys() & set(METADATA) and sent.flag("include_metadata", default=True):
        body["metadata"] = {**{name: said.get(name) for name in METADATA}, "collab": None}
    if said.get("note"):
        body["note"] = said["note"]
    return JSONResponse(body)


def change_content(door: Door, sent: Sent, by: str) -> Response:
    """`disable_until_ts` (1: on, 0: off, else a moment) and `note`."""
    bank, entries = _content(door, sent)
    said = sent.object()
    changes: dict[str, object] = {}
    if "disable_until_ts" in said:
        changes["paused_until"] = paused(said["disable_until_ts"], door.system.banking.clock.now())
    if "note" in said:
        changes["about"] = about_text({**about(entries[0]), "note": None}, said["note"])
    if changes:
        number = entries[0].content
        entries = door.system.banking.change_item(bank.name, number, by, **changes)
    words = about(entries[0])
    return JSONResponse(
        {
            "bank": bank_json(bank),
            "collab_metadata": {},
            "disable_until_ts": paused_ts(entries[0].paused_until),
            "id": entries[0].content,
            "note": words.get("note"),
            "original_media_uri": None,
            "user_metadata": {name: words[name] for name in METADATA if name in words},
        }
    )


def delete_content(door: Door, sent: Sent, by: str) -> Response:
    """Remove a picture from a bank; it matches nothing from now on."""
    bank, number = _bank(door, sent), _number(sent)
    return JSONResponse({"deleted": int(door.system.banking.delete_item(bank.name, number, by))})


def signal_types(_door: Door, _sent: Sent, _by: str) -> Response:
    """Every type of signal; all are always on."""
    return JSONResponse([{"name": name, "enabled_ratio": 1.0} for name in TYPES])


def signal_index(door: Door, sent: Sent, _by: str) -> Response:
    """The index is never out of date: each lookup reads what changed before it."""
    wanted = sent.query.get("signal_type")
    types = TYPES if wanted is None else {wanted: signal_type(wanted, "No such signal type '{}'")}
    now = int(door.system.banking.clock.now().timestamp())
    sizes = {name: size(door, kind) for name, kind in types.items()}
    return JSONResponse({name: _index_json(many, now) for name, many in sizes.items()})


def _index_json(many: int, now: int) -> dict[str, object]:
    built = now if many else -1
    return {
        "db_size": many,
        "index_size": many,
        "index_out_of_date": False,
        "newest_db_item": built,
        "index_built_to": built,
    }


def content_types(_door: Door, _sent: Sent, _by: str) -> Response:
    """Every type of content."""
    return JSONResponse([{"name": "photo", "enabled": True}, {"name": "video", "enabled": True}])


def exchanges(door: Door, _sent: Sent, _by: str) -> Response:
    """The names of banks that a source fills."""
    return JSONResponse([bank.name for bank in door.system.banking.banks() if bank.source])


def make_exchange(_door: Door, sent: Sent, _by: str) -> Response:
    """Sources are set up by the operator, because they need credentials that no API should carry."""
    said = sent.object()
    if not said.get("bank"):
        raise BadInput("bank is required")
    if not said.get("api"):
        raise BadInput("Field `api_type` is required")
    raise BadInput(f"No such exchange type '{plain(str(said['api']))}'")


def exchange_apis(_door: Door, _sent: Sent, _by: str) -> Response:
    """None: sources are set up by the operator."""
    return JSONResponse([])


def no_api(_door: Door, sent: Sent, _by: str) -> Response:
    """No source can be set up here."""
    raise BadInput(f"no such Exchange API '{plain(sent.path['api'])}'")


def no_api_schema(_door: Door, sent: Sent, _by: str) -> Response:
    """No source can be set up here."""
    raise NotFound(f"Exchange API '{plain(sent.path['api'])}' not found")


def one_exchange(door: Door, sent: Sent, _by: str) -> Response:
    """The source that fills a bank, and whether the bank counts."""
    bank = _filled(door, sent)
    return JSONResponse({"name": bank.name, "api": bank.source, "enabled": bank.enabled_ratio > 0})


def exchange_status(door: Door, sent: Sent, _by: str) -> Response:
    """How many entries its source listed. When it was last read is not known here."""
    bank = _filled(door, sent)
    counts = door.system.banking.status(bank.name).counts
    body: dict[str, object] = dict.fromkeys(
        ("checkpoint_ts", "last_fetch_complete_ts", "last_fetch_succeeded", "running_fetch_start_ts")
    )
    return JSONResponse({**body, "fetched_items": sum(counts.values()), "up_to_date": False})


def change_exchange(door: Door, sent: Sent, by: str) -> Response:
    """`enabled`: whether its bank counts."""
    bank = _filled(door, sent)
    said = sent.object()
    if "enabled" not in said:
        raise missing("enabled")
    door.system.banking.change(bank.name, by, enabled_ratio=float(as_flag("enabled", said["enabled"])))
    return one_exchange(door, sent, by)


def delete_exchange(door: Door, sent: Sent, by: str) -> Response:
    """Remove a bank that a source fills; the same answer if there is none."""
    try:
        door.system.banking.remove(_filled(door, sent).name, by)
    except NotFound:
        return JSONResponse({"message": "Exchange deleted"})
    return JSONResponse({"message": "Exchange deleted"})


def _name(value: object) -> str:
    return checked_name(value if isinstance(value, str) else "")


def _bank(door: Door, sent: Sent) -> Bank:
    try:
        return door.system.banking.bank(sent.path["name"])
    except NotFound:
        raise no_bank(sent.path["name"]) from None


def _filled(door: Door, sent: Sent) -> Bank:
    """The bank in the path, if a source fills it. Raises NotFound."""
    gone = NotFound(f"Exchange '{plain(sent.path['name'])}' not found")
    try:
        bank = door.system.banking.bank(sent.path["name"])
    except NotFound:
        raise gone from None
    if not bank.source:
        raise gone
    return bank


def _number(sent: Sent) -> int:
    number = sent.path["number"]
    if not number.isdecimal() or len(number) > len(str(2**63)) - 1:
        raise NotFound(f"content '{plain(number)}' not found")
    return int(number)


def _content(door: Door, sent: Sent) -> tuple[Bank, Sequence[BankEntry]]:
    bank, number = _bank(door, sent), _number(sent)
    try:
        return bank, door.system.banking.item(bank.name, number)
    except NotFound:
        raise NotFound(f"content '{number}' not found") from None


def _said(sent: Sent) -> str:
    """The note and the metadata that came with a picture. Raises BadInput.

    A form or an address carries metadata as text, and some clients put only its inner part there; a
    JSON body carries it as HMA describes it, and nothing else.
    """
    as_json = isinstance(sent.json, dict)
    body: Mapping[str, object] = {**sent.query, **(sent.json if isinstance(sent.json, dict) else sent.fields)}
    metadata = body.get("metadata")
    if isinstance(metadata, str):
        try:
            metadata = json.loads(metadata)
        except (ValueError, RecursionError):
            raise BadInput("metadata form field must be valid JSON") from None
    if metadata is not None and not isinstance(metadata, dict):
        raise BadInput("Invalid metadata: it must be an object")
    known = metadata or {}
    if not known.keys() <= set(METADATA):
        if as_json:
            raise BadInput(f"Invalid metadata: it may have {', '.join(METADATA)}")
        known = {"json": metadata}
    beside = {name: body[name] for name in METADATA[:2] if name in body}
    return about_text({**beside, **known}, body.get("note"))
