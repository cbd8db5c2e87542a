"""A person decides what no machine may: they take a case, see what would follow, choose, and may undo it.

1. Whoever takes a review has it for ten minutes, and may make that longer or hand it over.
2. Before they choose they see everything that would follow, word for word.
3. What they chose waits for half a minute, in which they can undo it; what cannot be undone, or
   concerns a child, waits for a second person first.
4. Then it is carried out, by the very list that they saw: the case moves, the orders to hide or to
   show again are queued, whoever reported finds a message, and every poster is told how to object.
5. If something else happened to the case in between, nothing is done, and the log says so.

Every step is in the log, with who took it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consentry.core.agreement import drawn
from consentry.core.appeal import Appeal, AppealState
from consentry.core.case import Case, CaseEvent, CaseState, Copy
from consentry.core.consequence import LINK, Act, Effect, consequences, token
from consentry.core.course import ALONE, let_go, looked, others, take_up
from consentry.core.entry import Kind
from consentry.core.errors import Conflict, Forbidden, NotFound, NotOffered
from consentry.core.message import PURPOSE, Message, Side
from consentry.core.platformports import Notice, Platform
from consentry.core.ports import Blobs, Ids, Job, Snapshot, Store, Transaction
from consentry.core.review import (
    GRACE,
    Choice,
    Chosen,
    Resolution,
    ResolutionState,
    Review,
    ReviewState,
    Task,
    check,
    choices,
    must_be_open,
    must_be_unchanged,
    must_see,
    second_look,
    takes_two,
)
from consentry.core.staff import Member, Permission, may

RESOLVE: Final = "resolve"
"""The job that carries out what was chosen."""

TELL_POSTER: Final = "tell_poster"
"""The job that tells whoever posted a copy."""

NOTE: Final = "note"
"""The purpose under which what a reviewer wrote is kept encrypted."""

BY_HAND: Final = "poster_by_hand"
"""What the log says where a platform cannot tell a poster, so that a person there must."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where people decide."""

    store: Store
    """Where reviews are kept."""
    blobs: Blobs
    """Where words are kept, encrypted."""
    platforms: Mapping[str, Platform]
    """Where posters are told."""
    ids: Ids
    """Where identifiers come from."""
    secret: bytes
    """What makes the addresses of posters secret."""
    address: str
    """Where posters object, up to the secret part."""
    again: float = 0.0
    """The share of decided cases that another person looks at again, without being told how."""

    KINDS = frozenset({RESOLVE, TELL_POSTER})
    """The jobs that are carried out here."""

    def claim(self, review_id: str, member: Member) -> Review:
        """Take a review, or have it for longer. Raises NotFound, Forbidden, or Conflict."""
        with self.store.begin() as tx:
            review, case = _opened(tx, review_id, member)
            if review.state is ReviewState.CONFIRM and not may(member, Permission.CASE_CONFIRM):
                raise Forbidden("This waits for a second person, which your role is not.", code="not_second")
            return self._moved(tx, review.claimed(member.id, tx.now()), case, "claimed", member)

    def release(self, review_id: str, member: Member) -> Review:
        """Put a review back into the queue. Raises Conflict if they do not have it."""
        with self.store.begin() as tx:
            review, case = _opened(tx, review_id, member)
            return self._moved(tx, review.released(member.id, tx.now()), case, "released", member)

    def hand(self, review_id: str, member: Member, name: str) -> Review:
        """Hand a review to the colleague called `name`. Raises NotFound, Conflict or Forbidden."""
        with self.store.begin() as tx:
            review, case = _opened(tx, review_id, member)
            colleague = tx.member_named(name)
            if not may(colleague, Permission.CASE_DECIDE):
                raise Forbidden("They do not decide cases.", code="not_reviewer", next_step="Choose another.")
            must_see(case, colleague)
            handed = review.handed(member.id, colleague.id, tx.now())
            return self._moved(tx, handed, case, "handed_over", member)

    def preview(self, review_id: str, member: Member, chosen: Chosen) -> Sequence[Effect]:
        """Everything that would follow. Raises as `decide`, and changes nothing."""
        check(chosen.choice, chosen.because, chosen.note)
        with self.store.read() as view:
            review, case = _opened(view, review_id, member)
            review.must_be_held(member.id, view.now())
            must_be_open(chosen.choice, case)
            copies = view.copies(case.id)
            made = _resolution("", review, member, chosen, view.now())
            return _follows(view, review, made, case, copies)

    def decide(self, review_id: str, member: Member, chosen: Chosen) -> Resolution:
        """Choose. Raises BadInput without a reason, and Conflict saying what changed meanwhile."""
        check(chosen.choice, chosen.because, chosen.note)
        note = self.blobs.put(chosen.note.encode(), NOTE) if chosen.note else ""
        try:
            with self.store.begin() as tx:
                return self._decide(tx, review_id, member, chosen, note)
        except BaseException:
            if note:
                self.blobs.shred(note)
            raise

    def _decide(
        self, tx: Transaction, review_id: str, member: Member, chosen: Chosen, note: str
    ) -> Resolution:
        review, case = _opened(tx, review_id, member)
        now = tx.now()
        review.must_be_held(member.id, now)
        must_be_unchanged(review, chosen, {copy.id for copy in tx.copies(case.id)})
        must_be_open(chosen.choice, case)
        if review.state is ReviewState.CONFIRM:
            raise Conflict("Somebody chose already; agree with them or do not.", code="waits_for_second")
        made = replace(_resolution(self.ids.new("res"), review, member, chosen, now), note=note)
        looks = sum(look.case == case.id for look in tx.reveals(member.id, review.since or now))
        made = replace(made, looks=looks)
        if takes_two(chosen.choice, case) and review.task is not Task.BLIND:
            made = replace(made, state=ResolutionState.PROPOSED)
            waits = replace(review, state=ReviewState.CONFIRM, holder="", until=None, since=None)
            tx.save_review(replace(waits, barred=review.barred | {member.id}))
        else:
            tx.save_review(replace(review, state=ReviewState.CHOSEN))
            tx.enqueue(_carry_out(made, now))
        tx.save_resolution(made)
        self._log(tx, made, made.state.value, member)
        return made

    def confirm(self, resolution_id: str, member: Member, *, agrees: bool) -> Resolution:
        """Be the second person. Raises Forbidden for the first, and Conflict if it was settled."""
        with self.store.begin() as tx:
            made = tx.resolution(resolution_id)
            review, _ = _opened(tx, made.review, member)
            if made.state is not ResolutionState.PROPOSED or review.state is not ReviewState.CONFIRM:
                raise Conflict("This was settled.", code="decided")
            if not may(member, Permission.CASE_CONFIRM):
                raise Forbidden("This waits for a second person, which your role is not.", code="not_second")
            now = tx.now()
            held = review.claimed(member.id, now)
            if agrees:
                made = replace(made, state=ResolutionState.CHOSEN, second=member.id)
                tx.save_review(replace(held, state=ReviewState.CHOSEN, barred=review.barred | {member.id}))
                tx.enqueue(_carry_out(made, now))
            else:
                made = replace(made, state=ResolutionState.DECLINED, second=member.id)
                tx.save_review(replace(held, state=ReviewState.WAITING, holder="", until=None, since=None))
            tx.save_resolution(made)
            self._log(tx, made, "confirmed" if agrees else made.state.value, member)
            return made

    def undo(self, resolution_id: str, member: Member) -> Review:
        """Take a choice back before anything was done; it is in one's hands again. Raises Conflict."""
        with self.store.begin() as tx:
            made = tx.resolution(resolution_id)
            if member.id not in {made.by, made.second}:
                raise Forbidden("Only whoever chose can undo it.", code="not_yours")
            if made.state is not ResolutionState.CHOSEN:
                raise Conflict(
                    "It was carried out.", code="too_late", next_step="If it was wrong, it can be appealed."
                )
            tx.save_resolution(replace(made, state=ResolutionState.UNDONE))
            review = tx.review(made.review)
            again = replace(review, state=ReviewState.WAITING, holder="", until=None)
            again = replace(again, barred=review.barred - {made.by, made.second})
            self._log(tx, made, "undone", member)
            return tx.save_review(again.claimed(member.id, tx.now()))

    def run(self, job: Job) -> None:
        """Carry out one job and finish it. Raises UpstreamTrouble to try again."""
        steps = {RESOLVE: self._carry_out, TELL_POSTER: self._tell_poster}
        steps[job.kind](job)

    def _carry_out(self, job: Job) -> None:
        with self.store.read() as view:
            made, effects = _planned(view, job.payload["resolution"])
        words = [one.message.text for one in effects if one.act is Act.TELL_REPORTER and one.message]
        blobs = [self.blobs.put(text.encode(), PURPOSE) for text in words]
        try:
            with self.store.begin() as tx:
                self._settle(tx, made, effects, blobs)
                tx.finish(job)
        except BaseException:
            for blob in blobs:
                self.blobs.shred(blob)
            raise

    def _settle(
        self, tx: Transaction, planned: Resolution, effects: Sequence[Effect], blobs: Sequence[str]
    ) -> None:
        """Do all of `effects` if they are still what follows, or nothing."""
        made, now_follows = _planned(tx, planned.id)
        if made.state is not ResolutionState.CHOSEN:
            return None
        review = tx.review(made.review)
        if _overtaken(tx.case(made.case), review, made):
            return self._end(tx, made, review, ResolutionState.OVERTAKEN)
        if now_follows != effects:
            raise Conflict("The case changed while this was prepared.", code="changed")
        words = iter(blobs)
        for effect in effects:
            self._do(tx, made, effect, words.__next__)
        if made.choice in {Choice.UPHOLD, Choice.ESCALATE}:
            looked(tx, made.case)
        if made.choice is Choice.HOLD:
            waits = replace(review, state=ReviewState.WAITING, holder="", until=None, since=None)
            tx.save_review(waits)
            return self._end(tx, made, None, ResolutionState.DONE)
        if review.appeal:
            self._answer(tx, tx.appeal(review.appeal), made)
        if review.task is Task.FIRST and drawn(made.id, self.again):
            tx.add_review(second_look(review, made, tx.now()))
        return self._end(tx, made, review, ResolutionState.DONE)

    def _do(self, tx: Transaction, made: Resolution, effect: Effect, words: Callable[[], str]) -> None:
        """One act, as it was shown."""
        now = tx.now()
        match effect.act:
            case Act.MOVE if effect.event is not None:
                case = tx.save_case(tx.case(made.case).after(effect.event, now, made.ground))
                if effect.event is CaseEvent.APPEAL_UPHELD:
                    take_up(tx, case)
            case Act.HIDE | Act.RESTORE:
                tx.enqueue(_order(made, effect, now))
            case Act.LET_GO:
                let_go(tx, made.case, now)
            case Act.TELL_POSTER:
                payload = {"resolution": made.id, "copy": effect.subject}
                tx.enqueue(Job(TELL_POSTER, payload, f"{TELL_POSTER}:{made.id}:{effect.subject}", now))
            case Act.TELL_REPORTER:
                tx.add_message(Message(made.case, Side.STAFF, now, words()))
            case _:  # what stays as it is
                pass

    def _answer(self, tx: Transaction, appeal: Appeal, made: Resolution) -> None:
        answered = appeal.answered(made)
        tx.save_appeal(answered)
        if answered.state is AppealState.UPHELD:
            first = tx.resolution(appeal.resolution)
            tx.save_resolution(replace(first, state=ResolutionState.REVERSED))
        record = {"case": made.case, "event": f"appeal_{answered.state.value}", "appeal": appeal.id}
        tx.append(Kind.CASE, record | {"against": appeal.resolution, "party": appeal.party.value})

    def _end(self, tx: Transaction, made: Resolution, review: Review | None, state: ResolutionState) -> None:
        tx.save_resolution(replace(made, state=state))
        if review is not None:
            tx.save_review(replace(review, state=ReviewState.DONE))
        self._log(tx, made, state.value)

    def _tell_poster(self, job: Job) -> None:
        copy_id = job.payload["copy"]
        with self.store.read() as view:
            made, effects = _planned(view, job.payload["resolution"])
            copy = view.copy(copy_id)
        told = [one.message for one in effects if one.act is Act.TELL_POSTER and one.subject == copy_id]
        event, receipt = self._notify(made, copy, told[0]) if told and told[0] else ("poster_not_told", "")
        with self.store.begin() as tx:
            record = {"copy": copy_id, "case": copy.case, "event": event, "resolution": made.id}
            tx.append(Kind.COPY, record | {"receipt": receipt})
            tx.finish(job)

    def _notify(self, made: Resolution, copy: Copy, notice: Notice) -> tuple[str, str]:
        link = f"{self.address}/{made.id}/{copy.id}/{token(self.secret, made.id, copy.id)}"
        words = replace(notice, text=notice.text.replace(LINK, link))
        try:
            told = self.platforms[copy.platform].notify(copy.item, words, f"{made.id}:{copy.id}")
        except (NotOffered, NotFound, KeyError):
            return BY_HAND, ""
        return "poster_told", told.reference

    def _moved(self, tx: Transaction, review: Review, case: Case, event: str, member: Member) -> Review:
        record = {"case": case.id, "review": review.id, "event": event, "by": member.id}
        tx.append(Kind.CASE, record | ({"to": review.holder} if event == "handed_over" else {}))
        return tx.save_review(review)

    def _log(self, tx: Transaction, made: Resolution, event: str, member: Member | None = None) -> None:
        """What the log says of a choice: no word of the note."""
        record: dict[str, object] = {
            "case": made.case,
            "review": made.review,
            "resolution": made.id,
            "event": f"review_{event}",
            "choice": made.choice.value,
            "because": made.because,
            "by": made.by,
            "second": made.second,
            "copies": len(made.ticked),
            "others": len(made.others),
            "looks": made.looks,
            "seconds": made.seconds,
        }
        tx.append(Kind.CASE, record | ({"who": member.id} if member else {}))


def _opened(view: Snapshot, review_id: str, member: Member) -> tuple[Review, Case]:
    """A review with its case, for somebody who may see it. Raises NotFound or Forbidden."""
    review = view.review(review_id)
    case = view.case(review.case)
    must_see(case, member)
    return review, case


def _resolution(
    resolution_id: str, review: Review, member: Member, chosen: Chosen, now: datetime
) -> Resolution:
    return Resolution(
        id=resolution_id,
        review=review.id,
        case=review.case,
        choice=chosen.choice,
        because=chosen.because,
        by=member.id,
        at=now,
        ticked=tuple(sorted(chosen.ticked)),
        others=tuple(sorted(chosen.listed - chosen.ticked)),
        seconds=round((now - (review.since or now)).total_seconds()),
    )


def _planned(view: Snapshot, resolution_id: str) -> tuple[Resolution, tuple[Effect, ...]]:
    """A choice and what follows from it as things stand."""
    made = view.resolution(resolution_id)
    review, case = view.review(made.review), view.case(made.case)
    return made, tuple(_follows(view, review, made, case, view.copies(case.id)))


def _follows(
    view: Snapshot, review: Review, made: Resolution, case: Case, copies: Sequence[Copy]
) -> Sequence[Effect]:
    """What follows: nothing, where somebody looks again only to see how far two people agree."""
    if review.task is Task.BLIND:
        return ()
    wanted = frozenset(copy.id for copy in copies if others(view, copy, alive=True))
    return consequences(made, case, copies, view.appeal(review.appeal) if review.appeal else None, wanted)


def _overtaken(case: Case, review: Review, made: Resolution) -> bool:
    """Whether something else ended the case first, so that nothing more may follow from the choice."""
    if review.task is Task.BLIND:
        return False
    if case.state is CaseState.REFUSED:
        return review.task is not Task.APPEAL
    return case.state is CaseState.WITHDRAWN or made.choice not in choices(case)


def _carry_out(made: Resolution, now: datetime) -> Job:
    return Job(RESOLVE, {"resolution": made.id}, f"{RESOLVE}:{made.id}", now + GRACE)


def _order(made: Resolution, effect: Effect, now: datetime) -> Job:
    """An order under a key of this very choice: a platform may have had one like it before."""
    kind = "hide" if effect.act is Act.HIDE else "restore"
    key = f"{effect.subject}:{made.id}"
    order = {"copy": effect.subject, "key": key}
    if made.choice is Choice.UPHOLD and effect.act is Act.RESTORE:
        order[ALONE] = "yes"
    return Job(kind, order, f"{kind}:{key}", now)
