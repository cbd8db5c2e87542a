"""From a reported picture to proof that every copy is gone, in steps that may each be repeated.

1. Hide: the platform takes the copy out of public view, under a key that makes repeating it harmless.
   One that has no such order is left to a person there, and the log says so at once.
2. Trace: the picture is fetched by the moderators' door and hashed; from that moment a new upload
   of it is refused, and every copy accepted before is found and hidden the same way. Parts of it
   are looked for beside that (`flows.parts`).
3. Verify: the public address is fetched again, as a visitor would. Only a picture that is not
   there counts as gone; when every copy is, the clock stops.
4. Watch: at half of the time, six hours and one hour before the deadline, and when it is over, a
   case that still runs is raised with a person; from the last hour on whatever is still public is
   hidden, whoever or whatever held that back.
5. Show again: a report that was taken back or refused lets go of its copies, but for those that
   another report is about as well.

A report that would hide very many copies hides only what it named, and a person looks first
(`core.caution`); the clock runs on meanwhile.

Each step reads, acts outside, and then writes in one transaction: the copy's new state, the line
in the log, the follow-up jobs, and the end of the job itself. Whoever is killed in between leaves
the job to the next worker, and the key keeps the platform from doing anything twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consentry.core.candidate import learning
from consentry.core.case import STOPPED, Case, CaseEvent, CaseState, Copy, CopyEvent, CopyState
from consentry.core.caution import HIDE_AT_ONCE, Caution, cautious
from consentry.core.course import ALONE, LET_GO, again, hide_now, others
from consentry.core.entry import Kind, stamp
from consentry.core.errors import IllegalTransition, NotFound, NotOffered, UpstreamTrouble
from consentry.core.escalation import Mark
from consentry.core.match import NEAR, Hashes, Match, Method
from consentry.core.platformports import Platform, Receipt, Sighting
from consentry.core.ports import (
    Blobs,
    Decoder,
    Finder,
    Hasher,
    Ids,
    Job,
    Known,
    Store,
    Transaction,
)

CASES = "case"
"""The source under which pictures of cases are known."""

HIDE_AGAIN = 3
"""After how many looks that still find the picture the order to hide is given again, under a new key."""

BY_HAND = "by_hand"
"""What the log says where the platform has no such order, so that a person there must act."""

STAYS = "stays_hidden"
"""What the log says of a copy that one case let go of and that another one is about as well."""

log = logging.getLogger("consentry.takedown")

EVIDENCE = "evidence"
"""The purpose under which a hidden picture is preserved, encrypted."""


@dataclass(frozen=True, slots=True)
class Takedown:
    """The steps of a takedown. `run` carries out one job; it raises if the job must be tried again."""

    store: Store
    """Where cases and jobs are kept."""
    platforms: Mapping[str, Platform]
    """Every platform we can act on."""
    decoder: Decoder
    """Reads the reported picture."""
    hasher: Hasher
    """Hashes it."""
    uploads: Finder
    """Finds copies among pictures accepted before."""
    blobs: Blobs
    """Preserves the evidence."""
    ids: Ids
    """Where identifiers come from."""
    hide_at_once: int = HIDE_AT_ONCE
    """Most copies that one case hides before a person looked."""

    def run(self, job: Job) -> None:
        """Carry out `job` and finish it. Raises UpstreamTrouble, Conflict or LostLease to try again."""
        steps = {
            "hide": self._hide,
            "trace": self._trace,
            "verify": self._verify,
            "restore": self._restore,
            "watch": self._watch,
        }
        steps[job.kind](job)

    def _hide(self, job: Job) -> None:
        copy, case = self._read(job)
        if case.state in LET_GO or copy.state is CopyState.GONE:
            return self._drop(job)
        event, receipt = self._order_to_hide(copy, job.payload.get("key", copy.id))
        with self.store.begin() as tx:
            copy = tx.copy(copy.id)
            as_it_is = event == BY_HAND or copy.state is CopyState.GONE
            after = copy if as_it_is else copy.after(CopyEvent.HIDE, tx.now())
            self._save(tx, after, job, event, receipt)
            tx.enqueue(_follow(job, "trace" if _is_traced(copy, case) else "verify", copy, tx.now()))
            self._advance(tx, copy.case)
            tx.finish(job)
        return None

    def _order_to_hide(self, copy: Copy, key: str) -> tuple[str, Receipt | None]:
        """What became of the order; a picture the platform no longer has still needs proof."""
        try:
            return "hidden", self.platforms[copy.platform].hide(copy.item, key)
        except NotFound:
            return "was_not_there", None
        except NotOffered:
            return BY_HAND, None

    def _trace(self, job: Job) -> None:
        copy, _ = self._read(job)
        hashes, evidence = self._fetch(copy)
        matches = self._copies_of(hashes) if hashes else ()
        with self.store.begin() as tx:
            now = tx.now()
            if hashes:
                known = _case_picture(copy, hashes)
                tx.add_known(known)
                tx.enqueue(Job(*learning(known.id, evidence, now)))
            new = [one for match in matches if (one := self._add_copy(tx, copy, match)) is not None]
            hide_or_wait(tx, copy.case, new, self.hide_at_once)
            tx.append(
                Kind.COPY,
                {"copy": copy.id, "case": copy.case, "event": "traced", "evidence": evidence,
                 "copies": len(matches)},
            )  # fmt: skip
            tx.enqueue(_follow(job, "verify", copy, now))
            tx.finish(job)

    def _verify(self, job: Job) -> None:
        copy, case = self._read(job)
        if case.state in LET_GO:
            return self._drop(job)
        sighting = self.platforms[copy.platform].verify(copy.url)
        if not sighting.gone:
            if copy.state is CopyState.HIDDEN and job.attempts % HIDE_AGAIN == 0:
                self.platforms[copy.platform].hide(copy.item, f"{copy.id}:{job.attempts}")
            raise UpstreamTrouble("The public address still shows the picture.", code="still_public")
        with self.store.begin() as tx:
            copy = tx.copy(copy.id)
            self._save(tx, copy.after(CopyEvent.VERIFY, tx.now()), job, "gone", sighting)
            self._advance(tx, copy.case)
            tx.finish(job)
        return None

    def _restore(self, job: Job) -> None:
        copy, case = self._read(job)
        with self.store.read() as snapshot:
            claimed = bool(others(snapshot, copy, alive=True))
        kept = case.state not in LET_GO and ALONE not in job.payload
        if kept or copy.state is CopyState.RESTORED:
            return self._drop(job)
        event, receipt = (STAYS, None) if claimed else self._order_to_restore(copy, job)
        with self.store.begin() as tx:
            copy = tx.copy(copy.id)
            if event == STAYS:
                self._save(tx, copy, job, event)
            else:
                self._shown(tx, copy, job, event, receipt)
            tx.finish(job)
        return None

    def _shown(self, tx: Transaction, copy: Copy, job: Job, event: str, receipt: Receipt | None) -> None:
        """It is shown again, for every case that had let go of it; one that came meanwhile hides it anew."""
        now = tx.now()
        self._save(tx, copy.after(CopyEvent.RESTORE, now), job, event, receipt)
        for other in others(tx, copy, alive=False):
            if other.state is not CopyState.RESTORED:
                self._save(tx, other.after(CopyEvent.RESTORE, now), job, event, receipt)
        gone = tx.case(copy.case).state in LET_GO or ALONE in job.payload
        wanted = [*others(tx, copy, alive=True), *([] if gone else [copy])]
        for one in wanted:
            again(tx, tx.copy(one.id), f"{one.id}:after:{job.id}", now)

    def _order_to_restore(self, copy: Copy, job: Job) -> tuple[str, Receipt | None]:
        """What became of the order to show it again."""
        try:
            key = job.payload.get("key", f"{copy.id}:restore")
            return "restored", self.platforms[copy.platform].restore(copy.item, key)
        except NotFound:
            return "was_not_there", None
        except NotOffered:
            return BY_HAND, None

    def _watch(self, job: Job) -> None:
        mark = Mark(job.payload.get("mark", Mark.LAST_HOUR))
        with self.store.begin() as tx:
            case = tx.case(job.payload["case"])
            if case.running:
                states = {state.value: number for state, number in tx.copy_states(case.id).items()}
                hidden = self._in_time(tx, case, mark) if mark.hides else 0
                tx.append(
                    Kind.CASE,
                    {"case": case.id, "event": mark.value, "due": stamp(case.due), "copies": states,
                     "hidden_now": hidden},
                )  # fmt: skip
            tx.finish(job)
        if case.running:
            log.warning("case %s still runs: %s", case.id, mark.value)

    def _in_time(self, tx: Transaction, case: Case, mark: Mark) -> int:
        """Order hidden what is still public, whether or not it waits for a person; how many copies."""
        waited = hide_what_waits(tx, case.id)
        return waited or hide_now(tx, case.id, f"{mark.value}:{case.version}", tx.now())

    def go_ahead(self, case_id: str, by: str) -> int:
        """A person looked: hide what waits, and what is found later at once. Says how many copies waited.

        Raises NotFound, or IllegalTransition if nothing waits.
        """
        with self.store.begin() as tx:
            if not tx.case(case_id).caution.waits:
                raise IllegalTransition(
                    "Nothing in this case waits for a person.", next_step="Look at the case as it is now."
                )
            return hide_what_waits(tx, case_id, by)

    def _read(self, job: Job) -> tuple[Copy, Case]:
        with self.store.read() as snapshot:
            copy = snapshot.copy(job.payload["copy"])
            return copy, snapshot.case(copy.case)

    def _drop(self, job: Job) -> None:
        with self.store.begin() as tx:
            tx.finish(job)

    def _fetch(self, copy: Copy) -> tuple[Hashes | None, str]:
        """The reported picture's hashes, and where its bytes are preserved; nothing if it left already."""
        try:
            data = self.platforms[copy.platform].fetch(copy.item)
        except (NotFound, NotOffered):
            return None, ""
        evidence = self.blobs.put(data, EVIDENCE)
        picture = self.decoder.decode(data)
        return (self.hasher.views(picture) if picture.frames else None), evidence

    def _copies_of(self, hashes: Hashes) -> Sequence[Match]:
        nearest: dict[str, Match] = {}
        for match in self.uploads.find(hashes, NEAR):
            nearest.setdefault(match.entry, match)
        return tuple(nearest.values())

    def _add_copy(self, tx: Transaction, found_by: Copy, match: Match) -> Copy | None:
        """One more copy, with how it was found and how far it is; None if it is there, or out of reach."""
        known = tx.known(match.entry)
        copy = Copy(
            id=self.ids.new("cpy"),
            case=found_by.case,
            platform=known.platform,
            item=known.item,
            url=known.url,
            method=match.method,
            distance=match.distance,
        )
        if known.platform not in self.platforms or not tx.add_copy(copy):
            return None
        tx.append(
            Kind.COPY,
            {"copy": copy.id, "case": copy.case, "event": "found", "method": copy.method.value,
             "distance": copy.distance, "view": match.view, "platform": copy.platform,
             "query_percent": match.query_percent, "known_percent": match.known_percent},
        )  # fmt: skip
        return copy

    def _save(
        self, tx: Transaction, copy: Copy, job: Job, event: str, proof: Receipt | Sighting | None = None
    ) -> None:
        """The copy's new state, and its receipt in the log."""
        record: dict[str, object] = {
            "copy": copy.id,
            "case": copy.case,
            "event": event,
            "method": copy.method.value,
            "distance": copy.distance,
            "attempts": job.attempts,
        }
        match proof:
            case Receipt(at=at, reference=reference):
                record |= {"answered": stamp(at), "receipt": reference}
            case Sighting(at=at, status=status):
                record |= {"seen": stamp(at), "status": status}
            case None:
                pass
        tx.append(Kind.COPY, record)
        tx.save_copy(copy)

    def _advance(self, tx: Transaction, case_id: str) -> None:
        """Move the case on if all its copies have."""
        case = tx.case(case_id)
        if case.state in STOPPED:
            return
        states = set(tx.copy_states(case_id)) - {CopyState.RESTORED}
        if states == {CopyState.GONE}:
            event = CaseEvent.ALL_GONE
        elif states and states <= {CopyState.GONE, CopyState.HIDDEN}:
            event = CaseEvent.ALL_HIDDEN
        else:
            return
        moved = tx.save_case(case.after(event, tx.now()))
        tx.append(Kind.CASE, {"case": case_id, "event": event.value, "state": moved.state.value})


def hide_or_wait(tx: Transaction, case_id: str, new: Sequence[Copy], most: int, refused: int = 0) -> None:
    """Order `new` copies of a case, stored already, to be hidden; or let them wait for a person.

    `most` copies are hidden without one; `refused` reports from the same network were refused lately.
    """
    if not new:
        return
    case, now = tx.case(case_id), tx.now()
    child = case.state in {CaseState.ESCALATED, CaseState.SECURED}
    copies = sum(tx.copy_states(case_id).values())
    caution = cautious(case.caution, copies, most, child=child, refused=refused)
    if caution is not case.caution:
        case = tx.save_case(replace(case, caution=caution))
        record = {"case": case_id, "event": "person_first", "why": caution.value, "copies": len(new)}
        tx.append(Kind.CASE, record)
    if case.state in {CaseState.HIDDEN, CaseState.REMOVED, CaseState.SECURED}:
        tx.save_case(case.after(CaseEvent.COPY_FOUND, now))
    if not caution.waits:
        _order(tx, new, now)


def hide_what_waits(tx: Transaction, case_id: str, by: str = "") -> int:
    """Order everything in a case that waits for a person to be hidden; says how much that was.

    `by` is who looked; empty if the last hour came instead. Safe to repeat.
    """
    case = tx.case(case_id)
    if not case.caution.waits:
        return 0
    waiting = [copy for copy in tx.copies(case_id) if copy.state is CopyState.FOUND]
    ordered = _order(tx, waiting, tx.now())
    tx.save_case(replace(case, caution=Caution.LOOKED))
    record: dict[str, object] = {"case": case_id, "event": "go_ahead", "copies": ordered, "by": by}
    tx.append(Kind.CASE, record)
    return ordered


def _order(tx: Transaction, copies: Sequence[Copy], now: datetime) -> int:
    """Order `copies` to be hidden, each once; how many orders were new."""
    return sum(tx.enqueue(Job("hide", {"copy": copy.id}, f"hide:{copy.id}", now)) for copy in copies)


def _is_traced(copy: Copy, case: Case) -> bool:
    """Whether copies of this copy are looked for.

    Only of one that somebody located: likeness must not drift, and the same bytes, found by their
    digest, have no other copies than what they were found by. Never in a case with a sign of a child,
    whose pictures are not fetched here.
    """
    return copy.method is Method.LOCATED and case.state is not CaseState.ESCALATED


def _follow(job: Job, kind: str, copy: Copy, at: datetime) -> Job:
    """The next step for a copy; named after the job before it, so that a repetition adds nothing."""
    return Job(kind, {"copy": copy.id}, f"{kind}:{copy.id}:{job.id}", at)


def _case_picture(copy: Copy, hashes: Hashes) -> Known:
    return Known(id=f"{CASES}:{copy.id}", source=CASES, hashes=hashes.kept(), case=copy.case)
