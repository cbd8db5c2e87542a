"""Tables in memory with a sheet on top: what a transaction writes is taken over whole, or thrown away."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TypeVar

from consentry.core.appeal import Appeal
from consentry.core.bank import Bank, BankEntry, SignalKind
from consentry.core.breaker import Ability, Breaker, Tally
from consentry.core.candidate import Candidate, Kept
from consentry.core.case import Case, Copy
from consentry.core.consent import Consent
from consentry.core.entry import Line
from consentry.core.exchange import Progress, Record
from consentry.core.exposure import Reveal
from consentry.core.filing import Filing
from consentry.core.fleeting import Fleeting
from consentry.core.incident import Incident
from consentry.core.making import Making
from consentry.core.message import Message
from consentry.core.ports import ApiKey, Job, Known
from consentry.core.queue import JobState
from consentry.core.refusal import Refusal
from consentry.core.review import Resolution, Review
from consentry.core.route import Route
from consentry.core.staff import Member, Passkey, Session
from consentry.store.envelope import WrappedKey
from consentry.store.words import absent

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Held:
    """A job and where it stands."""

    job: Job
    """The job, with its present token."""
    state: JobState = JobState.READY
    """How far it has come."""
    until: datetime | None = None
    """When its lease ends (UTC)."""
    trouble: str = ""
    """The class of what went wrong last."""

    def due(self, now: datetime) -> bool:
        """Whether a worker may have it at `now`."""
        open_ = self.state in {JobState.READY, JobState.LEASED}
        return open_ and self.job.run_at <= now and (self.until is None or self.until <= now)


@dataclass(frozen=True, slots=True)
class Tables:
    """Every table as a mapping; rows are replaced, never changed."""

    lines: MutableMapping[int, Line] = field(default_factory=dict)
    """The log, by index."""
    nodes: MutableMapping[tuple[int, int], bytes] = field(default_factory=dict)
    """The tree over it, by level and place."""
    cases: MutableMapping[str, Case] = field(default_factory=dict)
    """Cases, by id."""
    copies: MutableMapping[str, Copy] = field(default_factory=dict)
    """Copies, by id."""
    places: MutableMapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Which copy a case has where: by case, platform and item."""
    refusals: MutableMapping[str, Refusal] = field(default_factory=dict)
    """Refusals, by id, in the order made."""
    known: MutableMapping[str, tuple[int, Known]] = field(default_factory=dict)
    """Known pictures and the number of their last change, by id."""
    changes: MutableMapping[int, str] = field(default_factory=dict)
    """Which picture each change was about."""
    counts: MutableMapping[str, int] = field(default_factory=dict)
    """How many rows were ever made, by table."""
    jobs: MutableMapping[int, Held | None] = field(default_factory=dict)
    """Jobs, by number; None once forgotten."""
    dedup: MutableMapping[str, int] = field(default_factory=dict)
    """Which job has a dedup key; 0 once it is forgotten."""
    messages: MutableMapping[int, Message] = field(default_factory=dict)
    """Messages, in the order written."""
    keys: MutableMapping[str, ApiKey] = field(default_factory=dict)
    """API keys, by id."""
    secrets: MutableMapping[str, str] = field(default_factory=dict)
    """Digests, by name."""
    consents: MutableMapping[str, Consent] = field(default_factory=dict)
    """Consents, by id."""
    makings: MutableMapping[str, tuple[int, Making]] = field(default_factory=dict)
    """The ledger: images with their numbers, by id."""
    banks: MutableMapping[int, Bank | None] = field(default_factory=dict)
    """Banks, by number; None once dropped."""
    entries: MutableMapping[int, tuple[int, int, BankEntry] | None] = field(default_factory=dict)
    """Entries by number, each with its last change and the number of its bank; None once dropped."""
    listed: MutableMapping[tuple[int, SignalKind, str], int] = field(default_factory=dict)
    """Which entry a bank has for a hash."""
    records: MutableMapping[tuple[int, str], Record | None] = field(default_factory=dict)
    """What a bank remembers of its source's records, by the bank's number and their names."""
    progress: MutableMapping[int, Progress | None] = field(default_factory=dict)
    """How far the sync of a bank has come, by its number."""
    features: MutableMapping[str, tuple[int, Kept]] = field(default_factory=dict)
    """Where features are kept and the number of their last change, by the picture they are of."""
    candidates: MutableMapping[str, Candidate] = field(default_factory=dict)
    """Candidates, by id."""
    order: MutableMapping[int, str] = field(default_factory=dict)
    """Which candidate was the first, the second, and so on."""
    paired: MutableMapping[tuple[str, str], str] = field(default_factory=dict)
    """Which candidate there is for an upload and a known picture."""
    routes: MutableMapping[str, Route] = field(default_factory=dict)
    """Ways in, by name."""
    tallies: MutableMapping[tuple[Ability, datetime], Tally] = field(default_factory=dict)
    """What was asked for, by capability and minute."""
    breakers: MutableMapping[Ability, Breaker] = field(default_factory=dict)
    """What is paused, by capability."""
    incidents: MutableMapping[str, Incident] = field(default_factory=dict)
    """Incidents, by id."""
    filings: MutableMapping[str, Filing] = field(default_factory=dict)
    """What is filed, by id."""
    fleeting: MutableMapping[str, Fleeting | None] = field(default_factory=dict)
    """What is kept for a while, by name; None once dropped."""
    members: MutableMapping[str, Member] = field(default_factory=dict)
    """Who works here, by id."""
    passkeys: MutableMapping[str, Passkey | None] = field(default_factory=dict)
    """Their passkeys, by id; None once dropped."""
    sessions: MutableMapping[str, Session | None] = field(default_factory=dict)
    """Their sessions, by id; None once dropped."""
    reviews: MutableMapping[str, Review] = field(default_factory=dict)
    """What waits for a person, by id."""
    resolutions: MutableMapping[str, Resolution] = field(default_factory=dict)
    """What they chose, by id."""
    reveals: MutableMapping[str, Reveal] = field(default_factory=dict)
    """What they had shown, by id."""
    appeals: MutableMapping[str, Appeal] = field(default_factory=dict)
    """Who objected, by id."""
    blobs: MutableMapping[str, WrappedKey | None] = field(default_factory=dict)
    """Wrapped keys, by blob; None once dropped."""

    def overlay(self) -> Tables:
        """The same tables with an empty sheet on top, which takes every change."""
        return Tables(*(ChainMap({}, getattr(self, table.name)) for table in fields(self)))

    def count(self, table: str) -> int:
        """The number of the next row of `table`, from 1."""
        self.counts[table] = self.counts.get(table, 0) + 1
        return self.counts[table]

    def absorb(self, overlay: Tables) -> None:
        """Take over what was written on the sheet."""
        for table in fields(self):
            getattr(self, table.name).update(getattr(overlay, table.name).maps[0])


def found(table: Mapping[_K, _V], key: _K, what: str) -> _V:
    """The row under `key`. Raises NotFound."""
    try:
        return table[key]
    except KeyError:
        raise absent(what) from None


def node_of(tables: Tables) -> Callable[[int, int], bytes]:
    """Looks up the stored nodes of the tree."""
    return lambda level, place: tables.nodes[level, place]
