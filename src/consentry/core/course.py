"""How a case changes course: refused, reopened, or taken back; and what that means for its copies.

What is undone is what the case did and nothing else: a copy that another case wants hidden as well
stays hidden, whoever lets go of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from consentry.core.candidate import CandidateState, forgetting
from consentry.core.case import Case, CaseEvent, CaseState, Copy, CopyEvent, CopyState, RefusalGround
from consentry.core.caution import Caution
from consentry.core.errors import NotFound
from consentry.core.escalation import watching
from consentry.core.ports import Job, Snapshot, Transaction
from consentry.core.review import ReviewState

LET_GO = frozenset({CaseState.REFUSED, CaseState.WITHDRAWN})
"""Cases that no longer ask for anything to be hidden."""

ALONE = "alone"
"""What an order to show a copy again carries if its case goes on: it shows something else, a person said."""


def refuse(tx: Transaction, case_id: str, ground: RefusalGround, now: datetime) -> Case:
    """Refuse a case at `now`: its clock stops, and what was hidden because of it alone is shown again.

    Raises IllegalTransition if the case has ended already or has a sign of a child.
    """
    case = tx.save_case(tx.case(case_id).after(CaseEvent.REFUSE, now, ground))
    show_again(tx, case, now)
    return case


def reopen(tx: Transaction, case_id: str, now: datetime) -> Case:
    """Take a refusal back: every copy is hidden again, and the clock goes on as if it had never stopped.

    Raises IllegalTransition if the case was not refused.
    """
    case = tx.save_case(tx.case(case_id).after(CaseEvent.APPEAL_UPHELD, now))
    take_up(tx, case)
    for copy in tx.copies(case_id):
        again(tx, copy, f"{copy.id}:{case.version}", now)
    return case


def take_up(tx: Transaction, case: Case) -> None:
    """Let the pictures of a case that was reopened match again, and have its clock watched."""
    for known in tx.known_of(case.id):
        tx.add_known(replace(known, active=True))
    for work in watching(case):
        tx.enqueue(Job(*work))


def show_again(tx: Transaction, case: Case, now: datetime) -> None:
    """Order every copy of a case that was let go of shown again, and let its pictures match nothing."""
    for copy in tx.copies(case.id):
        order = {"copy": copy.id, "key": f"{copy.id}:restore:{case.version}"}
        tx.enqueue(Job("restore", order, f"restore:{copy.id}:{case.version}", now))
    let_go(tx, case.id, now)


def again(tx: Transaction, copy: Copy, key: str, now: datetime) -> None:
    """Order a copy hidden that may be public again, under a new key."""
    if copy.state in {CopyState.HIDDEN, CopyState.GONE}:
        tx.save_copy(copy.after(CopyEvent.SEEN_AGAIN, now))
        case = tx.case(copy.case)
        if case.state in {CaseState.HIDDEN, CaseState.REMOVED, CaseState.SECURED}:
            tx.save_case(case.after(CaseEvent.COPY_FOUND, now))
    tx.enqueue(Job("hide", {"copy": copy.id, "key": key}, f"hide:{key}", now))


def hide_now(tx: Transaction, case_id: str, why: str, now: datetime) -> int:
    """Order every copy of a case that is still public hidden, whatever held that back; how many.

    `why` names the occasion: for the same one nothing is ordered twice.
    """
    public = [copy for copy in tx.copies(case_id) if copy.state is CopyState.FOUND]
    for copy in public:
        tx.enqueue(Job("hide", {"copy": copy.id, "now": why}, f"hide:{copy.id}:{why}", now))
    return len(public)


def looked(tx: Transaction, case_id: str) -> None:
    """A person looked at a case and lets nothing go: what is found from now on waits for nobody."""
    case = tx.case(case_id)
    if case.caution.waits:
        tx.save_case(replace(case, caution=Caution.LOOKED))


def others(snapshot: Snapshot, copy: Copy, *, alive: bool) -> Sequence[Copy]:
    """What other cases say of the same item: those that still want it hidden, or those that let go of it."""
    found = [one for one in snapshot.copies_at(copy.platform, copy.item) if one.case != copy.case]
    return [one for one in found if (snapshot.case(one.case).state not in LET_GO) is alive]


def let_go(tx: Transaction, case_id: str, now: datetime) -> None:
    """Let the pictures of a case match nothing from now on, destroy their features, close what was found.

    Nobody need decide about it any more, so nothing of it waits for a person.
    """
    for review in tx.reviews_of(case_id):
        if review.open:
            tx.save_review(replace(review, state=ReviewState.DONE))
    for known in tx.known_of(case_id):
        tx.add_known(replace(known, active=False))
        try:
            kept = tx.features(known.id)
        except NotFound:
            continue
        tx.keep_features(replace(kept, blob=""))
        tx.enqueue(Job(*forgetting(kept, now)))
    for candidate in tx.candidates_of(case_id):
        if candidate.state is CandidateState.OPEN:
            tx.save_candidate(candidate.ended(CandidateState.WITHDRAWN))
