"""Every image that was made and judged here is entered into the ledger, by hash.

1. An image that may leave gets its label, if a rule wants one, and its credentials.
2. What is kept of it is its digests, a few hashes of how it looks, who asked and by which route, and
   the pictures it was made from, by hash. Neither a picture nor the prompt is kept; of the prompt a
   digest under a key. Of what was refused the same is kept.
3. All of that is written in the same transaction as the decision: record before release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from consentry.core.content import Draft, Picture, Request
from consentry.core.decision import Decision
from consentry.core.errors import Trouble
from consentry.core.leaving import Marker, Stated
from consentry.core.making import MADE, SEEDS, Making, MakingState, prompt_digest
from consentry.core.match import Hashes
from consentry.core.policy import Outcome
from consentry.core.ports import Hasher, Ids, Known, Store, Transaction


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where images are entered."""

    store: Store
    """Where it is kept."""
    hasher: Hasher
    """Hashes what was made, and what it was made from."""
    marker: Marker
    """Labels and signs what leaves."""
    ids: Ids
    """Where identifiers come from."""
    key: bytes = field(repr=False)
    """What digests of prompts are made with."""

    def begin(self, request: Request, asked: str, *, consented: bool) -> Batch:
        """What is made for `request`, which the decision `asked` let pass."""
        seeds = tuple(self.kept(picture) for picture in request.inputs)
        consent = request.consent if consented else ""
        return Batch(self, request, asked, consent, prompt_digest(request.prompt, self.key), seeds)

    def kept(self, picture: Picture) -> Hashes:
        """What is kept of a picture: its bytes' digest alone if nobody can look at it."""
        try:
            return self.hasher.upright(picture)
        except Trouble:
            return Hashes(picture.sha256, (), 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that is made for one request."""

    ledger: Ledger
    """Where it is entered."""
    request: Request
    """What was asked for."""
    asked: str
    """The decision on the request."""
    consent: str
    """The consent that covered it, if one did."""
    prompt: str
    """The digest of the prompt."""
    seeds: tuple[Hashes, ...]
    """What is kept of the pictures it is made from."""

    def leaving(self, draft: Draft) -> Leaving:
        """A draft on its way."""
        return Leaving(self, self.ledger.ids.new("mak"), draft.picture, draft.picture)


@dataclass(slots=True)
class Leaving:
    """One draft on its way out, or not."""

    batch: Batch
    """The request it was made for."""
    id: str
    """Its identifier in the ledger."""
    judged: Picture
    """What was judged."""
    picture: Picture
    """What leaves."""
    marked: bool = False
    """Whether it was marked."""
    looks: Hashes | None = None
    """How it looked when it was judged, once that was worked out."""

    def ready(self) -> None:
        """Work out how it looks; while it is judged, because that takes as long."""
        self.looks = self.batch.ledger.kept(self.judged)

    def mark(self, decision_id: str, decision: Decision) -> None:
        """Label and sign it. Raises SafetyUnavailable; then it does not leave."""
        stated = Stated(decision_id, bool(self.batch.request.pictures), decision.outcome is Outcome.LABEL)
        self.picture = self.batch.ledger.marker.mark(self.judged, stated)
        self.marked = True

    def said(self) -> Mapping[str, object]:
        """What the record says of it: what was judged and, if it was marked, what leaves."""
        left = {"left": self.picture.sha256} if self.marked else {}
        return {"output": self.judged.sha256, "making": self.id, **left}

    def keep(self, tx: Transaction, decision_id: str, decision: Decision, *, withheld: bool) -> None:
        """Enter it into the ledger, in the transaction of its decision."""
        passed = MakingState.WITHHELD if withheld else MakingState.PASSED
        batch = self.batch
        making = Making(
            id=self.id,
            decision=decision_id,
            request=batch.asked,
            account=batch.request.account.id,
            route=batch.request.route,
            at=tx.now(),
            state=passed if decision.passes else MakingState.REFUSED,
            sha256=self.picture.sha256,
            judged=self.judged.sha256,
            prompt=batch.prompt,
            consent=batch.consent,
            inputs=tuple(seed.sha256 for seed in batch.seeds),
        )
        tx.add_making(making)
        tx.add_known(Known(self.id, MADE, self._hashes()))
        for number, seed in enumerate(batch.seeds):
            tx.add_known(Known(f"{self.id}:{number}", SEEDS, seed))

    def _hashes(self) -> Hashes:
        """What is kept: how it looked when it was judged and, with a label, how it looks now."""
        judged = self.looks or self.batch.ledger.kept(self.judged)
        shown = judged
        if self.picture.frames != self.judged.frames:
            shown = self.batch.ledger.kept(self.picture)
        pdq = tuple(dict.fromkeys((*judged.pdq, *shown.pdq)))
        return replace(judged, sha256=self.picture.sha256, pdq=pdq)
