"""Small stand-ins that satisfy real ports: a clock that stands still, a signal that says what it is told."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from consentry.core.content import Account, Frame, Picture, Request, Stage, Subject
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.core.finding import Finding, Seen
from consentry.core.law import Duty, Ground, Provision
from consentry.core.leaving import Stated
from consentry.core.match import Hashes, Match
from consentry.core.policy import AtLeast, Harm, Outcome, Policy, Rule
from consentry.core.ports import Made, Store, Transaction
from consentry.flows.judge import Judge
from consentry.flows.ledger import Ledger

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LAW = Provision("x.p", "Act s.1", "x", "https://example.org/act", date(2020, 1, 1), ground=Ground.LAW)


class StillClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class CountingIds:
    """dec_1, cpy_2, …"""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"


class PlainPassphrases:
    """Not slow, not secret; for flows that only need one."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def reference(self) -> str:
        return f"C-TEST-{next(self._numbers):04}"

    def make(self) -> str:
        return "one two three four five six"

    def digest(self, reference: str, passphrase: str) -> str:
        return f"{reference}/{passphrase}"

    def matches(self, digest: str, reference: str, passphrase: str) -> bool:
        return digest == f"{reference}/{passphrase}"


@dataclass
class Eye:
    """Says what it is told, or raises it, or sleeps."""

    measure: str
    score: float | Exception = 0.0
    sleep: float = 0.0
    stages: frozenset[Stage] = frozenset(Stage)
    says: Sequence[Finding] | None = None

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def look(self, subject: Subject) -> Sequence[Finding]:
        time.sleep(self.sleep)
        if isinstance(self.score, Exception):
            raise self.score
        return [Seen(self.measure, self.score)] if self.says is None else self.says


@dataclass
class PlainDecoder:
    """`ok…` is a picture of one grey pixel; anything else is not."""

    cleaned: list[bytes] = field(default_factory=list)

    def decode(self, data: bytes) -> Picture:
        digest = hashlib.sha256(data).hexdigest()
        if not data.startswith(b"ok"):
            return Picture(data, digest, trouble="corrupt")
        return Picture(data, digest, "png", (Frame(1, 1, b"\x80\x80\x80"),))

    def clean(self, data: bytes) -> bytes:
        if not data.startswith(b"ok"):
            raise BadInput("That is no picture.", code="corrupt")
        self.cleaned.append(data)
        return b"ok clean " + data.removeprefix(b"ok").strip()

    def renew(self, data: bytes) -> Picture:
        return self.decode(self.clean(data)) if data.startswith(b"ok") else self.decode(data)


class PlainHasher:
    """A picture's PDQ is its SHA-256: near only if the same."""

    def digests(self, data: bytes) -> Hashes:
        return Hashes(hashlib.sha256(data).hexdigest(), (), 0, hashlib.md5(data).hexdigest())

    def hashes(self, picture: Picture) -> Hashes:
        return Hashes(picture.sha256, (bytes.fromhex(picture.sha256),) * 8, 100)

    def views(self, picture: Picture) -> Hashes:
        return self.hashes(picture)

    def upright(self, picture: Picture) -> Hashes:
        return self.hashes(picture)

    def looks(self, picture: Picture) -> Hashes:
        return self.hashes(picture)


@dataclass
class PlainFinder:
    """Finds what it was given."""

    matches: list[Match] = field(default_factory=list)

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        return [match for match in self.matches if match.distance <= radius]


@dataclass
class Brush:
    """A generator that returns what it was given, and counts how often it was asked."""

    makes: Sequence[Made] = (Made(b"ok drawn"),)
    asked: int = 0

    async def make(self, request: Request) -> Sequence[Made]:
        self.asked += 1
        return self.makes


class PlainMarker:
    """Says of a picture what it states, in front of its bytes; or fails."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails
        self.marked: list[Stated] = []

    def mark(self, picture: Picture, stated: Stated) -> Picture:
        self.marked.append(stated)
        if self.fails:
            raise self.fails
        data = picture.data + f" under {stated.decision}".encode()
        return replace(picture, data=data, sha256=hashlib.sha256(data).hexdigest())


class Unmarked:
    """Leaves a picture as it is, for tests about other things."""

    def mark(self, picture: Picture, stated: Stated) -> Picture:
        return picture


def keeper(store: Store, marker: object = None) -> Ledger:
    """A ledger over `store`."""
    return Ledger(store, PlainHasher(), marker or Unmarked(), CountingIds(), b"key")


@dataclass
class OpenDoor:
    """Lets everybody in, and remembers what came of it."""

    seen: list[tuple[str, bool, bool]] = field(default_factory=list)

    def enter(self, request: Request) -> None:
        pass

    def left(self, request: Request, *, refused: bool, made: bool) -> None:
        self.seen.append((request.route, refused, made))

    def count(self, tx: Transaction, request: Request, *, refused: bool, made: bool) -> None:
        self.left(request, refused=refused, made=made)


class BreakingStore:
    """A store whose log cannot be written: the disk is full."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        with self._store.begin() as tx:
            yield _BreakingTransaction(tx)  # type: ignore[misc]


class _BreakingTransaction:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def __getattr__(self, name: str) -> object:
        return getattr(self._tx, name)

    def append(self, *_: object) -> int:
        raise SafetyUnavailable("The log cannot be written.")


def rule(measure: str, outcome: Outcome = Outcome.REFUSE, stage: Stage = Stage.ASK) -> Rule:
    """A rule that applies when `measure` reaches one half."""
    duties = frozenset({Duty.NOTIFY_POSTER})
    return Rule(f"x.{measure}", stage, AtLeast(measure, 0.5), outcome, LAW, "Because.", Harm.CHILD, duties)


def judge(
    store: Store, *signals: Eye, stage: Stage = Stage.ASK, rules: Sequence[Rule] | None = None
) -> Judge:
    """A judge over `signals`, with a rule to refuse for each, or with `rules`."""
    chosen = tuple(rule(eye.measure, stage=stage) for eye in signals) if rules is None else tuple(rules)
    policy: Callable[[str], Policy] = lambda _: Policy("v1", stage, chosen)  # noqa: E731 - one line, one fake
    pool = ThreadPoolExecutor(4)
    return Judge(stage, signals, policy, store, StillClock(), CountingIds(), pool, patience=0.5)


def picture(data: bytes = b"ok") -> Picture:
    """A picture that can be read."""
    return PlainDecoder().decode(data)


def request(prompt: str = "a harbour", *inputs: bytes, tier: str = "") -> Request:
    """A request with pictures."""
    pictures = tuple(PlainDecoder().decode(data) for data in inputs)
    return Request("images.generations", Account("a", tier), prompt, pictures)
