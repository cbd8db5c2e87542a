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
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from consentry.core.bank import (
    DIGITS,
    BankEntry,
    BankHashes,
    EntryStatus,
    SignalKind,
    checked_value,
    frames_digest,
)
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

AT_ONCE = 20_000
"""Most hashes that are handed on together."""

FEW = 100
"""Fewer hashes are handed on as entries: in a list of which much is said of most, so many are in a row."""

CELLS = {
    **dict.fromkeys(TYPE_NAMES, f"(?P<kind>{'|'.join(kind for kind in TYPES if kind != 'vpdq')}|)"),
    **dict.fromkeys(VALUE_NAMES, "(?P<hash>[0-9a-fA-F]+)"),
    "status": "(?:active)?",
    "source_ref": "",
    "case_refs": "",
}
"""What stands in the cells of a row that says no more than a hash, and perhaps its kind."""

BARE = re.compile(r"[ \t]*(?P<kind>)(?P<hash>[0-9a-fA-F]+)\s*")
"""A hash alone on a line."""

NEVER = re.compile(r"(?!)")
"""Matches nothing."""

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
    number: int = 0
    """How many lines were read."""
    skipped: int = 0
    """How many lines could not be used."""

    def listed(self, lines: Iterable[str]) -> Iterator[BankEntry | BankHashes]:
        """An entry for every line that can be used; those that say no more than a hash come together.

        Raises BadInput for a table without its columns.
        """
        coming = self._counted(lines)
        first = next((line for line in coming if line.strip()), None)
        if first is None:
            return
        text, every = _tidy(first), chain([first], coming)
        if text.startswith("{"):
            yield from self._each(every, NEVER, _json_row)
        elif not text.startswith("[") and ("," in text or text.lower() in VALUE_NAMES):
            yield from self._table(every)
        else:
            yield from self._each(every, BARE, self._plain_row)

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.number += 1
            yield line

    def _table(self, lines: Iterator[str]) -> Iterator[BankEntry | BankHashes]:
        def row(line: str) -> list[str]:
            """The cells of a row, which may go on in the lines that follow."""
            return next(csv.reader(chain([line.lstrip("\ufeff")], lines)), [])

        names = [name.strip().lower() for name in row(next(lines))]
        if not set(names) & set(VALUE_NAMES):
            raise BadInput(f"The table has no column {', '.join(VALUE_NAMES)}.", param="file")
        columns = [(name, place) for place, name in enumerate(names) if name in READ]

        def read(line: str) -> Row:
            cells = row(line)
            return {name: cells[place] for name, place in columns if place < len(cells)}

        yield from self._each(lines, _bare(names), read)

    def _each(
        self, lines: Iterator[str], bare: re.Pattern[str], read: Callable[[str], Row]
    ) -> Iterator[BankEntry | BankHashes]:
        """Gather what is a `bare` hash, and `read` the others one by one."""
        gathered: dict[SignalKind, list[str]] = {kind: [] for kind in DIGITS}
        named = [*TYPES.items(), ("", SignalKind.MD5), ("", self.plain)]
        places = {(name, DIGITS[kind]): gathered[kind] for name, kind in named if kind is not SignalKind.VPDQ}
        many = 0
        for line in lines:
            found = bare.fullmatch(line)
            name, value = found.group("kind", "hash") if found else ("", "")
            hashes = places.get((name, len(value)))
            if hashes is not None:
                hashes.append(value)
                many += 1
                if many % AT_ONCE == 0:
                    yield from self._together(gathered)
            elif line.strip():
                entry = self._read(line, read)
                if entry is not None:
                    yield from self._together(gathered)
                    yield entry
        yield from self._together(gathered)

    def _together(self, gathered: Mapping[SignalKind, list[str]]) -> Iterator[BankEntry | BankHashes]:
        """What was gathered so far, which is then gathered no longer."""
        for kind, hashes in gathered.items():
            if hashes:
                whole = BankHashes(self.bank, kind, bytes.fromhex("".join(hashes)), self.now)
                hashes.clear()
                yield from [whole] if len(whole) >= FEW else whole.entries()

    def _read(self, line: str, read: Callable[[str], Row]) -> BankEntry | None:
        """The entry on a line; None, and noted, if it cannot be used."""
        try:
            return self._entry(read(line))
        except (BadInput, ValueError, csv.Error):
            self._skip(self.number)
            return None

    def _plain_row(self, line: str) -> Row:
        text = _tidy(line)
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


def _tidy(line: str) -> str:
    """`line` without a mark of its encoding and without spaces around it."""
    return line.lstrip("\ufeff").strip()


def _bare(names: Sequence[str]) -> re.Pattern[str]:
    """What a row of a table with columns of these names is if it says no more than a hash, and its kind."""
    if any(sum(name in same for name in names) > 1 for same in (TYPE_NAMES, VALUE_NAMES)):
        return NEVER  # which of two counts is seen by reading both
    cells = ",".join(CELLS.get(name, r'[^",\r\n]*') for name in names)
    kind = "" if set(names) & set(TYPE_NAMES) else "(?P<kind>)"
    return re.compile(rf"{kind}{cells}\r?\n?")


def _json_row(line: str) -> Row:
    found = json.loads(_tidy(line))
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
