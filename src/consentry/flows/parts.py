"""Beside an upload, and after a report: parts of one picture are looked for in the other.

1. Learn: when a picture becomes known from a case, what its corners look like is kept, encrypted,
   and destroyed when the report is taken back.
2. Look: an accepted upload is fetched by the moderators' door and looked at closely. Nobody waits
   for it. What its own corners look like is kept, encrypted, for a few days.
3. Seek: parts of a newly known picture are looked for among the uploads of those days.
4. What is found is a candidate: written down, put into the log, and left to a person. Nothing is
   hidden by a machine that saw a part.

Each step reads, looks, and then writes in one transaction, together with the end of the job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import timedelta

from consentry.core.candidate import (
    FORGET,
    LEARN,
    LOOK,
    SEEK,
    Candidate,
    Kept,
    forgetting,
    seeking,
)
from consentry.core.content import Picture
from consentry.core.entry import Kind
from consentry.core.errors import NotFound, NotOffered, UpstreamTrouble
from consentry.core.match import Match
from consentry.core.partports import PartFinder
from consentry.core.platformports import Platform
from consentry.core.ports import Blobs, Decoder, Ids, Job, Known, Store, Transaction
from consentry.flows.takedown import EVIDENCE

FEATURES = "features"
"""The purpose under which features are kept encrypted."""

UPLOADS = "upload"
"""The source under which accepted pictures are known."""

TRIES = 12
"""How often a picture is fetched that is not there yet: for half an hour, as tries grow rarer."""

PAGE = 200
"""Uploads looked through by one job: a second or two."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The steps of looking closely. `run` carries out one job; it raises if the job must be tried again."""

    store: Store
    """Where known pictures, candidates and jobs are kept."""
    platforms: Mapping[str, Platform]
    """Where uploads are fetched from."""
    decoder: Decoder
    """Bytes to pixels."""
    finder: PartFinder
    """What looks."""
    blobs: Blobs
    """Where features are kept, encrypted."""
    ids: Ids
    """Where identifiers come from."""
    keep: timedelta
    """How long the features of an upload are kept; none: they are not."""

    KINDS = frozenset({LEARN, LOOK, SEEK, FORGET})
    """The jobs that are carried out here."""

    def run(self, job: Job) -> None:
        """Carry out `job` and finish it. Raises UpstreamTrouble or SafetyUnavailable to try again."""
        steps = {LEARN: self._learn, LOOK: self._look, SEEK: self._seek, FORGET: self._forget}
        steps[job.kind](job)

    def _learn(self, job: Job) -> None:
        known = self._known(job)
        try:
            data = self.blobs.get(job.payload["evidence"], EVIDENCE) if known.active else b""
        except NotFound:
            data = b""
        features = self.finder.describe(self.decoder.decode(data)) if data else b""
        blob = self.blobs.put(features, FEATURES) if features else ""
        with self.store.begin() as tx:
            if blob:
                self._keep(tx, Kept(known.id, known.source, blob))
                tx.enqueue(Job(*seeking(known.id, "", tx.now()), patient=True))
            record = {"case": known.case, "event": "learnt", "picture": known.id, "features": bool(blob)}
            tx.append(Kind.CASE, record)
            tx.finish(job)

    def _look(self, job: Job) -> None:
        known = self._known(job)
        picture = self._fetch(known, last=job.attempts >= TRIES) if known.active else None
        matches = self.finder.find(picture) if picture else ()
        features = self.finder.describe(picture, mirrored=True) if picture and self.keep else b""
        blob = self.blobs.put(features, FEATURES) if features else ""
        with self.store.begin() as tx:
            self._note(tx, known, matches)
            if blob:
                self._keep(tx, Kept(known.id, known.source, blob), self.keep)
            if picture is None or not picture.frames:
                tx.append(Kind.SYSTEM, {"event": "not looked at closely", "picture": known.id})
            tx.finish(job)

    def _seek(self, job: Job) -> None:
        entry, after = self._known(job), job.payload["after"]
        page: Sequence[Kept] = ()
        if entry.active:
            with self.store.read() as view:
                page = view.features_of(UPLOADS, after, PAGE)
        found = [(known, matches) for kept in page for known, matches in self._sought(kept, entry)]
        with self.store.begin() as tx:
            for known, matches in found:
                self._note(tx, known, matches)
            if page:
                tx.enqueue(Job(*seeking(entry.id, page[-1].owner, tx.now()), patient=True))
            tx.finish(job)

    def _sought(self, kept: Kept, entry: Known) -> list[tuple[Known, Sequence[Match]]]:
        """The upload and what it shows, if its features are like those of `entry` and it is still there."""
        try:
            features = self.blobs.get(kept.blob, FEATURES)
        except NotFound:
            return []
        if not self.finder.likely(features, entry.id):
            return []
        with self.store.read() as view:
            known = view.known(kept.owner)
        picture = self._fetch(known, last=True)
        return [(known, self.finder.find(picture))] if picture else []

    def _forget(self, job: Job) -> None:
        owner, blob = job.payload["owner"], job.payload["blob"]
        self.blobs.shred(blob)
        with self.store.begin() as tx:
            try:
                kept = tx.features(owner)
            except NotFound:
                kept = Kept(owner, "", "")
            if kept.blob == blob:
                tx.keep_features(replace(kept, blob=""))
            tx.finish(job)

    def _known(self, job: Job) -> Known:
        with self.store.read() as view:
            return view.known(job.payload["known"])

    def _fetch(self, known: Known, *, last: bool) -> Picture | None:
        """The picture as the platform has it; None if it has none, at the `last` of several tries."""
        platform = self.platforms.get(known.platform)
        if platform is None:
            return None
        try:
            return self.decoder.decode(platform.fetch(known.item))
        except NotOffered:
            return None
        except NotFound:
            if last:
                return None
            raise UpstreamTrouble("The platform has no such picture yet.", code="not_there_yet") from None

    def _keep(self, tx: Transaction, kept: Kept, keep: timedelta | None = None) -> None:
        """Remember where features are, unless their picture no longer counts; see that they go in time."""
        now = tx.now()
        if not tx.known(kept.owner).active:
            tx.enqueue(Job(*forgetting(kept, now)))
            return
        tx.keep_features(kept)
        if keep is not None:
            tx.enqueue(Job(*forgetting(kept, now + keep), patient=True))

    def _note(self, tx: Transaction, known: Known, matches: Sequence[Match]) -> None:
        """A candidate for each match that counts still and is not a copy of its case already."""
        for match in matches:
            if not tx.known(match.entry).active or _is_copy(tx, known, match):
                continue
            candidate = Candidate(self.ids.new("cnd"), known.id, match, tx.now())
            if tx.add_candidate(candidate):
                tx.append(Kind.CASE, _record(candidate))


def _is_copy(tx: Transaction, known: Known, match: Match) -> bool:
    return any((copy.platform, copy.item) == (known.platform, known.item) for copy in tx.copies(match.case))


def _record(candidate: Candidate) -> dict[str, object]:
    """What the log says of a candidate: which, how and where, and nothing of what it shows."""
    match = candidate.match
    return {
        "case": match.case,
        "event": "candidate",
        "candidate": candidate.id,
        "picture": candidate.picture,
        "entry": match.entry,
        "method": match.method.value,
        "view": match.view,
        "distance": match.distance,
        "region": [] if match.region is None else [round(side, 3) for side in astuple(match.region)],
    }
