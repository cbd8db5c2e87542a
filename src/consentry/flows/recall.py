"""Everything that came of one account, consent, decision, prompt or input picture is called back.

1. It is counted first, and nothing happens until somebody says so; or a consent is withdrawn, which
   says so by itself.
2. Portion by portion the images in the ledger are looked for among what platforms accepted. Every
   copy found gets the order to hide it, with how it was found, and the proof that it is gone, by the
   same steps as any takedown. Whoever is killed in between leaves the portion to the next worker.
3. From then on no copy of these images is accepted again. A recall can be undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from consentry.core.case import Case, CaseEvent, CaseState, Copy
from consentry.core.course import show_again
from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.escalation import watching
from consentry.core.leaving import recall_job
from consentry.core.making import RECALL, Handle, Making, MakingState
from consentry.core.match import NEAR, Match
from consentry.core.ports import (
    Decoder,
    Finder,
    Hasher,
    Ids,
    Job,
    Known,
    Passphrases,
    Snapshot,
    Store,
    Transaction,
)
from consentry.flows.judge import must_be_readable
from consentry.flows.takedown import CASES

PORTION = 50
"""Images that one job looks for."""

LEFT = frozenset({MakingState.PASSED, MakingState.RECALLED})
"""Images that were allowed to leave, so that there may be copies."""

Target = tuple[Handle, str]
"""What is called back: everything found by this handle."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much a recall would be about."""

    images: Mapping[MakingState, int]
    """Images in the ledger, by what became of them."""
    copies: int
    """Copies of them that platforms accepted and that are known now."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Counts, begins, carries out and undoes recalls."""

    store: Store
    """Where the ledger, the cases and the jobs are."""
    decoder: Decoder
    """Reads an input picture that a recall is about."""
    hasher: Hasher
    """Hashes it."""
    seeds: Finder
    """Finds pictures that something was made from."""
    uploads: Finder
    """Finds copies among what platforms accepted."""
    ids: Ids
    """Where identifiers come from."""
    passphrases: Passphrases
    """Where references come from."""
    within: timedelta
    """How long a recall may take until every copy is gone."""

    def made_from(self, data: bytes) -> tuple[Target, ...]:
        """Every image that was made from this picture or a copy of it. Raises BadInput."""
        picture = self.decoder.decode(data)
        must_be_readable(picture, "Send a JPEG, PNG, WebP, GIF or AVIF within the stated limits.")
        matches = self.seeds.find(self.hasher.looks(picture), NEAR)
        found = dict.fromkeys(match.entry.partition(":")[0] for match in matches)
        return tuple((Handle.MAKING, making_id) for making_id in found)

    def count(self, targets: Sequence[Target]) -> Counted:
        """What a recall of `targets` would be about. Nothing happens."""
        images: Counter[MakingState] = Counter()
        copies: set[str] = set()
        for handle, value in targets:
            after = 0
            while portion := self._portion(handle, value, after):
                after = portion[-1][0]
                images.update(making.state for _, making in portion)
                copies.update(match.entry for _, making in portion for match in self._copies(making))
        return Counted(images, len(copies))

    def begin(self, targets: Sequence[Target], by: str) -> str:
        """Call `targets` back; the reference under which it can be followed and undone."""
        reference = self.passphrases.reference()
        with self.store.begin() as tx:
            tx.append(
                Kind.CASE,
                {"case": reference, "event": "recall", "by": by, "targets": len(targets)},
            )
            for handle, value in targets:
                tx.enqueue(recall_job(reference, handle, value, tx.now()))
        return reference

    def run(self, job: Job) -> None:
        """Look for one portion, order every copy hidden, and see to the next."""
        reference = job.payload["recall"]
        handle, value = Handle(job.payload["handle"]), job.payload["value"]
        portion = self._portion(handle, value, int(job.payload["after"]))
        found = [(making, self._copies(making)) for _, making in portion if making.state in LEFT]
        with self.store.begin() as tx:
            for making, matches in found:
                self._call_back(tx, reference, making, matches)
            tx.append(
                Kind.CASE,
                {"case": reference, "event": "recalled", "images": [making.id for making, _ in found]},
            )
            if len(portion) == PORTION:
                payload = {**job.payload, "after": str(portion[-1][0])}
                tx.enqueue(Job(RECALL, payload, f"{RECALL}:{reference}:{job.id}", tx.now()))
            tx.finish(job)

    def undo(self, reference: str, by: str) -> int:
        """Show again what a recall hid; how many copies. Raises NotFound if there is no such recall."""
        with self.store.begin() as tx:
            known = [one for one in tx.known_of(reference) if one.id.startswith(f"{CASES}:mak_")]
            if not known:
                raise NotFound("There is no recall of this reference.")
            copies = tx.copies(reference)
            if copies:
                show_again(tx, tx.save_case(tx.case(reference).after(CaseEvent.WITHDRAW, tx.now())), tx.now())
            for one in known:
                tx.add_known(replace(one, active=False))
                tx.mark_making(one.id.removeprefix(f"{CASES}:"), MakingState.PASSED)
            tx.append(Kind.CASE, {"case": reference, "event": "recall_undone", "by": by})
        return len(copies)

    def _portion(self, handle: Handle, value: str, after: int) -> Sequence[tuple[int, Making]]:
        with self.store.read() as snapshot:
            return snapshot.makings(handle, value, after, PORTION)

    def _copies(self, making: Making) -> Sequence[Match]:
        """Copies that platforms accepted, each once, by its nearest look."""
        with self.store.read() as snapshot:
            hashes = snapshot.known(making.id).hashes
        nearest: dict[str, Match] = {}
        for match in self.uploads.find(hashes, NEAR):
            nearest.setdefault(match.entry, match)
        return tuple(nearest.values())

    def _call_back(self, tx: Transaction, reference: str, making: Making, matches: Sequence[Match]) -> None:
        """One image: no copy of it is accepted from now on, and every copy found is ordered hidden."""
        tx.mark_making(making.id, MakingState.RECALLED)
        hashes = tx.known(making.id).hashes
        tx.add_known(Known(f"{CASES}:{making.id}", CASES, hashes, case=reference))
        for match in matches:
            self._order(tx, reference, making, match)

    def _order(self, tx: Transaction, reference: str, making: Making, match: Match) -> None:
        upload = tx.known(match.entry)
        if not upload.platform or not upload.active:
            return
        self._open(tx, reference)
        copy = Copy(
            id=self.ids.new("cpy"),
            case=reference,
            platform=upload.platform,
            item=upload.item,
            url=upload.url,
            method=match.method,
            distance=match.distance,
        )
        if not tx.add_copy(copy):
            return
        tx.append(
            Kind.COPY,
            {"copy": copy.id, "case": reference, "event": "found", "making": making.id,
             "method": copy.method.value, "distance": copy.distance, "platform": copy.platform},
        )  # fmt: skip
        tx.enqueue(Job("hide", {"copy": copy.id}, f"hide:{copy.id}", tx.now()))

    def _open(self, tx: Transaction, reference: str) -> None:
        """The case that the copies of a recall belong to; reopened if it had ended."""
        case = _case(tx, reference)
        now = tx.now()
        if case is None:
            case = Case(reference, CaseState.OPEN, now, now + self.within, ())
            tx.add_case(case)
            for work in watching(case):
                tx.enqueue(Job(*work))
        elif case.state in {CaseState.HIDDEN, CaseState.REMOVED}:
            tx.save_case(case.after(CaseEvent.COPY_FOUND, now))


def _case(tx: Snapshot, reference: str) -> Case | None:
    try:
        return tx.case(reference)
    except NotFound:
        return None
