"""Exchanges: services and files that tell us, page by page, which hashes they list now.

1. A record replaces everything its source said of it before; nothing is merged, and a record that
   arrives late changes nothing.
2. Several records of a source may list the same hash. It matches as long as one of them does, and
   not a moment longer.
3. The cursor is remembered together with what it covers, so that a sync that was cut off goes on
   where it was, and nothing is left out.
4. What cannot be understood is counted and passed over; it never stops what follows.
5. A list of pictures of children says so in each of its entries, wherever they are found later.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from consentry.core.bank import Bank, BankEntry, EntryStatus, SignalKind
from consentry.core.errors import UpstreamTrouble

UNREADABLE = "bank_unreadable"
"""The code of a page that came but cannot be understood: the sync goes round it."""

TELL = "bank.feedback"
"""The kind of job that tells a source what we think of an entry of its list."""

MALFORMED = "malformed"
"""Why a record is passed over of which nothing can be made; else it is `kind:…`, a kind we do not take."""

CHILD_SOURCES = frozenset({"ncmec"})
"""Sources that list only pictures of children, by the part of a bank's source before a colon."""

HashKey = tuple[SignalKind, str]
"""One hash and its kind."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that a source says of one of its records now."""

    hashes: tuple[HashKey, ...]
    """The hashes it lists, in lower-case hexadecimal; without a `ref` exactly one."""
    changed: datetime
    """When the source last changed it (UTC)."""
    status: EntryStatus = EntryStatus.ACTIVE
    """Whether it is listed."""
    ref: str = ""
    """The source's name for it; empty where the hash itself is the name."""
    case_refs: tuple[str, ...] = ()
    """The source's cases that it belongs to."""
    about: str = ""
    """What else the source says of it, as JSON."""

    @property
    def listed(self) -> tuple[HashKey, ...]:
        """The hashes that match because of it: none once it is withdrawn or deleted."""
        return self.hashes if self.status is EntryStatus.ACTIVE else ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what a source lists."""

    records: Sequence[Record]
    """What could be understood, in the source's order."""
    cursor: str
    """Where to go on. Only its exchange understands it; it holds no secret."""
    more: bool
    """Whether there is more to fetch now."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How much was passed over, by why."""
    whole: bool = True
    """False if something had to be gone round: with this page the sync ends, but is not complete."""
    all_since: datetime | None = None
    """Set on the last page of a source that always sends everything: when it began. What it did not
    send since then is no longer listed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the sync of one bank has come."""

    bank: str
    """The name of the bank."""
    cursor: str = ""
    """Where to go on; empty at the very beginning."""
    version: int = 0
    """How often it was saved: who read an older version may not save."""
    complete: datetime | None = None
    """When everything that the source had was last taken in (UTC)."""
    taken: int = 0
    """Records taken in since then."""
    passed_over: int = 0
    """Records, or hashes of records, passed over since then."""
    troubles: int = 0
    """Pages that could not be read since then."""
    trouble: str = ""
    """The code of what went wrong at the last try; empty if nothing did."""
    under_way: bool = False
    """Whether a page was taken in and more are to come."""

    def lag(self, now: datetime) -> float:
        """Seconds since the last complete sync; infinite before the first."""
        return math.inf if self.complete is None else max(0.0, (now - self.complete).total_seconds())

    def after(self, page: Page, now: datetime) -> Progress:
        """How far it has come with `page`, taken in at `now`."""
        so_far = self._counting()
        return replace(
            so_far,
            cursor=page.cursor,
            complete=self.complete if page.more or not page.whole else now,
            taken=so_far.taken + len(page.records),
            passed_over=so_far.passed_over + sum(page.skipped.values()),
            trouble="",
            under_way=page.more,
        )

    def around(self, cursor: str) -> Progress:
        """How far it has come when a page had to be gone round."""
        so_far = self._counting()
        troubles = so_far.troubles + 1
        return replace(so_far, cursor=cursor, troubles=troubles, trouble=UNREADABLE, under_way=True)

    def _counting(self) -> Progress:
        """The same, with the counts of this sync: at zero if it only begins."""
        return self if self.under_way else replace(self, taken=0, passed_over=0, troubles=0)


def unreadable() -> UpstreamTrouble:
    """What an exchange raises for a page that came but cannot be understood."""
    return UpstreamTrouble("A page of the list could not be read.", code=UNREADABLE)


def entries_from(
    bank: str,
    records: Sequence[Record],
    before: Mapping[str, Record],
    held: Mapping[HashKey, BankEntry],
) -> tuple[list[BankEntry], list[Record]]:
    """What becomes of a bank with `records`: entries to put, and named records to remember.

    `before` holds what was remembered of the records, by name; `held` the present entries for all
    their hashes, old and new. Every entry that a named record touches comes out with the full list
    of the records that list it, so the order in which records arrive is of no consequence.
    """
    entries = [_own(bank, record) for record in records if not record.ref]
    sheet, newest = dict(held), dict(before)
    touched: dict[HashKey, None] = {}
    for record in records:
        old = newest.get(record.ref)
        if not record.ref or (old and old.changed > record.changed):
            continue
        newest[record.ref] = record
        for key in {*(old.listed if old else ()), *record.listed}:
            sheet[key] = _listed(bank, key, record, sheet.get(key))
            touched[key] = None
    names = {record.ref: None for record in records if record.ref}
    return entries + [sheet[key] for key in touched], [newest[name] for name in names]


def telling(entry: BankEntry, now: datetime) -> tuple[str, dict[str, str], str, datetime]:
    """What a `Job` is made of that tells its source what we think of `entry`, now.

    To be enqueued in the transaction that changes our feedback, as `Job(*telling(entry, now))`.
    """
    return TELL, {"entry": str(entry.id)}, f"{TELL}:{entry.id}:{now.isoformat()}", now


def keys_of(records: Iterable[Record]) -> set[HashKey]:
    """Every hash that one of `records` lists."""
    return {key for record in records for key in record.listed}


def _own(bank: str, record: Record) -> BankEntry:
    """The entry for a record whose name is its hash."""
    ((kind, value),) = record.hashes
    return BankEntry(bank, kind, value, record.changed, "", record.case_refs, record.status, record.about)


def _listed(bank: str, key: HashKey, record: Record, old: BankEntry | None) -> BankEntry:
    """The entry for `key` after `record`: listed as long as any record lists it."""
    others = [ref for ref in (old.case_refs if old else ()) if ref != record.ref]
    refs = (*others, record.ref) if key in record.listed else tuple(others)
    changed = max(old.changed, record.changed) if old else record.changed
    ended = EntryStatus.DELETED if record.status is EntryStatus.ACTIVE else record.status
    return BankEntry(
        bank=bank,
        signal=key[0],
        value=key[1],
        changed=changed,
        source_ref=refs[-1] if refs else record.ref,
        case_refs=refs,
        status=EntryStatus.ACTIVE if refs else ended,
        about=record.about if key in record.listed or old is None else old.about,
    )


def of_children(bank: Bank, entry: BankEntry) -> bool:
    """Whether a match with `entry` goes the path for children: its source, or the entry, says so."""
    return bank.source.partition(":")[0] in CHILD_SOURCES or says_children(entry.about)


def note(*, children: bool, **more: object) -> str:
    """What a source says of a record, as JSON for `about`; empty if it says nothing."""
    found = {name: value for name, value in more.items() if value}
    return (
        json.dumps(found | ({"children": True} if children else {}), sort_keys=True)
        if found or children
        else ""
    )


def says_children(about: str) -> bool:
    """Whether the note about an entry says that it is about children."""
    try:
        found = json.loads(about)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("children") is True
