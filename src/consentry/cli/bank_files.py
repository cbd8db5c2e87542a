"""Lists of hashes as files: one hash a line, a table, or JSON, read and written line by line.

Three forms are told apart by the first line that is not empty:

    9c3a…                                     one hash a line
    signal_type,signal_val                    a table (RFC 4180) with a line of names, as HMA's own export
    {"signal_type": "pdq", "signal_val": …}   one JSON object a line, as `consentry bank export` writes

A video is a list of its frames, as vPDQ writes it: `["9c3a…,100,0.000", …]` alone on a line, or the text
of that as the hash of an entry of kind `vpdq`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from consentry.core.bank import DIGITS, BankEntry, EntryStatus, SignalKind, checked_value, frames_digest
from consentry.core.errors import BadInput
from consentry.core.match import FrameHash, telling
from consentry.matching.video import from_vpdq, to_vpdq

TYPE_NAMES = ("signal_type", "signal", "type")
VALUE_NAMES = ("signal_val", "value", "hash")
"""What the two columns that matter may be called."""

TYPES = {
    "pdq": SignalKind.PDQ,
    "md5": SignalKind.MD5,
    "video_md5": SignalKind.MD5,
    "sha256": SignalKind.SHA256,
    "vpdq": SignalKind.VPDQ,
}
"""How kinds of hash are called in files."""

COLUMNS = ("signal_type", "signal_val", "status", "source_ref", "case_refs")
"""What is exported."""

READ = frozenset({*TYPE_NAMES, *VALUE_NAMES, *COLUMNS})
"""Columns of a table that are read; the others are nobody's business here."""

Row = Mapping[str, object]


@dataclass(slots=True)
class Reading:
    """Reads a list for one bank and counts what could not be used."""

    bank: str
    """The bank's name."""
    now: datetime
    """The moment of the import, which every entry is changed at."""
    plain: SignalKind = SignalKind.PDQ
    """What 64 digits alone on a line are; 32 are MD5."""
    malformed: list[int] = field(default_factory=list)
    """Numbers of the first lines that could not be used."""
    skipped: int = 0
    """How many lines could not be used."""

    def entries(self, lines: Iterable[str]) -> Iterator[BankEntry]:
        """An entry for every line that can be used. Raises BadInput for a table without its columns."""
        coming = iter(enumerate(lines, 1))
        for number, line in coming:
            if line.strip():
                yield from self._rest(chain([(number, line)], coming), line.lstrip("\ufeff").strip())
                return

    def _rest(self, numbered: Iterator[tuple[int, str]], first: str) -> Iterator[BankEntry]:
        if first.startswith("{"):
            yield from self._each(numbered, _json_row)
        elif not first.startswith("[") and ("," in first or first.lower() in VALUE_NAMES):
            yield from self._table(numbered)
        else:
            yield from self._each(numbered, self._plain_row)

    def _each(self, numbered: Iterator[tuple[int, str]], read: Callable[[str], Row]) -> Iterator[BankEntry]:
        for number, line in numbered:
            text = line.lstrip("\ufeff").strip()
            if not text:
                continue
            try:
                yield self._entry(read(text))
            except (BadInput, ValueError):
                self._skip(number)

    def _table(self, numbered: Iterator[tuple[int, str]]) -> Iterator[BankEntry]:
        table = csv.reader(line.lstrip("\ufeff") for _, line in numbered)
        names = [name.strip().lower() for name in next(table, [])]
        if not set(names) & set(VALUE_NAMES):
            raise BadInput(f"The table has no column {', '.join(VALUE_NAMES)}.", param="file")
        columns = [(name, place) for place, name in enumerate(names) if name in READ]
        for row in self._rows(table, lambda: table.line_num):
            try:
                yield self._entry({name: row[place] for name, place in columns if place < len(row)})
            except (BadInput, ValueError):
                self._skip(table.line_num)

    def _rows(self, table: Iterator[list[str]], number: Callable[[], int]) -> Iterator[list[str]]:
        """Rows that have something in them; one that Python's reader cannot take is passed over."""
        while True:
            try:
                row = next(table, None)
            except csv.Error:
                self._skip(number())
                continue
            if row is None:
                return
            if row:
                yield row

    def _plain_row(self, text: str) -> Row:
        return {"signal_type": self._kind_of(text), "signal_val": text}

    def _kind_of(self, text: str) -> str:
        """The kind of a hash that nothing is said of."""
        if text.startswith("["):
            return SignalKind.VPDQ.value
        return (SignalKind.MD5 if len(text) == DIGITS[SignalKind.MD5] else self.plain).value

    def _entry(self, row: Row) -> BankEntry:
        value = str(next((row[name] for name in VALUE_NAMES if row.get(name)), "")).strip()
        named = next((row[name] for name in TYPE_NAMES if row.get(name)), "") or self._kind_of(value)
        kind = TYPES.get(str(named).strip().lower())
        if kind is None:
            raise BadInput("There is no such kind of hash.")
        frames = _telling_video(value) if kind is SignalKind.VPDQ else ()
        return BankEntry(
            bank=self.bank,
            signal=kind,
            value=frames_digest(frames) if frames else checked_value(kind, value),
            changed=self.now,
            source_ref=str(row.get("source_ref") or ""),
            case_refs=tuple(ref for ref in str(row.get("case_refs") or "").split(";") if ref),
            status=EntryStatus(str(row.get("status") or EntryStatus.ACTIVE.value)),
            frames=frames,
        )

    def _skip(self, number: int) -> None:
        self.skipped += 1
        if len(self.malformed) < 10:  # noqa: PLR2004 - enough to find what is wrong with a file
            self.malformed.append(number)


def _telling_video(text: str) -> tuple[FrameHash, ...]:
    """The frames in `text`. Raises BadInput if that is no vPDQ, or not one frame has enough in it."""
    frames = from_vpdq(text)
    if not telling(frames):
        raise BadInput("No frame of the video has enough in it to be found.")
    return frames


def _json_row(text: str) -> Row:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise BadInput("A line is no JSON object.")
    return found


def exported(entries: Iterable[BankEntry], form: str) -> Iterator[str]:
    """Lines of a file in one of the three forms: `csv`, `json`, or `plain` (active entries only)."""
    if form == "csv":
        yield ",".join(COLUMNS)
    for entry in entries:
        if form == "plain" and entry.status is not EntryStatus.ACTIVE:
            continue
        row = _row(entry)
        if form == "json":
            yield json.dumps(row)
        else:
            yield _hash(entry) if form == "plain" else ",".join(_cell(row[name]) for name in COLUMNS)


def _row(entry: BankEntry) -> dict[str, str]:
    values = (
        entry.signal.value,
        _hash(entry),
        entry.status.value,
        entry.source_ref,
        ";".join(entry.case_refs),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _hash(entry: BankEntry) -> str:
    """The hash as lists have it."""
    return to_vpdq(entry.frames) if entry.frames else entry.value


def _cell(text: str) -> str:
    """A cell of a table (RFC 4180)."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text
