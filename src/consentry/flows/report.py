"""A person depicted, without an account, asks for an image to be removed.

1. The form is checked while the person is still there: what the law asks for, no more.
2. The clock starts at receipt, under every law that may apply; the shortest counts.
3. What they wrote is encrypted; only then is anything stored.
4. The report is judged and, in one transaction with the decision, the case is opened, every
   address they gave becomes a copy to hide, and the orders to hide are queued.
5. They get a reference and a passphrase, once, and the place in the log that proves the time.

A sign of a child sends the case to specialist staff: the copies are hidden, nothing is
displayed, and nobody without that duty sees any of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from consentry.core.case import Case, CaseEvent, CaseState, Copy
from consentry.core.deadline import Deadline, binding, deadlines
from consentry.core.entry import Kind, stamp
from consentry.core.errors import NotAllowed, NotFound
from consentry.core.finding import Findings, Seen
from consentry.core.law import Trigger
from consentry.core.lawbook import Lawbook
from consentry.core.match import Method
from consentry.core.platformports import Platform
from consentry.core.ports import Blobs, Clock, Ids, Job, Passphrases, Store, Transaction
from consentry.core.report import Report, check
from consentry.flows.judge import Judge, Judged
from consentry.flows.takedown import let_go

PAPERS = "papers"
"""The purpose under which a report is kept encrypted."""

LAST_HOUR = timedelta(hours=1)
"""How long before the deadline a case that still runs is raised with a person."""


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

    def receive(self, report: Report) -> Receipt:
        """Open a case for `report`. Raises BadInput naming the field that is missing."""
        received = self.clock.now()
        check(report)
        case = self._open(report, received)
        copies = self._copies(report, case.id)
        passphrase = self.passphrases.make()
        digest = self.passphrases.digest(case.id, passphrase)

        def file(tx: Transaction, judged: Judged) -> None:
            tx.add_case(case)
            tx.put_secret(case.id, digest)
            tx.append(Kind.REPORT, _record(report, case, len(copies), judged.id))
            tx.enqueue(Job("watch", {"case": case.id}, f"watch:{case.id}", case.due - LAST_HOUR))
            for copy in copies:
                if tx.add_copy(copy):
                    tx.enqueue(Job("hide", {"copy": copy.id}, f"hide:{copy.id}", received))

        judged = self.judge(
            None,
            known=_findings(report, copies),
            place=report.place,
            context={"case": case.id},
            also=file,
        )
        return Receipt(case.id, passphrase, case, judged)

    def look_up(self, reference: str, passphrase: str) -> tuple[Case, Sequence[Copy]]:
        """The case and its copies, for whoever holds the passphrase. Raises NotAllowed, always alike."""
        with self.store.read() as snapshot:
            try:
                digest = snapshot.secret(reference)
            except NotFound:
                digest = ""
        if not self.passphrases.matches(digest, reference, passphrase):
            raise NotAllowed(
                "Reference and passphrase do not belong together.",
                code="wrong_passphrase",
                next_step="Check both; the passphrase is six words with spaces or hyphens.",
            )
        with self.store.read() as snapshot:
            return snapshot.case(reference), snapshot.copies(reference)

    def withdraw(self, reference: str, passphrase: str) -> Case:
        """Take a report back: copies are shown again, and new uploads are no longer refused for it.

        Raises NotAllowed, or IllegalTransition if the case has ended another way.
        """
        self.look_up(reference, passphrase)
        with self.store.begin() as tx:
            now = tx.now()
            case = tx.save_case(tx.case(reference).after(CaseEvent.WITHDRAW, now))
            for copy in tx.copies(reference):
                tx.enqueue(Job("restore", {"copy": copy.id}, f"restore:{copy.id}", now))
            let_go(tx, reference, now)
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

    def _copies(self, report: Report, case_id: str) -> list[Copy]:
        found = (self._locate(url) for url in dict.fromkeys(report.urls))
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


def _findings(report: Report, copies: Sequence[Copy]) -> Findings:
    """What is known at the report stage; nothing here looks at a picture."""
    share = len(copies) / len(set(report.urls))
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
        "located": located,
    }
