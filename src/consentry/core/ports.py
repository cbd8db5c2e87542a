"""What the core needs from the world, as protocols: adapters satisfy them, flows use them.

Rules of this file: one protocol a need, narrow; every protocol has a memory or a fake
implementation that is shipped, and one contract suite in tests/contracts that all pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consentry.core.bank import SignalKind
from consentry.core.bankports import BankSnapshot, BankTransaction, Near
from consentry.core.caseports import CaseSnapshot, CaseTransaction
from consentry.core.content import Picture, Request, Stage, Subject
from consentry.core.entry import Kind, Line
from consentry.core.filing import FilingSnapshot, FilingTransaction
from consentry.core.finding import Finding
from consentry.core.fleeting import FleetingSnapshot, FleetingTransaction
from consentry.core.ledgerports import LedgerSnapshot, LedgerTransaction
from consentry.core.match import Hashes, Match
from consentry.core.message import Message
from consentry.core.partports import PartSnapshot, PartTransaction
from consentry.core.permit import Call
from consentry.core.queue import QueueSnapshot, QueueTransaction
from consentry.core.reviewports import ReviewSnapshot, ReviewTransaction
from consentry.core.routeports import RouteSnapshot, RouteTransaction
from consentry.core.staff import StaffSnapshot, StaffTransaction
from consentry.core.syncports import SyncSnapshot, SyncTransaction


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """The present moment in UTC."""


class Ids(Protocol):
    """The only source of identifiers and secrets."""

    def new(self, prefix: str) -> str:
        """A fresh identifier that nobody can guess, such as `dec_…`."""


class Passphrases(Protocol):
    """How somebody without an account proves that a case is theirs."""

    def reference(self) -> str:
        """A fresh case reference, such as `C-7KQ2-M4XD`, without letters that look alike."""

    def make(self) -> str:
        """A fresh passphrase of six words (77 bits). It is shown once and never stored."""

    def digest(self, reference: str, passphrase: str) -> str:
        """What is stored instead: a slow, salted, peppered digest bound to the reference."""

    def matches(self, digest: str, reference: str, passphrase: str) -> bool:
        """Whether `passphrase` is the one; takes as long for a wrong one or an empty digest."""


class Signal(Protocol):
    """One way of looking at content."""

    @property
    def measures(self) -> frozenset[str]:
        """The names of the findings it brings, such as `exposure.explicit`."""

    @property
    def stages(self) -> frozenset[Stage]:
        """The stages at which it can look."""

    def look(self, subject: Subject) -> Sequence[Finding]:
        """Look at `subject` and say what was seen. A measure left out counts as Unavailable."""


class Decoder(Protocol):
    """Turns bytes of unknown origin into frames, safely."""

    def decode(self, data: bytes) -> Picture:
        """The picture in `data`; without frames and with `trouble` if there is none. Never raises."""

    def clean(self, data: bytes) -> bytes:
        """`data` written anew without metadata or trailing bytes. Raises BadInput if it cannot be."""

    def renew(self, data: bytes) -> Picture:
        """`data` written anew as by `clean`, decoded as by `decode`: what was seen is what it holds.

        Never raises: without frames and with `trouble` if it cannot be, and then the bytes are `data`.
        """


@dataclass(frozen=True, slots=True)
class Made:
    """One image as a generator returned it."""

    data: bytes
    """The bytes; empty if the generator silently made none."""
    caption: str = ""
    """The prompt as the generator rewrote it, if it did."""


class PermitIssuer(Protocol):
    """Signs for the calls that a generator adapter makes upstream."""

    def issue(self, call: Call, decision: str) -> str:
        """The header `Consentry-Permit` of exactly this call. Raises BadInput without a decision."""


class Generator(Protocol):
    """Makes images. Only `flows.generate` may hold one. Its calls upstream carry a permit each."""

    async def make(self, request: Request) -> Sequence[Made]:
        """As many images as were asked for. Raises UpstreamTrouble, never with the upstream's words."""


class Hasher(Protocol):
    """Computes what is kept of a picture so that its copies can be found."""

    def digests(self, data: bytes) -> Hashes:
        """SHA-256 and MD5 alone, of bytes that may be anything."""

    def hashes(self, picture: Picture) -> Hashes:
        """SHA-256, MD5, 8 dihedral PDQ hashes of 32 bytes, quality. Raises BadInput if undecodable."""

    def views(self, picture: Picture) -> Hashes:
        """As `hashes`, with the 8 dihedral hashes of small centre crops besides."""

    def looks(self, picture: Picture) -> Hashes:
        """As `hashes`, with those of every part that may be another picture, named: to search with only."""

    def upright(self, picture: Picture) -> Hashes:
        """For the ledger: one PDQ hash of each still and of its small centre crops, as they stand."""


@dataclass(frozen=True, slots=True)
class Known:
    """A picture that is known: reported in a case, listed in a bank, or accepted on a platform."""

    id: str
    """A stable identifier."""
    source: str
    """`case`, `upload`, or the name of a bank."""
    hashes: Hashes
    """What is kept of it."""
    case: str = ""
    """The case it was reported in, if any."""
    platform: str = ""
    """The platform it is on, if any."""
    item: str = ""
    """The platform's own name for it."""
    url: str = ""
    """Its public address."""
    active: bool = True
    """False once it was withdrawn; it then matches nothing, at once."""


class Finder(Protocol):
    """Finds known pictures. What it needs to follow the store is its own affair."""

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        """Every active known picture with the same bytes, or within `radius` bits; nearest first."""


class ListedFinder(Finder, Protocol):
    """A finder over what banks list, which can also look up a bare hash."""

    def like(self, hashes: Hashes) -> Sequence[Near]:
        """Every entry that matches a picture now, by its looks or its bytes; nearest first."""

    def near(self, signal: SignalKind, value: str) -> Sequence[Near]:
        """Every entry that matches now: within its bank's radius, or equal; nearest first."""

    def __len__(self) -> int:
        """How many PDQ hashes it is ready to propose."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at or after a moment, at least once, under a lease."""

    kind: str
    """Which handler it is for."""
    payload: Mapping[str, str]
    """What the handler needs; identifiers, never personal data."""
    dedup: str
    """A key that makes enqueueing it twice the same as once."""
    run_at: datetime
    """Not before this moment (UTC)."""
    id: int = 0
    """Its row; 0 until it is stored."""
    token: int = 0
    """The fencing token of the present lease; only its holder may finish it."""
    attempts: int = 0
    """How often it was tried."""
    patient: bool = False
    """Whether it lets every other job go first: a closer look may wait, a takedown may not."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key: a digest, never the key."""

    id: str
    """Its public part, which is safe to log."""
    digest: str
    """SHA-256 of the secret part, peppered."""
    label: str
    """What the operator calls it."""
    scopes: frozenset[str]
    """What it may do: `gate`, `screen`, `report`, `read`, `admin`."""
    tier: str
    """What the account pays for, if the platform says so; recorded, never weighed."""
    expires: datetime
    """When it ends (UTC)."""
    revoked: bool = False
    """Whether it was taken back."""


class Snapshot(
    CaseSnapshot,
    BankSnapshot,
    SyncSnapshot,
    PartSnapshot,
    LedgerSnapshot,
    RouteSnapshot,
    FleetingSnapshot,
    FilingSnapshot,
    QueueSnapshot,
    StaffSnapshot,
    ReviewSnapshot,
    Protocol,
):
    """What is stored, as it was at one moment. Reading waits for no writer."""

    def now(self) -> datetime:
        """The present moment (UTC); the database's on PostgreSQL. In a transaction, read under its lock."""

    def known(self, known_id: str) -> Known:
        """The known picture with `known_id`. Raises NotFound."""

    def known_of(self, case_id: str) -> Sequence[Known]:
        """Every picture known from a case."""

    def known_since(self, change: int, limit: int) -> Sequence[tuple[int, Known]]:
        """Known pictures that changed after `change`, with the number of their change, in order."""

    def key(self, key_id: str) -> ApiKey:
        """The key with `key_id`. Raises NotFound."""

    def keys(self) -> Sequence[ApiKey]:
        """Every key, in the order made."""

    def messages(self, case_id: str) -> Sequence[Message]:
        """Every message of a case, in the order written."""

    def secret(self, name: str) -> str:
        """The digest under `name`. Raises NotFound."""


class Transaction(
    Snapshot,
    CaseTransaction,
    BankTransaction,
    SyncTransaction,
    PartTransaction,
    LedgerTransaction,
    RouteTransaction,
    FleetingTransaction,
    FilingTransaction,
    QueueTransaction,
    StaffTransaction,
    ReviewTransaction,
    Protocol,
):
    """A set of changes that happen together or not at all. Reading inside it sees its own writes.

    Transactions run one after another and do not nest, so keep them short: nothing waits for the
    network inside one.
    """

    def append(self, kind: Kind, record: Mapping[str, object]) -> int:
        """Write `record` into the log and return its index. If this fails, nothing may leave."""

    def add_known(self, known: Known) -> None:
        """Store a known picture, or replace the one with its id. It matches from the next look."""

    def enqueue(self, job: Job) -> bool:
        """Store a job; False if one with its dedup key was stored, and is not forgotten."""

    def finish(self, job: Job) -> None:
        """Mark a claimed job done. Raises LostLease if another worker holds it now."""

    def add_key(self, key: ApiKey) -> None:
        """Store an API key, or replace the one with its id."""

    def add_message(self, message: Message) -> None:
        """Store a message. Raises NotFound if there is no such case."""

    def put_secret(self, name: str, digest: str) -> None:
        """Keep the digest of a passphrase under `name`, such as a case reference."""


class Store(Protocol):
    """Where cases, jobs, keys, known pictures and the log are kept."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A transaction: committed at the end of the block, rolled back if it raises."""

    def read(self) -> AbstractContextManager[Snapshot]:
        """For reading only: it takes no lock and waits for no writer. Prefer it where nothing is written."""

    def changes(self) -> int:
        """What `Snapshot.changes` would say of a snapshot taken now, for a tenth of its cost."""

    def claim(self, count: int, lease_seconds: float, *, patient: bool = True) -> Sequence[Job]:
        """Up to `count` due jobs, each leased to the caller under a new fencing token.

        Patient ones come last, however long they are due, and not at all if `patient` is false.
        """

    def retry(self, job: Job, delay_seconds: float, why: str) -> None:
        """Give a claimed job back, to run again later. Does nothing if the lease was lost."""

    def queue(self) -> Mapping[str, int]:
        """How many jobs are `ready`, `leased`, `done`, `dead` (tried too often), and late by a minute.

        Those are `late` if they cannot wait, and `behind` if they are patient.
        """

    def size(self) -> int:
        """How many lines the log has."""

    def line(self, index: int) -> Line:
        """The line at `index`. Raises NotFound."""

    def lines(self, first: int, count: int) -> Sequence[Line]:
        """Up to `count` lines from `first` on, in order; none where the log ends."""

    def erase(self, index: int) -> None:
        """Forget the record and salt of a line; its commitment stays and the log still verifies."""

    def root(self, size: int) -> bytes:
        """The RFC 6962 tree hash over the first `size` lines."""

    def inclusion(self, index: int, size: int) -> Sequence[bytes]:
        """The RFC 6962 audit path of line `index` in the tree of `size` lines."""

    def inclusions(self, indexes: Sequence[int], size: int) -> Sequence[Sequence[bytes]]:
        """The same for many lines at once."""

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """The RFC 6962 consistency proof between two sizes."""

    def check(self) -> None:
        """Raise SafetyUnavailable if it cannot be read and written now."""

    def close(self) -> None:
        """Let go of every connection."""


class Blobs(Protocol):
    """Where bytes are kept, encrypted before they touch a disk."""

    def put(self, data: bytes, purpose: str) -> str:
        """Encrypt and keep `data`; returns its identifier. The same bytes twice are two blobs."""

    def get(self, blob_id: str, purpose: str) -> bytes:
        """The bytes. Raises NotFound if unknown or shredded, BadInput if the purpose differs."""

    def shred(self, blob_id: str) -> None:
        """Destroy the key of a blob, so that no copy of it can ever be read again. Idempotent."""
