"""A list in a file: one hash a line, or a table with columns, kept up to date by whoever writes it.

Three forms are understood, each in UTF-8:

    9c3a…                               one hash a line: 64 digits of the operator's kind, 32 of MD5
    signal_type,signal_val              a table (RFC 4180) with names on top: `signal_type` (or `signal`,
    pdq,9c3a…                           `type`, `kind`) and `signal_val` (or `value`, `hash`), such as an
    video_md5,0b…                       export of Hasher-Matcher-Actioner's signals; others are left out
    {"pdq": "9c3a…", "video_md5": "…"}  one JSON object a line, as its API lists a picture's signals, or
                                        with the names of columns, as `consentry bank export` writes

A line whose `status` is anything but `active` does not list its hash.

The file is the whole list. When it changes it is read from its beginning, a few thousand lines a
page, and when its end is reached, whatever the bank still has from before is no longer listed; at
no moment does the bank hold less than both files have in common. A file that is missing, or in
which nothing at all can be understood, changes nothing: that is a mishap, not an empty list.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from consentry.banks import trouble
from consentry.core.bank import DIGITS, BankEntry, SignalKind, checked_value
from consentry.core.errors import BadInput
from consentry.core.exchange import MALFORMED, HashKey, Page, Record, note

PAGE = 10_000
"""Lines read at a time, so that nobody waits long for the turn to write."""

MAX_LINE = 10_000
"""Longest line in bytes; what is longer is passed over."""

KIND_COLUMNS = ("signal_type", "signal", "type", "kind")
"""What the column with the kind of hash may be called."""

VALUE_COLUMNS = ("signal_val", "value", "hash")
"""What the column with the hash may be called."""

KINDS = {
    "pdq": SignalKind.PDQ,
    "md5": SignalKind.MD5,
    "video_md5": SignalKind.MD5,
    "sha256": SignalKind.SHA256,
}
"""How kinds of hash are called in files."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in which version of the file a sync is."""

    version: str = ""
    """Which file it was, by its number, size and moment of change."""
    offset: int = 0
    """Bytes read; -1 once the end was reached."""
    columns: str = ""
    """The line of names of a table."""
    began: str = ""
    """When this version was begun, ISO 8601."""
    taken: int = 0
    """Lines understood so far."""


class ListFile:
    """Follows a file."""

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        kind: SignalKind = SignalKind.PDQ,
        *,
        children: bool = False,
    ) -> None:
        """Follow the file at `path`; 64 digits without a name are a hash of this `kind`.

        `children` says that the list is of pictures of children.
        """
        self.name = "listfile"
        self._path, self._now, self._kind = path, now, kind
        self._about = note(children=children)

    def fetch(self, cursor: str) -> Page:
        """The next lines. Raises UpstreamTrouble if the file cannot be read."""
        try:
            with self._path.open("rb") as file:
                return self._read(file, cursor)
        except OSError:
            raise trouble("bank_unreachable") from None

    def around(self, cursor: str) -> str:  # noqa: ARG002 - whatever was wrong, only a new file can be better
        """The beginning: the file has to be mended."""
        return ""

    def send_feedback(self, entries: Sequence[BankEntry]) -> int:  # noqa: ARG002 - nobody listens
        """Nobody is told: a file has no ears."""
        return 0

    def _read(self, file: BinaryIO, cursor: str) -> Page:
        status = os.fstat(file.fileno())
        version = f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
        at = _cursor(cursor)
        if at.version != version:
            at = Cursor(version, began=self._now().isoformat())
        if at.offset < 0:
            return Page((), _written(at), more=False)
        file.seek(at.offset)
        began = datetime.fromisoformat(at.began)
        found, skipped, at = self._lines(file, at)
        records = [Record((key,), began, about=self._about) for key in found]
        more = file.tell() < status.st_size
        if more:
            return Page(records, _written(replace(at, offset=file.tell())), more, skipped)
        if not at.taken:
            raise trouble("bank_empty")
        return Page(records, _written(replace(at, offset=-1)), more, skipped, all_since=began)

    def _lines(self, file: BinaryIO, at: Cursor) -> tuple[list[HashKey], dict[str, int], Cursor]:
        """The hashes in the next lines, what was passed over, and the cursor with what was learned."""
        found: list[HashKey] = []
        skipped: Counter[str] = Counter()
        for number, text in enumerate(_texts(file)):
            if number == 0 and at.offset == 0 and _is_head(text):
                at = replace(at, columns=text)
                continue
            keys, left_out = self._keys(text, at.columns)
            found += keys
            skipped.update(left_out)
        return found, dict(skipped), replace(at, taken=at.taken + len(found))

    def _keys(self, text: str, columns: str) -> tuple[list[HashKey], list[str]]:
        """The hashes in one line, and why others are passed over."""
        if not text or text.startswith("#"):
            return [], []
        found: list[HashKey] = []
        left_out: list[str] = []
        for name, value in self._pairs(text, columns):
            kind = KINDS.get(name.strip().lower())
            if kind is None:
                left_out.append("kind:other" if name else MALFORMED)
                continue
            try:
                found.append((kind, checked_value(kind, value)))
            except BadInput:
                left_out.append(MALFORMED)
        return found, left_out

    def _pairs(self, text: str, columns: str) -> list[tuple[str, str]]:
        """Kind and hash as one line gives them; a kind without a name for what makes no sense."""
        if text.startswith("{"):
            cells = _json_cells(text)
            return self._named(cells) if _cell(cells, VALUE_COLUMNS) else _pairs(cells)
        row = _row(text)
        if not columns:
            return [(self._by_length(row[0].strip()), row[0])] if len(row) == 1 else [("", text)]
        return self._named(dict(zip(_row(columns.lower()), row, strict=False)))

    def _named(self, cells: Mapping[str, object]) -> list[tuple[str, str]]:
        """Kind and hash out of cells with names."""
        if _cell(cells, ("status",)) not in {"", "active"}:
            return []
        value = _cell(cells, VALUE_COLUMNS)
        return [(_cell(cells, KIND_COLUMNS) or self._by_length(value), value)]

    def _by_length(self, value: str) -> str:
        """The kind of a hash without a name: by how long it is."""
        if len(value) == DIGITS[SignalKind.MD5]:
            return SignalKind.MD5
        return self._kind if len(value) == DIGITS[self._kind] else ""


def _cursor(text: str) -> Cursor:
    try:
        return Cursor(**json.loads(text)) if text else Cursor()
    except (ValueError, TypeError):
        return Cursor()


def _written(at: Cursor) -> str:
    return json.dumps(asdict(at))


def _texts(file: BinaryIO) -> Iterator[str]:
    """The next lines, without what ends them; an overlong or undecodable line is no hash."""
    for _ in range(PAGE):
        line = file.readline(MAX_LINE)
        if not line:
            return
        while line and not line.endswith(b"\n") and len(line) >= MAX_LINE:
            line = file.readline(MAX_LINE)  # the rest of an overlong line, of which only the end is looked at
        yield line.decode("utf-8-sig", "replace").strip()


def _is_head(text: str) -> bool:
    """Whether `text` names the columns of a table."""
    return any(name in _row(text.lower()) for name in VALUE_COLUMNS)


def _row(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text]), [])] or [""]
    except csv.Error:
        return [""]


def _cell(cells: Mapping[str, object], names: Sequence[str]) -> str:
    """What stands under the first of `names` that there is."""
    found = next((cells[name] for name in names if name in cells), "")
    return found.strip() if isinstance(found, str) else ""


def _json_cells(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {"": ""}
    return found if isinstance(found, dict) else {"": ""}


def _pairs(cells: Mapping[str, object]) -> list[tuple[str, str]]:
    """The signals of a picture, by kind."""
    signals = cells.get("signals", cells)
    if not isinstance(signals, dict):
        return [("", "")]
    return [(name, value if isinstance(value, str) else "") for name, value in signals.items()]
