"""A report is refused with a ground and a reason, or a refusal is put right after a complaint.

1. Somebody on the staff refuses, on one of the two grounds the law knows and with a reason in words.
   The clock stops, and what only this report had hidden is shown again.
2. Whoever reported reads the ground and the reason, and may object once, with the six words they hold.
3. Somebody else on the staff decides about that, by its own short deadline. If the complaint is right
   every copy is hidden again, and the clock goes on from the day the report came in.

Reasons, complaints and answers are kept encrypted. The log says that they were given, by whom and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consentry.core.case import Case, CaseEvent, CaseState, RefusalGround
from consentry.core.course import hide_now, looked, refuse, reopen
from consentry.core.entry import Kind, stamp
from consentry.core.errors import Conflict, Forbidden, IllegalTransition, NotFound
from consentry.core.ports import Blobs, Ids, Passphrases, Snapshot, Store
from consentry.core.refusal import Refusal, check_reason
from consentry.core.secret import must_hold
from consentry.core.staff import Member, Permission, may

REASON = "reason"
"""The purpose under which reasons, complaints and answers are kept encrypted."""


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever reported may read of a refusal. It names nobody."""

    ground: RefusalGround
    """On which ground."""
    at: datetime
    """When (UTC)."""
    reason: str
    """Why, in words; empty once erased."""
    complained: datetime | None
    """When they objected (UTC)."""
    due: datetime | None
    """By when that should be answered (UTC)."""
    answered: datetime | None
    """When it was (UTC)."""
    upheld: bool
    """Whether they were right."""
    answer: str
    """The answer in words; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Refuses reports, hears complaints about that, and answers them."""

    store: Store
    """Where cases are kept."""
    blobs: Blobs
    """Where what is written is kept, encrypted."""
    passphrases: Passphrases
    """How people come back to their case."""
    ids: Ids
    """Where identifiers come from."""
    within: timedelta
    """How long a complaint may wait. No law that we know counts this in hours."""

    def refuse(self, case_id: str, ground: RefusalGround, reason: str, by: str) -> Case:
        """Refuse a case in the name of the member called `by`.

        Raises NotFound, BadInput for a reason that says nothing, Forbidden for somebody who may not,
        and IllegalTransition if the case cannot be refused.
        """
        words = check_reason(reason)
        with self.store.read() as snapshot:
            member = self._member(snapshot, by)
            snapshot.case(case_id).after(CaseEvent.REFUSE, snapshot.now(), ground)
        blob = self.blobs.put(words.encode(), REASON)
        with self.store.begin() as tx:
            case = refuse(tx, case_id, ground, tx.now())
            made = Refusal(self.ids.new("ref"), case_id, ground, member.id, tx.now(), blob)
            tx.save_refusal(made)
            tx.append(
                Kind.CASE,
                {"case": case_id, "event": "refuse", "ground": ground.value, "by": member.id,
                 "refusal": made.id, "state": case.state.value},
            )  # fmt: skip
        return case

    def object(self, reference: str, passphrase: str, words: str) -> Refusal:
        """Complain about the refusal of one's own report. Raises NotAllowed, BadInput, IllegalTransition."""
        with self.store.read() as snapshot:
            must_hold(self.passphrases, snapshot, reference, passphrase)
            self._last(snapshot, reference).objected("", snapshot.now(), snapshot.now())
        blob = self.blobs.put(check_reason(words).encode(), REASON)
        with self.store.begin() as tx:
            now = tx.now()
            made = self._last(tx, reference).objected(blob, now, now + self.within)
            tx.save_refusal(made)
            tx.append(
                Kind.CASE,
                {"case": reference, "event": "complaint", "refusal": made.id,
                 "due": stamp(made.due) if made.due else ""},
            )  # fmt: skip
        return made

    def answer(self, case_id: str, words: str, by: str, *, upheld: bool) -> Case:
        """Decide about a complaint in the name of `by`, who is not who refused; the case as it is then.

        Raises NotFound, BadInput, Forbidden, or IllegalTransition if no complaint waits.
        """
        plain = check_reason(words)
        with self.store.read() as snapshot:
            member = self._member(snapshot, by)
            self._last(snapshot, case_id).settled(member.id, "", snapshot.now(), upheld=upheld)
        blob = self.blobs.put(plain.encode(), REASON)
        with self.store.begin() as tx:
            made = self._last(tx, case_id).settled(member.id, blob, tx.now(), upheld=upheld)
            tx.save_refusal(made)
            case = reopen(tx, case_id, tx.now()) if upheld else tx.case(case_id)
            tx.append(
                Kind.CASE,
                {"case": case_id, "event": "appeal_upheld" if upheld else "complaint_rejected",
                 "refusal": made.id, "by": member.id, "state": case.state.value},
            )  # fmt: skip
        return case

    def escalate(self, case_id: str, reason: str, by: str) -> int:
        """Hide at once what is still public of a case, whatever holds it back; how many copies that is.

        The reason goes on record, encrypted. Raises NotFound, BadInput, Forbidden, or IllegalTransition
        if the clock of the case has stopped.
        """
        words = check_reason(reason)
        with self.store.read() as snapshot:
            member = self._member(snapshot, by)
            _must_run(snapshot.case(case_id))
        blob = self.blobs.put(words.encode(), REASON)
        with self.store.begin() as tx:
            _must_run(tx.case(case_id))
            index = tx.append(
                Kind.CASE, {"case": case_id, "event": "raised", "by": member.id, "reason": blob}
            )
            looked(tx, case_id)
            return hide_now(tx, case_id, f"raised:{index}", tx.now())

    def told(self, reference: str, passphrase: str) -> Sequence[Told]:
        """Every refusal of one's own report, the first first. Raises NotAllowed."""
        with self.store.read() as snapshot:
            must_hold(self.passphrases, snapshot, reference, passphrase)
        return self.of(reference)

    def of(self, case_id: str) -> Sequence[Told]:
        """Every refusal of a case as whoever reported reads it, the first first."""
        with self.store.read() as snapshot:
            made = snapshot.refusals(case_id)
        return [self._told(one) for one in made]

    def _told(self, made: Refusal) -> Told:
        return Told(
            ground=made.ground,
            at=made.at,
            reason=self._words(made.words),
            complained=made.complained,
            due=made.due,
            answered=made.answered,
            upheld=made.upheld,
            answer=self._words(made.answer),
        )

    def _words(self, blob: str) -> str:
        return self.blobs.get(blob, REASON).decode() if blob else ""

    def _last(self, snapshot: Snapshot, case_id: str) -> Refusal:
        """The refusal that stands. Raises NotFound, or Conflict if the case is not refused now."""
        made = snapshot.refusals(case_id)
        if snapshot.case(case_id).state is not CaseState.REFUSED or not made:
            raise Conflict(
                "The report is not refused.", code="not_refused", next_step="There is nothing to object to."
            )
        return made[-1]

    def _member(self, snapshot: Snapshot, name: str) -> Member:
        """Whoever is called `name` and may decide cases. Raises Forbidden, whether or not there is one."""
        try:
            member = snapshot.member_named(name)
        except NotFound:
            member = None
        if member is None or not may(member, Permission.CASE_DECIDE):
            raise Forbidden(
                "Nobody of this name may decide cases.",
                code="may_not_decide",
                next_step="Name a member of staff whose role lets them decide cases.",
            )
        return member


def _must_run(case: Case) -> None:
    if not case.running:
        raise IllegalTransition(f"The case is {case.state.value}; nothing of it is waited for.")
