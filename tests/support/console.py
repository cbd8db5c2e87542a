"""The console by itself: over a store in memory, with a clock that a test moves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace

from fastapi import FastAPI
from fastapi.testclient import TestClient

from consentry.config import load
from consentry.core.case import Case, CaseState, Copy, CopyState
from consentry.core.entry import Kind
from consentry.core.match import Method
from consentry.core.review import GRACE, first_review
from consentry.core.staff import Role
from consentry.flows.account import Accounts
from consentry.flows.appeal import Appeals
from consentry.flows.folder import Folders
from consentry.flows.look import Looks
from consentry.flows.overview import Overviews
from consentry.flows.review import Bench
from consentry.flows.signin import SignIn
from consentry.flows.staff import Staff
from consentry.platforms.memory import MemoryPlatform
from consentry.remote.passkeys import WebPasskeys
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from consentry.store.system import RandomIds, ScryptPassphrases
from consentry.web import errors
from consentry.web.console import app as console
from support.fakes import PlainDecoder
from support.softkey import SoftKey
from support.stores import HandClock

ORIGIN = "http://localhost:8321"


class NothingListed:
    """Banks that list nothing."""

    def like(self, hashes):
        return []


@dataclass
class Desk:
    """Everything the console needs, and people in front of it."""

    origin: str = ORIGIN
    clock: HandClock = field(default_factory=HandClock)
    provider: object = None

    def __post_init__(self):
        ids, key = RandomIds(), b"k" * 32
        self.store = MemoryStore(self.clock, ids)
        passphrases = ScryptPassphrases(b"pepper", cost=2)
        passkeys = WebPasskeys(self.origin.split("//")[1].split(":")[0], self.origin)
        self.staff = Staff(self.store, ids)
        self.sign_in = SignIn(self.store, ids, passphrases, passkeys, key, self.provider)
        self.accounts = Accounts(self.store, ids, passphrases, passkeys, key)
        self.site = MemoryPlatform("site", "https://site.example", self.clock)
        self.blobs = MemoryBlobs(ids)
        platforms, secret = {"site": self.site}, b"s" * 32
        self.bench = Bench(self.store, self.blobs, platforms, ids, secret, f"{self.origin}/statement")
        self.looks = Looks(self.store, platforms, PlainDecoder(), ids, 3)
        self.appeals = Appeals(self.store, self.blobs, passphrases, ids, secret)
        self.folders = Folders(self.store, self.blobs, NothingListed())
        self.overviews = Overviews(self.store)
        self.settings = load(environment={}, flags={"console_url": self.origin})
        self.app = FastAPI()
        errors.install(self.app)
        self.app.include_router(console.router(self.system()))

    def system(self):
        return SimpleNamespace(
            settings=self.settings,
            store=self.store,
            staff=self.staff,
            sign_in=self.sign_in,
            accounts=self.accounts,
            bench=self.bench,
            looks=self.looks,
            appeals=self.appeals,
            folders=self.folders,
            overviews=self.overviews,
        )

    def reported(self, case_id: str = "C-CONS-1", state: CaseState = CaseState.HIDDEN) -> str:
        """A case with two copies, as a report opens it; the name of its review."""
        now = self.clock.now()
        case = Case(case_id, state, now, now + timedelta(hours=48), ())
        review = first_review(case, 1)
        with self.store.begin() as tx:
            tx.add_case(case)
            tx.add_review(review)
            for number in range(2):
                item = self.site.publish(b"ok %d" % number, f"poster{number}", "text", f"{case_id}-{number}")
                self.site.hide(item, f"hide {item}")
                found = Copy(f"cpy_{item}", case_id, "site", item, self.site.address(item), Method.LOCATED, 0)
                tx.add_copy(replace(found, state=CopyState.HIDDEN, hidden=now))
        return review.id

    def work(self, seconds: float = GRACE.total_seconds()) -> None:
        """Let time pass, and carry out what is due of decisions."""
        self.clock.pass_(seconds)
        for _ in range(3):
            for job in self.store.claim(50, 60):
                if job.kind in Bench.KINDS:
                    self.bench.run(job)

    def person(self) -> Person:
        return Person(self, TestClient(self.app, self.origin, follow_redirects=False))

    def member(self, name: str, *roles: Role) -> Person:
        """Somebody with these roles and a passkey, signed in with it."""
        _, shown = self.staff.add(name, frozenset(roles))
        person = self.person()
        person.accept(shown)
        person.register()
        person.by_passkey()
        return person

    def log(self) -> list[dict]:
        """What the log says about staff."""

        lines = [self.store.line(index) for index in range(self.store.size())]
        return [json.loads(line.record) for line in lines if line.entry.kind is Kind.STAFF]


@dataclass
class Person:
    """A browser with a passkey in it."""

    desk: Desk
    http: TestClient
    key: SoftKey = None

    def __post_init__(self):
        self.key = self.key or SoftKey(self.desk.origin, RandomIds().new("key").encode())
        self.http.headers |= {"accept": "text/html", "origin": self.desk.origin}

    def get(self, path: str, **more):
        return self.http.get(f"/console{path}", **more)

    def token(self) -> str:
        """The token of this browser's forms, without looking at one."""
        held = self.http.cookies.get("consentry-development", "")
        return self.desk.sign_in.form(held)

    def csrf(self, path: str = "/sign-in") -> str:
        """The token of the forms this browser is given."""
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)[1]

    def post(self, path: str, page: str = "/account", headers: dict | None = None, **fields):
        return self.http.post(
            f"/console{path}", data={"csrf": self.csrf(page), **fields}, headers=headers or {}
        )

    def accept(self, shown: str):
        return self.post("/invited", "/invited", code=shown)

    def options(self, path: str, page: str) -> str:
        return self.post(path, page).text

    def register(self, label: str = "Blue key"):
        answer = self.key.make(self.options("/account/passkey/question", "/account"))
        return self.post("/account/passkey", answer=answer, label=label)

    def by_passkey(self, path: str = "/console"):
        self.http.cookies.clear()
        answer = self.key.touch(self.options("/sign-in/question", "/sign-in"))
        return self.post("/sign-in/passkey", "/sign-in", answer=answer, next=path)

    def by_passphrase(self, name: str, passphrase: str, **more):
        self.http.cookies.clear()
        return self.post("/sign-in", "/sign-in", name=name, passphrase=passphrase, **more)

    def touch(self, path: str = "/console"):
        answer = self.key.touch(self.options("/touch/question", "/touch"))
        return self.post("/touch", "/touch", answer=answer, next=path)


def events(log: Iterable[dict]) -> list[str]:
    return [line["event"] for line in log]
