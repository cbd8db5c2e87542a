"""The words of Hasher-Matcher-Actioner's API: its names for signals, its shapes, its ways of saying no.

Its clients know only `{"message"}` and a status, so that is what its routes answer here too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from consentry.core.bank import FOREVER, Bank, BankEntry, SignalKind
from consentry.core.bankports import Near
from consentry.core.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge, Trouble
from consentry.core.match import FrameHash
from consentry.flows.banking import Choice
from consentry.matching.video import from_vpdq, to_vpdq

TYPES = {"pdq": SignalKind.PDQ, "video_md5": SignalKind.MD5, "sha256": SignalKind.SHA256}
"""Signal types by HMA's name. HMA keeps MD5 for videos; here it stands for any bytes."""

VIDEO = "vpdq"
"""The signal type of HMA's extension for videos; it can be looked up and compared, and nothing else."""

NAMES = {kind: name for name, kind in TYPES.items()} | {SignalKind.VPDQ: VIDEO}
"""HMA's names of our kinds of hash."""

BY_CONTENT = {"photo": (SignalKind.PDQ,), "video": (SignalKind.MD5,)}
"""The signals that HMA has of each type of content."""

MAX_FRAMES = 1000
"""Most frames of a video that is looked up or compared by its frames: each is compared with each."""

MISSING = "missing_field"
"""The code of an error that HMA answers with 422 and a list."""

MAX_NOTE = 255
"""Longest note, in characters (HMA)."""

FAR = timedelta(days=5 * 366)
"""Farthest end of a pause from now (HMA: 5 years)."""

TRUE = {"true", "1", "yes", "on", "t", "y"}
FALSE = {"false", "0", "no", "off", "f", "n"}
"""Words that its clients send for true and false (pydantic's)."""


class PlainErrors(APIRoute):
    """Answers every error as `{"message"}`, with the status that HMA would use."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The handler with its errors turned into answers."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except Trouble as trouble:
                return refused(trouble)

        return handler


def refused(trouble: Trouble) -> Response:
    """`trouble` as HMA would say it: 422 with a list for a missing field, 403 for a name that is taken."""
    headers = {"cache-control": "no-store"}
    if isinstance(trouble, NotAllowed):
        headers["www-authenticate"] = 'Bearer realm="consentry"'
    if isinstance(trouble, TooLarge):
        headers["connection"] = "close"  # so that the rest of the body need not be sent
    if trouble.code == MISSING:
        missing = {"type": "missing", "loc": [trouble.param], "msg": "Field required", "input": {}}
        return JSONResponse([missing], 422, headers)
    status = 403 if isinstance(trouble, Conflict) else trouble.status
    return JSONResponse({"message": trouble.message}, status, headers)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as HMA's clients send them: in the address, as JSON, as a form, or as raw bytes."""

    query: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address."""
    json: object = None
    """The JSON body; None if it is none."""
    fields: Mapping[str, object] = field(default_factory=dict)
    """Fields of a form."""
    files: Sequence[tuple[str, bytes]] = ()
    """Files of a form by the name of their field, which is the type of content."""
    path: Mapping[str, str] = field(default_factory=dict)
    """Parts of the path by name."""

    def required(self, name: str) -> str:
        """A parameter that must be in the address. Raises BadInput."""
        if name not in self.query:
            raise missing(name)
        return self.query[name]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A parameter that is true or false. Raises BadInput."""
        return as_flag(name, self.query[name]) if name in self.query else default

    def file(self) -> tuple[str, bytes]:
        """The one file that was sent, with its type of content. Raises BadInput."""
        if not self.files:
            raise BadInput("Missing multipart/form-data file upload")
        if len(self.files) > 1:
            raise BadInput("Only one file allowed per request")
        content, data = self.files[0]
        if content not in BY_CONTENT:
            raise BadInput(f"no such content_type: '{plain(content)}'")
        return content, data

    def object(self) -> Mapping[str, object]:
        """The JSON object that was sent. Raises BadInput."""
        if not isinstance(self.json, dict):
            raise BadInput("Request input was not a dict")
        return self.json

    def choice(self) -> Choice:
        """Which banks are asked."""
        names = frozenset(name for name in self.query.get("banks", "").split(",") if name)
        return Choice(names, self.query.get("seed", ""), self.flag("bypass_coinflip"))

    def kinds(self, content: str) -> tuple[SignalKind, ...]:
        """The signals asked for, or those HMA has of `content`. Raises BadInput."""
        wanted = [name for name in self.query.get("types", "").split(",") if name]
        for name in wanted:
            if name not in TYPES or (content == "photo" and name == "video_md5"):
                raise BadInput(f"signal type '{plain(name)}' doesn't exist or is disabled")
        return tuple(TYPES[name] for name in wanted) or BY_CONTENT[content]


def missing(name: str) -> BadInput:
    """A field is missing: HMA's 422."""
    return BadInput("Field required", code=MISSING, param=name)


def plain(text: str) -> str:
    """What a caller sent, made fit to be repeated in a message."""
    return "".join(letter for letter in text[:64] if letter.isprintable())


def signal_type(name: str, says: str = "No such SignalType '{}'") -> SignalKind:
    """The kind of hash HMA calls `name`. Raises BadInput."""
    if name not in TYPES:
        raise BadInput(says.format(plain(name)))
    return TYPES[name]


def signal_value(kind: SignalKind, text: object, says: str = "invalid signal: invalid {} hash") -> str:
    """A hash in lower-case hexadecimal, as strictly as HMA takes it. Raises BadInput."""
    digits = {SignalKind.MD5: 32}.get(kind, 64)
    if not isinstance(text, str) or len(text) != digits or set(text) - set("0123456789abcdef"):
        raise BadInput(says.format(kind.value.upper()), code="bad_hash")
    return text


def as_flag(name: str, value: object) -> bool:
    """True or false, also as a word. Raises BadInput."""
    word = str(value).lower()
    if word in TRUE | FALSE:
        return word in TRUE
    raise BadInput(f"`{name}` must be true or false.", param=name)


def as_ratio(value: object) -> float:
    """A share, also as text. Raises BadInput; HMA takes any number."""
    try:
        if isinstance(value, bool):
            return float(value)
        return float(value)  # type: ignore[arg-type]  # whatever is no number raises
    except (TypeError, ValueError):
        raise BadInput("`enabled_ratio` must be a number between 0 and 1.", param="enabled_ratio") from None


def bank_json(bank: Bank) -> dict[str, object]:
    """A bank in HMA's shape."""
    return {"matching_enabled_ratio": bank.enabled_ratio, "name": bank.name}


def match_json(near: Near) -> dict[str, object]:
    """A match in HMA's shape: the distance is text."""
    said = str(near.distance)
    if near.entry.signal is SignalKind.VPDQ:
        said = f"{near.query_percent}%[{near.known_percent}%]"
    return {"bank_content_id": near.entry.content, "distance": said}


def signal_text(entry: BankEntry) -> str:
    """An entry's hash as HMA writes it."""
    return to_vpdq(entry.frames) if entry.frames else entry.value


def video(text: object) -> Sequence[FrameHash]:
    """The frames of a video as vPDQ writes them. Raises BadInput for anything else, or too many."""
    frames = from_vpdq(text if isinstance(text, str) else "")
    if len(frames) > MAX_FRAMES:
        raise BadInput(f"A video may have {MAX_FRAMES} frames here.", code="bad_vpdq")
    return frames


def by_bank(found: Sequence[Near]) -> dict[str, list[dict[str, object]]]:
    """Matches under the names of their banks."""
    banks: dict[str, list[dict[str, object]]] = {}
    for near in found:
        banks.setdefault(near.bank.name, []).append(match_json(near))
    return banks


def paused(value: object, now: datetime) -> datetime | None:
    """HMA's `disable_until_ts` as the end of a pause: 1 means on, 0 off for good. Raises BadInput."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"Invalid int: '{plain(str(value))}'", param="disable_until_ts")
    if value < 0:
        raise BadInput("disable_until_ts must be a non-negative integer", param="disable_until_ts")
    if value > (now + FAR).timestamp():
        raise BadInput("disable_until_ts must be less than 5 years in the future", param="disable_until_ts")
    if value <= 1:
        return None if value else FOREVER
    return datetime.fromtimestamp(value, UTC)


def paused_ts(until: datetime | None) -> int:
    """The end of a pause as HMA writes it."""
    if until is None:
        return 1
    return 0 if until == FOREVER else int(until.timestamp())


def about_text(metadata: Mapping[str, object], note: object) -> str:
    """What is kept of a note and of HMA's metadata. Raises BadInput for a long note."""
    if note is not None and (not isinstance(note, str) or len(note) > MAX_NOTE):
        raise BadInput(f"note must be at most {MAX_NOTE} characters", param="note")
    said = {**metadata, **({} if note is None else {"note": note})}
    return json.dumps(said, sort_keys=True, ensure_ascii=False) if said else ""


def about(entry: BankEntry) -> dict[str, object]:
    """What was said about an entry; the words of other sources count as a note."""
    try:
        said = json.loads(entry.about or "{}")
    except ValueError:
        said = entry.about
    return said if isinstance(said, dict) else {"note": entry.about}


def no_bank(name: str) -> NotFound:
    """There is no bank of that name, in HMA's words."""
    return NotFound(f"bank '{plain(name)}' not found")
