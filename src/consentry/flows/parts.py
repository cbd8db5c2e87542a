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

import contextlib
from collections.abc import Iterator, Mapping, Sequence
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
from consentry.core.errors import BadInput, NotFound, NotOffered, SafetyUnavailable, UpstreamTrouble
from consentry.core.match import Match
from consentry.core.partports import PartFinder, Seen
from consentry.core.platformports import Platform
from consentry.core.ports import Blobs, Decoder, Ids, Job, Known, Store, Transaction
from consentry.flows.takedown import EVIDENCE

FEATURES = "features"
"""The purpose under which features are kept encrypted."""

UPLOADS = "upload"
"""The source under which accepted pictures are known."""

TRIES = 12
"""How often a picture is fetched that is not there yet: for half an hour, as tries grow rarer."""

NAMED = 10
"""Most damaged pictures that a record names; it counts them all."""

DAMAGED = "blob_damaged"
"""What blobs say of bytes that are not what was written."""

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
        with self._locked(features) as blob, self.store.begin() as tx:
            if blob:
                self._keep(tx, Kept(known.id, known.source, blob))
                tx.enqueue(Job(*seeking(known.id, "", tx.now()), patient=True))
            record = {"case": known.case, "event": "learnt", "picture": known.id, "features": bool(blob)}
            tx.append(Kind.CASE, record)
            tx.finish(job)

    def _look(self, job: Job) -> None:
        known = self._known(job)
        picture = self._fetch(known, last=job.attempts >= TRIES) if known.active else None
        seen = self.finder.find(picture) if picture else Seen()
        features = self.finder.describe(picture, mirrored=True) if picture and self.keep else b""
        with self._locked(features) as blob, self.store.begin() as tx:
            self._note(tx, known, seen.matches)
            if blob:
                self._keep(tx, Kept(known.id, known.source, blob), self.keep)
            if picture is None or not picture.frames:
                tx.append(Kind.SYSTEM, {"event": "not looked at closely", "picture": known.id})
            if seen.unread:
                tx.append(Kind.SYSTEM, _not_compared(known, seen.unread))
            tx.finish(job)

    def _seek(self, job: Job) -> None:
        entry, after = self._known(job), job.payload["after"]
        page: Sequence[Kept] = ()
        if entry.active:
            with self.store.read() as view:
                page = view.features_of(UPLOADS, after, PAGE)
        found: list[tuple[Known, Sequence[Match]]] = []
        unread: list[str] = []
        for kept in page:
            try:
                like = self._is_like(kept, entry)
            except BadInput:
                unread.append(kept.owner)
                continue
            found.extend(self._sought(kept) if like else ())
        with self.store.begin() as tx:
            for known, matches in found:
                self._note(tx, known, matches)
            if unread:
                tx.append(Kind.SYSTEM, _not_compared(entry, unread))
            if page:
                tx.enqueue(Job(*seeking(entry.id, page[-1].owner, tx.now()), patient=True))
            tx.finish(job)

    def _is_like(self, kept: Kept, entry: Known) -> bool:
        """Whether an upload is worth a look for `entry`. Raises BadInput if features are damaged."""
        try:
            features = self.blobs.get(kept.blob, FEATURES)
        except NotFound:
            return False
        except SafetyUnavailable as trouble:
            if trouble.code != DAMAGED:
                raise
            raise BadInput("The features of this upload are damaged.", code="features_damaged") from None
        return self.finder.likely(features, entry.id)

    def _sought(self, kept: Kept) -> list[tuple[Known, Sequence[Match]]]:
        """The upload and what it shows, if it is still there."""
        with self.store.read() as view:
            known = view.known(kept.owner)
        picture = self._fetch(known, last=True)
        return [(known, self.finder.find(picture).matches)] if picture else []

    @contextlib.contextmanager
    def _locked(self, features: bytes) -> Iterator[str]:
        """The blob with `features`, if there are any; destroyed again if what it is for fails."""
        blob = self.blobs.put(features, FEATURES) if features else ""
        try:
            yield blob
        except BaseException:
            if blob:
                self.blobs.shred(blob)
            raise

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


def _not_compared(known: Known, unread: Sequence[str]) -> dict[str, object]:
    """What the log says where a picture could not be compared with all: how many, and which first."""
    record = {"event": "not compared with all", "picture": known.id, "unread": len(unread)}
    return record | {"damaged": list(unread[:NAMED])}


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
