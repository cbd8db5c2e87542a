"""Stand-ins for the services that exchange hashes: each speaks its protocol, and can go wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from support.talking import Answer, Asked

FUNCTION, SUBSCRIPTION = "function-key-4711", "subscription-key-4712"
USER, PASSWORD = "member", "pass-word-4713"
NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"


def hex_of(number: int, digits: int = 64) -> str:
    return f"{number:0{digits}x}"


def a_row(number: int, at: int, status: str = "Active", kind: str = "ImagePDQ", **more) -> dict[str, object]:
    """A record as StopNCII sends it."""
    digits = 32 if kind == "VideoMD5" else 64
    return {
        "lastModtimestamp": at,
        "signalType": kind,
        "hashValue": hex_of(number, digits).upper(),
        "hashStatus": status,
        "caseNumbers": {f"{1000 + number}": status},
        "CSPFeedbacks": [{"source": "a site", "feedbackValue": "Blocked", "tags": []}],
    } | more


@dataclass
class StopNciiServer:
    """Keeps records by hash, sends them in the order of their last change, and hears what is said."""

    rows: list[object] = field(default_factory=list)
    said: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    spoil: Callable[[list[object]], bool] = lambda _rows: False
    """Whether a page with these rows comes out as nonsense."""

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if asked.headers.get("ocp-apim-subscription-key") != SUBSCRIPTION:
            return Answer(401)
        if asked.headers.get("x-functions-key") != FUNCTION:
            return Answer(403)
        if asked.method == "POST":
            self.said.append((asked.path, json.loads(asked.body)))
            return Answer(body=b"{}")
        return self._page(asked.wanted)

    def _page(self, wanted: Mapping[str, str]) -> Answer:
        since, size = int(wanted["startTimestamp"]), int(wanted["pageSize"])
        rows = [
            row for row in self.rows if not isinstance(row, dict) or row.get("lastModtimestamp", 0) >= since
        ]
        first = int(wanted.get("nextPageToken", "t0")[1:])
        here = rows[first : first + size]
        if self.spoil(here):
            return Answer(body=b"<html>Something went wrong</html>")
        times = [row["lastModtimestamp"] for row in rows if isinstance(row, dict)]
        more = first + size < len(rows)
        page = {
            "count": len(here),
            "nextPageToken": f"t{first + size}" if more else "",
            "nextSetTimestamp": max(times, default=since),
            "hasMoreRecords": more,
            "hashRecords": here,
        }
        return Answer(body=json.dumps(page).encode())


@dataclass
class Deed:
    """What a member of NCMEC did with an entry."""

    member: int
    name: str
    at: datetime
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    kind: str = "image"
    raw: str = ""

    def xml(self) -> str:
        if self.raw:
            return self.raw
        tag = f"deleted{self.kind.capitalize()}" if self.deleted else self.kind
        prints = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.fingerprints.items())
        rest = (
            ""
            if self.deleted
            else f"<classification>A1</classification><fingerprints>{prints}</fingerprints>"
        )
        stamp = self.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f'<{tag}><member id="{self.member}">Member &amp; Co</member><timestamp>{stamp}</timestamp>'
            f"<id>{escape(self.name)}</id>{rest}</{tag}>"
        )


@dataclass
class NcmecServer:
    """Keeps the last deed about each entry, and sends those in a window of time, in no order of time."""

    deeds: list[Deed] = field(default_factory=list)
    size: int = 1000
    said: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    reasons: Mapping[str, str] = field(default_factory=lambda: {"Not a match": "11111111-2222"})
    spoil: Callable[[list[Deed]], bool] = lambda _deeds: False

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer(401)
        if asked.method == "PUT":
            self.said.append((asked.path, asked.body))
            return Answer()
        if asked.path.endswith("/reasons"):
            offered = "".join(f'<reason name="{name}" guid="{guid}"/>' for name, guid in self.reasons.items())
            return _xml(f"<availableFeedbackReasons>{offered}</availableFeedbackReasons>", "feedbackReasons")
        return self._page(asked.wanted)

    def _page(self, wanted: Mapping[str, str]) -> Answer:
        first, last = (
            datetime.strptime(wanted[name], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            for name in ("from", "to")
        )
        inside = [deed for deed in self.deeds if first <= deed.at < last]
        inside.sort(key=lambda deed: (deed.name, deed.member))
        start = int(wanted.get("start", "1")) - 1
        here = inside[start : start + self.size]
        if self.spoil(here):
            return Answer(body=b"<queryResult><images><image>")
        parts = []
        for kind in ("image", "video"):
            found = [deed for deed in here if deed.kind == kind]
            stamp = max((deed.at for deed in found), default=first).strftime("%Y-%m-%dT%H:%M:%SZ")
            inner = "".join(deed.xml() for deed in found)
            parts.append(f'<{kind}s count="{len(found)}" maxTimestamp="{stamp}">{inner}</{kind}s>')
        if start + self.size < len(inside):
            further = dict(wanted) | {"start": start + self.size + 1, "size": self.size, "max": len(inside)}
            parts.append(f"<paging><next>/v2/entries?{escape(urlencode(further))}</next></paging>")
        return _xml("".join(parts), "queryResult")


def _xml(inner: str, tag: str) -> Answer:
    return Answer(
        body=f'<?xml version="1.0" encoding="UTF-8"?><{tag} xmlns="{NAMESPACE}">{inner}</{tag}>'.encode()
    )
