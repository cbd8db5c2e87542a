"""A person depicted, without an account, asks for an image to be removed.

1. The form is checked while the person is still there: what the law asks for, no more.
2. The clock starts at receipt, under every law that may apply; the shortest counts.
3. What they wrote is encrypted; only then is anything stored.
4. The report is judged and, in one transaction with the decision, the case is opened, every
   address they gave becomes a copy to hide, and the orders to hide are queued.
5. They get a reference and a passphrase, once, and the place in the log that proves the time.
6. With these they can come back: to look, to name more places, to write and read messages, and
   to take the report back.

A picture hashed on their own device finds candidates for a person to look at, among what was
posted before and what is posted from now on. It hides nothing by itself: nobody here has seen it.

A sign of a child sends the case to specialist staff: the copies are hidden, nothing is
displayed, and nobody without that duty sees any of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from consentry.core.candidate import Candidate
from consentry.core.case import Case, CaseEvent, CaseState, Copy
from consentry.core.caution import HIDE_AT_ONCE
from consentry.core.course import show_again
from consentry.core.deadline import Deadline, binding, deadlines
from consentry.core.entry import Kind, stamp
from consentry.core.errors import IllegalTransition
from consentry.core.escalation import watching
from consentry.core.finding import Findings, Seen
from consentry.core.law import Trigger
from consentry.core.lawbook import Lawbook
from consentry.core.match import NEAR, Hashes, Match, Method
from consentry.core.message import PURPOSE as MESSAGE
from consentry.core.message import Message, Side, check_message
from consentry.core.origin import named, refused_from, remember
from consentry.core.platformports import Platform
from consentry.core.ports import Blobs, Clock, Finder, Ids, Job, Known, Passphrases, Store, Transaction
from consentry.core.report import Report, check, check_more
from consentry.core.review import first_review, severity
from consentry.core.secret import must_hold
from consentry.flows.judge import Judge, Judged
from consentry.flows.takedown import hide_or_wait

DEVICE = "device"
"""The source under which pictures hashed on a reporter's device are known."""

PAPERS = "papers"
"""The purpose under which a report is kept encrypted."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person gets. The passphrase is shown once."""

    reference: str
    """The case's name."""
    passphrase: str
    """Six words; whoever has them can see, add to and withdraw the report."""
    case: Case
    """The case as it was opened."""
    judged: Judged
    """The first decision; its place in the log proves when the clock started."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its words."""

    side: Side
    """Who wrote."""
    at: datetime
    """When (UTC)."""
    text: str
    """What; empty once erased."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where reports are received."""

    judge: Judge
    """The judge of the `report` stage."""
    platforms: Mapping[str, Platform]
    """Every platform we can act on."""
    store: Store
    """Where cases are kept."""
    blobs: Blobs
    """Where what people wrote is kept, encrypted."""
    passphrases: Passphrases
    """How people come back to their case."""
    uploads: Finder
    """Finds what platforms accepted before."""
    law: Lawbook
    """Every legal clock known, and where each counts."""
    places: frozenset[str]
    """The jurisdictions the operator serves; empty means all."""
    fallback: timedelta
    """How long a takedown may take where no known law sets less."""
    clock: Clock
    """What time it is."""
    ids: Ids
    """Where identifiers come from."""
    hide_at_once: int = HIDE_AT_ONCE
    """Most copies that one report hides before a person looked."""

    def receive(self, report: Report, network: str = "") -> Receipt:
        """Open a case for `report` from `network`. Raises BadInput naming the field that is missing."""
        received = self.clock.now()
        check(report)
        case = self._open(report, received)
        copies = self._copies(report.urls, case.id)
        devices = _device_pictures(report, case.id)
        candidates = [candidate for known in devices for candidate in self._candidates(known, received)]
        names = named(self.store, self.blobs, self.ids, network, received)
        passphrase = self.passphrases.make()
        digest = self.passphrases.digest(case.id, passphrase)

        def file(tx: Transaction, judged: Judged) -> None:
            line = tx.append(Kind.REPORT, _record(report, case, len(copies), judged.id))
            tx.add_case(replace(case, line=line))
            tx.add_review(first_review(case, severity(report), judged.place))
            tx.put_secret(case.id, digest)
            for work in watching(case):
                tx.enqueue(Job(*work))
            self._hide(tx, case.id, copies, refused_from(tx, names, received))
            remember(tx, case.id, names, received)
            for known in devices:
                tx.add_known(known)
            for candidate in candidates:
                tx.add_candidate(candidate)

        judged = self.judge(
            None,
            known=_findings(report, copies),
            place=report.place,
            context={"case": case.id},
            also=file,
        )
        with self.store.read() as snapshot:
            return Receipt(case.id, passphrase, snapshot.case(case.id), judged)

    def look_up(self, reference: str, passphrase: str) -> tuple[Case, Sequence[Copy]]:
        """The case and its copies, for whoever holds the passphrase. Raises NotAllowed, always alike."""
        with self.store.read() as snapshot:
            must_hold(self.passphrases, snapshot, reference, passphrase)
            return snapshot.case(reference), snapshot.copies(reference)

    def add_places(self, reference: str, passphrase: str, urls: tuple[str, ...]) -> Sequence[Copy]:
        """Name more places where the picture is; the clock goes on as it was. Returns all copies.

        Raises NotAllowed, BadInput, or IllegalTransition if the case was refused or withdrawn.
        """
        case, present = self.look_up(reference, passphrase)
        _must_be_alive(case)
        check_more(urls, len(present))
        new = self._copies(urls, case.id)
        with self.store.begin() as tx:
            added = self._hide(tx, reference, new)
            record = {"case": reference, "event": "places_added", "addresses": len(urls)}
            tx.append(Kind.CASE, record | {"located": added})
            return tx.copies(reference)

    def write(self, reference: str, passphrase: str, text: str) -> None:
        """Send a message to whoever works on the case. Raises NotAllowed or BadInput."""
        self.look_up(reference, passphrase)
        self._post(reference, Side.REPORTER, text)

    def answer(self, reference: str, text: str) -> None:
        """Write to whoever holds the passphrase of a case. Raises NotFound or BadInput."""
        self._post(reference, Side.STAFF, text)

    def read(self, reference: str, passphrase: str) -> Sequence[Letter]:
        """Every message of a case, in the order written. Raises NotAllowed."""
        self.look_up(reference, passphrase)
        with self.store.read() as snapshot:
            messages = snapshot.messages(reference)
        return [Letter(one.side, one.at, self._words(one)) for one in messages]

    def _post(self, reference: str, side: Side, text: str) -> None:
        with self.store.read() as snapshot:
            words = check_message(text, len(snapshot.messages(reference)))
        blob = self.blobs.put(words.encode(), MESSAGE)
        with self.store.begin() as tx:
            tx.add_message(Message(reference, side, tx.now(), blob))
            tx.append(Kind.CASE, {"case": reference, "event": "message", "side": side.value})

    def _words(self, message: Message) -> str:
        return self.blobs.get(message.words, MESSAGE).decode() if message.words else ""

    def _candidates(self, known: Known, at: datetime) -> list[Candidate]:
        """What was accepted before and looks like a picture that somebody hashed on their device."""
        found = self.uploads.find(known.hashes, NEAR)
        return [
            Candidate(
                self.ids.new("cnd"),
                match.entry,
                Match(known.id, DEVICE, match.method, match.distance, known.case, match.view),
                at,
            )
            for match in {match.entry: match for match in reversed(found)}.values()
        ]

    def withdraw(self, reference: str, passphrase: str) -> Case:
        """Take a report back: copies are shown again, and new uploads are no longer refused for it.

        Raises NotAllowed, or IllegalTransition if the case has ended another way.
        """
        self.look_up(reference, passphrase)
        with self.store.begin() as tx:
            now = tx.now()
            case = tx.save_case(tx.case(reference).after(CaseEvent.WITHDRAW, now))
            show_again(tx, case, tx.now())
            tx.append(Kind.CASE, {"case": reference, "event": CaseEvent.WITHDRAW.value})
        return case

    def _open(self, report: Report, received: datetime) -> Case:
        running = self._deadlines(report.place, received)
        return Case(
            id=self.passphrases.reference(),
            state=CaseState.ESCALATED if report.child_path else CaseState.OPEN,
            received=received,
            due=min(binding(running, received + self.fallback), received + self.fallback),
            deadlines=running,
            papers=self.blobs.put(json.dumps(asdict(report)).encode(), PAPERS),
        )

    def _deadlines(self, place: str, received: datetime) -> tuple[Deadline, ...]:
        """Clocks of the operator's places and the reporter's; of every place if none is set."""
        reach = self.law.reach(self.places | {place} if self.places else frozenset())
        return deadlines(self.law.clocks, Trigger.PERSON_REPORT, reach, received)

    def _hide(self, tx: Transaction, case_id: str, copies: Sequence[Copy], refused: int = 0) -> int:
        """Store those of `copies` that are new, to be hidden or to wait for a person; says how many."""
        new = [copy for copy in copies if tx.add_copy(copy)]
        hide_or_wait(tx, case_id, new, self.hide_at_once, refused)
        return len(new)

    def _copies(self, urls: Sequence[str], case_id: str) -> list[Copy]:
        found = (self._locate(url) for url in dict.fromkeys(urls))
        return [
            Copy(self.ids.new("cpy"), case_id, platform, item, url, Method.LOCATED, 0)
            for platform, item, url in (place for place in found if place is not None)
        ]

    def _locate(self, url: str) -> tuple[str, str, str] | None:
        for platform in self.platforms.values():
            item = platform.locate(url)
            if item is not None:
                return platform.name, item, platform.address(item)
        return None


def _must_be_alive(case: Case) -> None:
    if case.state in {CaseState.REFUSED, CaseState.WITHDRAWN}:
        raise IllegalTransition(
            f"The report is {case.state.value}.",
            next_step="Appeal against the refusal, or make a new report.",
        )


def _device_pictures(report: Report, case_id: str) -> list[Known]:
    """Pictures hashed on the device, as far as they can be hashes of pictures at all."""
    return [
        Known(
            f"{DEVICE}:{case_id}:{at}",
            DEVICE,
            Hashes("", (bytes.fromhex(found.pdq),), found.quality),
            case_id,
        )
        for at, found in enumerate(report.hashes)
        if found.plausible
    ]


def _findings(report: Report, copies: Sequence[Copy]) -> Findings:
    """What is known at the report stage; nothing here looks at a picture."""
    share = len(copies) / max(len(set(report.urls)), 1)
    return {
        "report.valid": Seen("report.valid", 1.0, "every field the law asks for", "1"),
        "report.child": Seen("report.child", float(report.child_path), report.under18.value, "1"),
        "located": Seen("located", min(share, 1.0), f"{len(copies)} of {len(set(report.urls))}", "1"),
    }


def _record(report: Report, case: Case, located: int, decision: str) -> dict[str, object]:
    """What the log says of a report: facts and times, nothing the person wrote."""
    return {
        "case": case.id,
        "decision": decision,
        "received": stamp(case.received),
        "due": stamp(case.due),
        "clocks": [deadline.clock for deadline in case.deadlines],
        "standing": report.standing.value,
        "under18": report.under18.value,
        "addresses": len(report.urls),
        "hashes": len(report.hashes),
        "why": report.why.value,
        "located": located,
    }
