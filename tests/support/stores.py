"""A store to try out, a clock that a test moves, and things to keep."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from consentry.core.case import Case, CaseState, Copy
from consentry.core.caution import Caution
from consentry.core.consent import Consent, Use
from consentry.core.deadline import Deadline
from consentry.core.entry import Kind
from consentry.core.making import Making, MakingState
from consentry.core.match import Hashes, Method
from consentry.core.ports import ApiKey, Job, Known, Store

NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, UTC)
HASHES = Hashes("ab" * 32, tuple(bytes([turn]) * 32 for turn in range(8)), 90)
LEASE = 0.3
"""Seconds of a lease that a test lets run out: a real server has to be waited for."""

MOST = 3
"""After how many tries a job is dead, in these tests."""


@dataclass
class HandClock:
    """A clock that a test moves."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class CountingIds:
    """Identifiers that a test can foretell."""

    numbers: count = field(default_factory=lambda: count(1))

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers)}"


@dataclass(frozen=True)
class World:
    """A store, and a way to let time pass for it."""

    store: Store
    pass_: Callable[[float], None]


def a_case(number: int = 1, **changes) -> Case:
    due = NOON + timedelta(hours=48)
    deadline = Deadline("take-down", "Act s.1", "gb", due, advisory=True)
    plain = Case(
        f"C-{number:04}", CaseState.OPEN, NOON, due, (deadline,), papers="blb_1", caution=Caution.MANY, line=7
    )
    return replace(plain, **changes)


def a_copy(number: int = 1, case: str = "C-0001", **changes) -> Copy:
    url = f"https://site.example/{number}"
    plain = Copy(f"cpy_{number}", case, "site", f"item{number}", url, Method.NEAR, 7)
    return replace(plain, **changes)


def a_known(number: int = 1, **changes) -> Known:
    return replace(Known(f"case:{number}", "case", HASHES, "C-0001", "site", "item", "https://x"), **changes)


def a_key(number: int = 1, **changes) -> ApiKey:
    scopes = frozenset({"gate", "read"})
    return replace(ApiKey(f"k{number}", "digest", "shop", scopes, "free", NOON), **changes)


def a_consent(**changes) -> Consent:
    plain = Consent("cns_1", "person", "account", Use.MAKE, adult=True, given=NOON, expires=NOON)
    return replace(plain, **changes)


def a_making(number: int = 1, **changes) -> Making:
    plain = Making(
        f"mak_{number}", f"dec_{number}", "dec_0", "account", "images.edits", NOON, MakingState.PASSED,
        f"{number:064}", "cd" * 32, "prompt", "cns_1", ("ef" * 32,),
    )  # fmt: skip
    return replace(plain, **changes)


def enqueued(store: Store, *kinds: str, ago: float = 0.0, patient: bool = False) -> None:
    """Put a job of each kind into the queue, due `ago` seconds ago."""
    with store.begin() as tx:
        for kind in kinds:
            due = tx.now() - timedelta(seconds=ago)
            assert tx.enqueue(Job(kind, {"copy": "cpy_1"}, kind, due, patient=patient))


def claimed(store: Store, kind: str = "hide") -> Job:
    """A job of `kind`, put into the queue and claimed."""
    enqueued(store, kind)
    (job,) = store.claim(1, LEASE)
    return job


def appended(store: Store, record: dict[str, object]) -> int:
    with store.begin() as tx:
        return tx.append(Kind.SYSTEM, record)


def in_threads(number: int, work: Callable[[], object]) -> None:
    """Do `work` in so many threads at once; whatever goes wrong in one of them goes wrong here."""
    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(work) for _ in range(number)]:
            done.result(timeout=60)
