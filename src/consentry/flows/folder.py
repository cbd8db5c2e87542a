"""Everything there is to know about a case before it is decided, put together for one person.

Who says what, what was measured, where the picture is known from, every copy with its distance, what
was decided before, and what happened when. No name of who reported, and no picture: that is asked for
by itself (`flows.look`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consentry.core.appeal import Appeal
from consentry.core.bankports import Near
from consentry.core.candidate import Candidate
from consentry.core.case import Case, Copy
from consentry.core.errors import NotFound
from consentry.core.ports import Blobs, ListedFinder, Snapshot, Store
from consentry.core.review import Choice, Resolution, ResolutionState, Review, Task, choices, must_see
from consentry.core.staff import Member

PAPERS = "papers"
"""The purpose under which a report is kept encrypted."""

OBJECTION = "objection"
"""The purpose under which the words of an appeal are kept encrypted."""

TOLD = ("standing", "why", "under18", "statement", "where", "language")
"""What of a report is shown: nothing that says who somebody is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure, as it stands in the log."""

    name: str
    """What was measured."""
    value: str
    """The score, or that nobody could look."""
    threshold: str
    """From which score a rule counts it; empty if no rule that applied does."""
    says: str
    """The evidence, or why nobody could look."""
    version: str
    """The version of what measured it."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What somebody has before them who decides."""

    review: Review
    """The question."""
    case: Case
    """The case."""
    copies: Sequence[Copy]
    """Every copy, in the order found."""
    candidates: Sequence[Candidate]
    """Pictures that seem to show a part of it; they hide nothing by themselves."""
    resolutions: Sequence[Resolution]
    """What was chosen before; empty where somebody looks without being told."""
    appeal: Appeal | None
    """The objection that is answered, if one is."""
    objection: str
    """Its words."""
    report: Mapping[str, str]
    """What whoever reported says."""
    measured: Sequence[Measured]
    """What was measured when the report arrived."""
    listed: Sequence[Near]
    """Banks that list the picture, nearest first."""
    open_to: Sequence[Choice]
    """What may be chosen."""
    now: datetime
    """The present moment (UTC)."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What members are called, by their ids."""

    @property
    def proposed(self) -> Resolution | None:
        """What waits for a second person."""
        return _last(self.resolutions, ResolutionState.PROPOSED)

    @property
    def chosen(self) -> Resolution | None:
        """What can still be undone."""
        return _last(self.resolutions, ResolutionState.CHOSEN)

    @property
    def known(self) -> bool:
        """Whether nobody need look: a bank lists the very picture, or it was decided before."""
        same = any(near.distance == 0 for near in self.listed)
        return same or any(one.state is ResolutionState.DONE for one in self.resolutions)

    @property
    def history(self) -> Sequence[tuple[datetime, str]]:
        """What happened, in the order it did."""
        happened = [(self.case.received, "The report arrived, and its clock began")]
        for copy in self.copies:
            happened += [(copy.hidden, f"{copy.url} was hidden")] if copy.hidden else []
            happened += [(copy.gone, f"{copy.url} was seen to be gone")] if copy.gone else []
        for one in self.resolutions:
            name = self.names.get(one.by, "somebody")
            happened.append((one.at, f"{name} chose to {one.choice.value}: {one.state.value}"))
        if self.appeal:
            happened.append((self.appeal.at, f"The {self.appeal.party.value} objected"))
        if self.case.stopped:
            happened.append((self.case.stopped, "The clock stopped"))
        return sorted(happened, key=lambda pair: pair[0])


@dataclass(frozen=True, slots=True)
class Folders:
    """Puts folders together."""

    store: Store
    """Where everything is kept."""
    blobs: Blobs
    """Where words are kept, encrypted."""
    listed: ListedFinder
    """Finds what banks list."""

    def open(self, review_id: str, member: Member) -> Folder:
        """The folder of a review. Raises NotFound, or Forbidden where they may not see it."""
        with self.store.read() as view:
            review = view.review(review_id)
            case = view.case(review.case)
            must_see(case, member)
            found = self._read(view, review, case)
            hashes = [known.hashes for known in view.known_of(case.id) if known.active]
            objection = found.appeal.words if found.appeal else ""
        near = [one for each in hashes for one in self.listed.like(each)]
        return Folder(
            **{name: getattr(found, name) for name in _READ},
            objection=self._words(objection, OBJECTION),
            report=self._report(case),
            measured=self._measured(review),
            listed=near,
            open_to=choices(case),
        )

    def _read(self, view: Snapshot, review: Review, case: Case) -> _Read:
        blind = review.task is Task.BLIND
        made = [one for one in view.resolutions(case.id) if not blind or one.review == review.id]
        return _Read(
            review=review,
            case=case,
            copies=view.copies(case.id),
            candidates=view.candidates_of(case.id),
            resolutions=made,
            appeal=view.appeal(review.appeal) if review.appeal else None,
            now=view.now(),
            names={one.id: one.name for one in view.members()},
        )

    def _report(self, case: Case) -> Mapping[str, str]:
        """What the report says, without who wrote it; empty once it was erased."""
        text = self._words(case.papers, PAPERS)
        fields: dict[str, Any] = json.loads(text) if text else {}
        return {name: str(fields[name]) for name in TOLD if fields.get(name)}

    def _words(self, blob: str, purpose: str) -> str:
        try:
            return self.blobs.get(blob, purpose).decode() if blob else ""
        except NotFound:
            return ""

    def _measured(self, review: Review) -> Sequence[Measured]:
        """What the log says that was measured; nothing once that was erased."""
        if review.line < 0:
            return ()
        record = self.store.line(review.line).record
        return measured(json.loads(record)) if record else ()


def measured(record: Mapping[str, Any]) -> Sequence[Measured]:
    """The measures in the record of a decision."""
    facts = [fact for reason in record.get("reasons", ()) for fact in reason["facts"]]
    thresholds = {fact["measure"]: f"{fact['threshold']:g}" for fact in facts}
    return [
        Measured(
            name,
            "could not look" if "unavailable" in found else f"{found['score']:g}",
            thresholds.get(name, ""),
            found.get("evidence") or found.get("unavailable", ""),
            found.get("version", ""),
        )
        for name, found in sorted(record.get("findings", {}).items())
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read in one go."""

    review: Review
    case: Case
    copies: Sequence[Copy]
    candidates: Sequence[Candidate]
    resolutions: Sequence[Resolution]
    appeal: Appeal | None
    now: datetime
    names: Mapping[str, str]


_READ = ("review", "case", "copies", "candidates", "resolutions", "appeal", "now", "names")


def _last(resolutions: Sequence[Resolution], state: ResolutionState) -> Resolution | None:
    return next((one for one in reversed(resolutions) if one.state is state), None)
