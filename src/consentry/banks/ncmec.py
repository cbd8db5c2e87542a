"""NCMEC's hash sharing databases: pictures of children that its members found, by hash alone.

Source: NCMEC Hash Sharing API, version 2 (`entries`, `feedback`), as its public clients describe
it. Whatever matches here goes the path for children. A page looks like this:

    <queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2">
      <images count="2" maxTimestamp="2026-05-01T12:00:00Z">
        <image><member id="42">A member</member><timestamp>2026-05-01T11:00:00Z</timestamp>
          <id>one</id><classification>A1</classification>
          <fingerprints><md5>…</md5><pdq>…</pdq></fingerprints></image>
        <deletedImage><member id="43">Another</member><id>two</id>
          <timestamp>2026-05-01T12:00:00Z</timestamp></deletedImage></images>
      <paging><next>/v2/entries?from=…&amp;to=…&amp;start=1001&amp;size=1000&amp;max=3000</next></paging>
    </queryResult>

How the cursor moves. Entries do not come in the order of time, so only a window of time that was
read to its last page counts: then `since` moves to its end. The window ends a little before now,
and stays what it is while its pages are read. A page that cannot be read is asked for three times
more, and then in a window of half the length, down to a second; what stays unreadable then is gone
round, one second on, then two, four, and so on. `again` remembers the moment from which something
was gone round, and the next sync begins there. Times are written in UTC, always.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from consentry.banks import Caller
from consentry.core.bank import BankEntry, EntryStatus, Feedback, SignalKind, checked_value
from consentry.core.errors import BadInput, SetupTrouble, UpstreamTrouble
from consentry.core.exchange import MALFORMED, HashKey, Page, Record, note, unreadable

HOSTS: Mapping[str, str] = MappingProxyType(
    {
        "industry": "https://report.cybertip.org/hashsharing",
        "industry-exploitative": "https://report.cybertip.org/exploitative-hashsharing",
        "law-enforcement": "https://lesp.ncmec.org/csam-hashsharing",
        "ngo": "https://hashsharing.ncmec.org/npo",
        "ngo-exploitative": "https://hashsharing.ncmec.org/exploitative",
        "generative-ai": "https://hashsharing.ncmec.org/generative-ai-csam",
        "generative-ai-exploitative": "https://hashsharing.ncmec.org/generative-ai-exploitative",
        "test-industry": "https://exttest.cybertip.org/hashsharing",
        "test-industry-exploitative": "https://exttest.cybertip.org/exploitative-hashsharing",
        "test-law-enforcement": "https://betalesp.ncmec.org/csam-hashsharing",
        "test-ngo": "https://hashsharing-test.ncmec.org/npo",
        "test-ngo-exploitative": "https://hashsharing-test.ncmec.org/exploitative",
        "test-generative-ai": "https://hashsharing-test.ncmec.org/generative-ai-csam",
        "test-generative-ai-exploitative": "https://hashsharing-test.ncmec.org/generative-ai-exploitative",
    }
)
"""The databases there are, by name; who may read which is between NCMEC and the member."""

NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"
"""The namespace of everything that is sent and received."""

SETTLED = 10
"""Seconds before now at which a window ends, so that nothing is still being written into it."""

FIRST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
"""Where the first window begins, in seconds since 1970: before there was any entry."""

TRIES = 3
"""How often an unreadable page is asked for again before the window is begun anew, and shorter."""

MAX_NAME = 200
"""Longest name of an entry, in characters."""

MAX_ELEMENTS = 500_000
"""Most elements in an answer: 1,000 entries with fingerprints and everybody's feedback have fewer."""

MAX_DEPTH = 32
"""How deep an answer may be nested; entries need eight."""

KINDS = {"md5": SignalKind.MD5, "pdq": SignalKind.PDQ}
"""Fingerprints that we take, by their element; the others are counted."""

NAMES = {kind: name.upper() for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a sync is. Moments are seconds since 1970."""

    since: int = FIRST
    """Where the window begins."""
    until: int = 0
    """Where it ends; 0: at its first page, a little before now."""
    following: str = ""
    """The address of the next page of this window, below the database's; empty on the first."""
    length: int = 0
    """The longest window to ask for; 0: no limit."""
    tries: int = 0
    """How often this page could not be read."""
    step: int = 0
    """By how many seconds an unreadable place was gone round last."""
    again: int = 0
    """Where the next sync begins if something was gone round; 0 if nothing was."""

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The cursor that `text` holds; the very first if it is empty. Raises UpstreamTrouble."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            raise unreadable() from None

    def write(self) -> str:
        """The cursor as text."""
        return json.dumps(asdict(self))


class Ncmec:
    """Follows one of NCMEC's databases, and tells it what we think."""

    def __init__(
        self,
        database: str,
        login: tuple[str, str],
        now: Callable[[], datetime],
        base_url: str = "",
        reason: str = "",
    ) -> None:
        """Follow `database`, a name of `HOSTS`, as the member with this `login`.

        `reason` names the reason that NCMEC offers and that our negative feedback gives. Raises
        SetupTrouble for an unknown database or a login without name or password.
        """
        if database not in HOSTS:
            raise SetupTrouble(
                "NCMEC has no such database.", next_step=f"There are {', '.join(HOSTS)}.", param="ncmec"
            )
        if not all(login):
            raise SetupTrouble("NCMEC needs a user name and a password.", param="ncmec")
        self.name = f"ncmec:{database}"
        self._now = now
        self._reason = reason
        self._caller = Caller(base_url or HOSTS[database], login=login)

    def close(self) -> None:
        """Let go of every connection."""
        self._caller.close()

    def fetch(self, cursor: str) -> Page:
        """The page at `cursor`. Raises UpstreamTrouble."""
        at = self._window(Cursor.read(cursor))
        if at.following:
            answer = self._caller.get(at.following)
        elif at.since >= at.until:
            return Page((), Cursor(since=at.again or at.since).write(), more=False, whole=not at.again)
        else:
            wanted = {"from": written(at.since), "to": written(at.until)}
            answer = self._caller.get("v2/entries", wanted)
        return self._page(read(answer), at)

    def around(self, cursor: str) -> str:
        """A shorter window that begins at the same moment, or later; see the top of this file."""
        try:
            at = self._window(Cursor.read(cursor))
        except UpstreamTrouble:
            return ""
        length = at.until - at.since
        if at.tries < TRIES:
            return replace(at, tries=at.tries + 1).write()
        if length > 1:
            return replace(at, until=0, following="", length=length // 2, tries=0).write()
        step = at.step * 2 or 1
        again = min(at.again or at.since, at.since)
        return replace(
            at, since=at.since + step, until=0, following="", length=1, step=step, again=again
        ).write()

    def send_feedback(self, entries: Sequence[BankEntry]) -> int:
        """Tell NCMEC what we think, of each of its records that lists the hash. Raises UpstreamTrouble."""
        told = 0
        for entry in entries:
            if entry.signal not in NAMES or entry.feedback is Feedback.NONE:
                continue
            kind = NAMES[entry.signal]
            body = self._opinion(entry.feedback, kind)
            for ref in entry.case_refs:
                place = "/".join(quote(part, safe="") for part in ref.split("/", 1))
                self._caller.send("PUT", f"v2/entries/{place}/{kind}/feedback", body, "application/xml")
            told += 1
        return told

    def _window(self, at: Cursor) -> Cursor:
        """`at` with an end: a little before now, or sooner if only a short window can be read."""
        if at.until:
            return at
        latest = int(self._now().timestamp()) - SETTLED
        longest = at.since + at.length if at.length else latest
        return replace(at, until=max(at.since, min(latest, longest)))

    def _page(self, found: Element, at: Cursor) -> Page:
        records, skipped = _records(found, self.name)
        following = _following(found)
        if following:
            if following == at.following:
                raise unreadable()  # it would be the same page for ever
            return Page(
                records, replace(at, following=following, tries=0).write(), more=True, skipped=skipped
            )
        latest = int(self._now().timestamp()) - SETTLED
        if at.until < latest and at.length:
            further = replace(
                at, since=at.until, until=0, following="", length=at.length * 4, tries=0, step=0
            )
            return Page(records, further.write(), more=True, skipped=skipped)
        end = Cursor(since=at.again or at.until)
        return Page(records, end.write(), more=False, skipped=skipped, whole=not at.again)

    def _opinion(self, feedback: Feedback, kind: str) -> bytes:
        """What we think, as NCMEC wants it written."""
        if feedback is Feedback.AGREE:
            inner = "<affirmative/>"
        else:
            inner = f"<negative><reasonIds><guid>{self._guid(kind)}</guid></reasonIds></negative>"
        return f'<feedbackSubmission xmlns="{NAMESPACE}">{inner}</feedbackSubmission>'.encode()

    def _guid(self, kind: str) -> str:
        """The number of the reason that the operator chose, or of the only one. Raises SetupTrouble."""
        found = read(self._caller.get(f"v2/feedback/{kind}/reasons"))
        offered = {reason.get("name", ""): reason.get("guid", "") for reason in found.iter("reason")}
        guid = offered.get(self._reason, "") or (next(iter(offered.values())) if len(offered) == 1 else "")
        if not guid or not guid.replace("-", "").isalnum():
            raise SetupTrouble(
                "NCMEC asks for a reason with negative feedback.",
                next_step="Set the reason to one that NCMEC offers for this kind of hash.",
            )
        return guid


def written(moment: int) -> str:
    """A moment in seconds since 1970 as the API wants it: UTC, with a Z that is true."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(answer: bytes) -> Element:
    """The XML in `answer`, without namespaces. Raises UpstreamTrouble `bank_unreadable`.

    A document type, and so any entity of the sender's making, is refused; so is an answer with
    more elements or deeper nesting than a page can have.
    """
    builder, parser = _Builder(), expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.buffer_text = True
    try:
        parser.Parse(answer, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, LookupError, ValueError):
        raise unreadable() from None


class _Builder:
    """Builds a tree, and stops when it grows out of all proportion."""

    def __init__(self) -> None:
        self._tree = TreeBuilder()
        self._depth = 0
        self._many = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._many += 1
        if self._depth > MAX_DEPTH or self._many > MAX_ELEMENTS:
            raise unreadable()
        self._tree.start(name.rpartition("}")[2], attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        self._tree.end(name.rpartition("}")[2])

    def text(self, found: str) -> None:
        """There is text."""
        self._tree.data(found)

    def close(self) -> Element:
        """The whole tree."""
        return self._tree.close()


def _refuse(*_: object) -> NoReturn:
    raise unreadable()


def _following(found: Element) -> str:
    """The address of the next page, if there is one: always below our database's, whatever it says."""
    text = (found.findtext("paging/next") or "").strip()
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not parts.path.lstrip("/").startswith("v2/entries"):
        raise unreadable()
    return text


def _records(found: Element, source: str) -> tuple[list[Record], Mapping[str, int]]:
    if found.tag != "queryResult":
        raise unreadable()
    records: list[Record] = []
    skipped: Counter[str] = Counter()
    for row in (*found.iterfind("images/*"), *found.iterfind("videos/*")):
        record = _record(row, source, skipped)
        if record is None:
            skipped[MALFORMED] += 1
        else:
            records.append(record)
    return records, dict(skipped)


def _record(row: Element, source: str, skipped: Counter[str]) -> Record | None:
    """The record in `row`; None if nothing can be made of it. Counts hashes that we do not take."""
    kind = row.tag.lower()
    ref, changed = _ref(row), _moment(row.findtext("timestamp") or "")
    if kind.removeprefix("deleted") not in {"image", "video"} or not ref or changed is None:
        return None
    if kind.startswith("deleted"):
        return Record((), changed, EntryStatus.DELETED, ref)
    hashes = _hashes(row, skipped)
    about = note(children=True, source=source, classification=_plain(row.findtext("classification")))
    return Record(hashes, changed, EntryStatus.ACTIVE, ref, (), about)


def _ref(row: Element) -> str:
    """The name of an entry: its member's number and its own name."""
    member = row.find("member")
    number, name = _plain(member.get("id") if member is not None else ""), _plain(row.findtext("id"))
    return f"{number}/{name}" if number.isdecimal() and name else ""


def _hashes(row: Element, skipped: Counter[str]) -> tuple[HashKey, ...]:
    found: dict[HashKey, None] = {}
    for element in row.iterfind("fingerprints/*"):
        name, text = element.tag.lower(), (element.text or "").strip()
        if name not in KINDS:
            skipped[f"kind:{name[:20]}"] += 1
            continue
        try:
            found[KINDS[name], checked_value(KINDS[name], text)] = None
        except BadInput:
            skipped[MALFORMED] += bool(text)  # an empty one says only that there is none
    return tuple(found)


def _plain(text: str | None) -> str:
    """`text` if it is short and printable, else nothing."""
    found = (text or "").strip()
    return found if len(found) <= MAX_NAME and found.isprintable() else ""


def _moment(text: str) -> datetime | None:
    """The moment in `text`; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
