"""StopNCII.org: hashes that adults made of their own intimate pictures, on their own devices.

Source: the partner API of StopNCII.org, version 1 (`FetchHashes`, `SubmitHashes`,
`SubmitFeedback`), as its public clients describe it. A page looks like this:

    {"count": 1, "hasMoreRecords": false, "nextPageToken": "", "nextSetTimestamp": 1780000000,
     "hashRecords": [{"lastModtimestamp": 1779999990, "signalType": "ImagePDQ", "hashValue": "9c…",
       "hashStatus": "Active", "caseNumbers": {"1001": "Active"}, "CSPFeedbacks": []}]}

How the cursor moves. It holds the moment that the present sync began from (`since`), the token of
the next page, and the page size. Only the last page moves `since`, to the moment that the source
names, and never backwards. A page that cannot be read is asked for again at half the size, down
to one record; what stays unreadable then is gone round by time, one second on, then two, four, …
until a page can be read. `again` remembers the moment from which something was gone round, and
the next sync begins there; so it is tried at every sync, and lost only while it is unreadable.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeGuard

from consentry.banks import Caller
from consentry.core.bank import BankEntry, EntryStatus, Feedback, SignalKind, checked_value
from consentry.core.errors import BadInput, SetupTrouble, UpstreamTrouble
from consentry.core.exchange import MALFORMED, Page, Record, note, unreadable

BASE_URL = "https://api.stopncii.org/v1"
"""Where the service is."""

FIRST = 10
"""The timestamp from which the source sends everything, in seconds since 1970."""

PAGE = 800
"""Records asked for at a time: what the source's other clients ask for."""

MAX_CASES = 100
"""Most cases of one hash that are kept; a hash belongs to a few."""

MAX_CASE = 100
"""Longest number of a case, in characters."""

LATEST = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
"""A timestamp beyond this is no timestamp in seconds."""

KINDS = {"ImagePDQ": SignalKind.PDQ, "VideoMD5": SignalKind.MD5}
"""Kinds of hash that we take, by the source's names; `VideoTMK`, `Text`, `URL` and others are counted."""

NAMES = {kind: name for name, kind in KINDS.items()}

STATUSES = {
    "Received": EntryStatus.ACTIVE,
    "Active": EntryStatus.ACTIVE,
    "Withdrawn": EntryStatus.WITHDRAWN,
    "Deleted": EntryStatus.DELETED,
}
"""What each of the source's words for the state of a hash means to us."""

OPINIONS = {Feedback.AGREE: "Blocked", Feedback.DISAGREE: "NotBlocked", Feedback.NONE: "None"}
"""How the source calls what we think."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a sync is."""

    since: int = FIRST
    """The timestamp that this sync began from."""
    token: str = ""
    """The next page's token; empty on the first."""
    size: int = PAGE
    """Records to ask for."""
    seen: int = 0
    """The latest timestamp read in this sync."""
    step: int = 0
    """By how many seconds an unreadable place was gone round last; 0 if the last page could be read."""
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


class StopNCII:
    """Follows StopNCII.org, and tells it what we think."""

    name = "stopncii"

    def __init__(
        self, keys: Mapping[str, str], subscription: str, base_url: str = BASE_URL, seconds: float = 120.0
    ) -> None:
        """Speak with the `subscription` key and one key for each function, by the function's name.

        Raises SetupTrouble without a key for `FetchHashes`.
        """
        if not keys.get("FetchHashes") or not subscription:
            raise SetupTrouble("StopNCII needs a subscription key and a key for FetchHashes.")
        self._keys = dict(keys)
        self._caller = Caller(base_url, {"Ocp-Apim-Subscription-Key": subscription}, seconds=seconds)

    def close(self) -> None:
        """Let go of every connection."""
        self._caller.close()

    def fetch(self, cursor: str) -> Page:
        """The page at `cursor`. Raises UpstreamTrouble."""
        at = Cursor.read(cursor)
        wanted = {"startTimestamp": str(at.since), "pageSize": str(at.size)}
        wanted |= {"nextPageToken": at.token} if at.token else {}
        answer = self._caller.get("FetchHashes", wanted, self._key("FetchHashes"))
        return read_page(answer, at)

    def around(self, cursor: str) -> str:
        """A smaller page at the same place, or a later place; see the top of this file."""
        try:
            at = Cursor.read(cursor)
        except UpstreamTrouble:
            return ""
        if at.size > 1:
            return replace(at, size=at.size // 2).write()
        just_past = at.seen < at.since <= at.seen + 1  # may be where the trouble is: one second more at first
        step = 1 if just_past else at.step * 2 or 1
        again = min(at.again or at.since, at.since)
        return replace(at, since=max(at.since, at.seen) + step, token="", step=step, again=again).write()

    def send_feedback(self, entries: Sequence[BankEntry]) -> int:
        """Tell the source what we think of these entries. Raises UpstreamTrouble, SetupTrouble."""
        said = [
            {"hashValue": entry.value, "feedbackValue": OPINIONS[entry.feedback], "tags": []}
            for entry in entries
            if entry.signal in NAMES
        ]
        self._post("SubmitFeedback", {"count": len(said), "hashFeedbacks": said})
        return len(said)

    def submit(self, entries: Sequence[BankEntry]) -> int:
        """List hashes of our own at the source. Raises UpstreamTrouble, SetupTrouble."""
        opinion = {"feedbackValue": OPINIONS[Feedback.AGREE], "tags": []}
        said = [
            {
                "lastModtimestamp": int(entry.changed.timestamp()),
                "signalType": NAMES[entry.signal],
                "hashValue": entry.value,
                "CSPFeedbacks": [opinion],
            }
            for entry in entries
            if entry.signal in NAMES
        ]
        self._post("SubmitHashes", {"count": len(said), "hashRecords": said})
        return len(said)

    def _post(self, function: str, said: Mapping[str, object]) -> None:
        body = json.dumps(said).encode()
        self._caller.send("POST", function, body, "application/json", self._key(function))

    def _key(self, function: str) -> dict[str, str]:
        key = self._keys.get(function)
        if not key:
            raise SetupTrouble(
                f"There is no key for StopNCII's {function}.", next_step="Ask StopNCII for one."
            )
        return {"x-functions-key": key}


def read_page(answer: bytes, at: Cursor) -> Page:
    """The page in `answer`, which was asked for at `at`. Raises UpstreamTrouble `bank_unreadable`."""
    found = _json(answer)
    rows = found.get("hashRecords")
    more, token, following = (
        found.get("hasMoreRecords"),
        found.get("nextPageToken"),
        found.get("nextSetTimestamp"),
    )
    if not isinstance(rows, list) or not isinstance(more, bool):
        raise unreadable()
    records, skipped = _records(rows)
    seen = max([at.seen, *(int(record.changed.timestamp()) for record in records)])
    if more:
        if not isinstance(token, str) or token in {"", at.token}:
            raise unreadable()  # it would be the same page for ever
        following_page = replace(at, token=token, size=_grown(at.size), seen=seen, step=0)
        return Page(records, following_page.write(), more, skipped)
    end = max(following, at.since) if _is_moment(following) else max(seen, at.since)
    return Page(records, Cursor(since=at.again or end).write(), more, skipped, whole=not at.again)


def _records(rows: Sequence[object]) -> tuple[list[Record], Mapping[str, int]]:
    records: list[Record] = []
    skipped: Counter[str] = Counter()
    for row in rows:
        read = _record(row)
        if isinstance(read, str):
            skipped[read] += 1
        else:
            records.append(read)
    return records, dict(skipped)


def _record(row: object) -> Record | str:
    """The record in `row`, or why it is passed over."""
    if not isinstance(row, dict) or not isinstance(kind := row.get("signalType"), str):
        return MALFORMED
    if kind not in KINDS:
        return f"kind:{kind[:20].lower() if kind.isalnum() else 'other'}"
    status, value, changed = row.get("hashStatus"), row.get("hashValue"), row.get("lastModtimestamp")
    if (
        not isinstance(status, str)
        or status not in STATUSES
        or not isinstance(value, str)
        or not _is_moment(changed)
    ):
        return MALFORMED
    try:
        key = KINDS[kind], checked_value(KINDS[kind], value)
    except BadInput:
        return MALFORMED
    moment = datetime.fromtimestamp(changed, UTC)
    about = note(children=False, feedback=_opinions(row.get("CSPFeedbacks")))
    return Record((key,), moment, STATUSES[status], "", _cases(row.get("caseNumbers")), about)


def _cases(found: object) -> tuple[str, ...]:
    """Numbers of cases, each on one line; what else stands there is left out."""
    names = found if isinstance(found, dict) else {}
    plain = [name for name in names if name.isprintable() and 0 < len(name) <= MAX_CASE]
    return tuple(plain[:MAX_CASES])


def _opinions(found: object) -> Mapping[str, int]:
    """How many services said what."""
    rows = found if isinstance(found, list) else []
    words = [row.get("feedbackValue") for row in rows if isinstance(row, dict)]
    return Counter(
        word for word in words if isinstance(word, str) and word.isalpha() and len(word) < MAX_CASE
    )


def _is_moment(found: object) -> TypeGuard[int]:
    return type(found) is int and 0 < found < LATEST


def _grown(size: int) -> int:
    return min(PAGE, size * 2)


def _json(answer: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise unreadable() from None
    if not isinstance(found, dict):
        raise unreadable()
    return found
