"""A picture or a video that somebody posts, before anybody else sees it.

1. A picture that cannot be read is sent back; the platform must not show it.
2. It is judged: is it a picture from a case, or on a bank's list, or does a detector object?
3. With the decision, in one transaction, its hashes are kept (never the picture), so that a
   later report finds this copy at once. Where the platform lets us fetch it again, a closer look
   is queued, which the poster does not wait for (`flows.parts`).
4. The platform is told: show it, hold it, or refuse it.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentry.core.candidate import looking
from consentry.core.content import Upload
from consentry.core.match import Hashes
from consentry.core.policy import Outcome
from consentry.core.ports import Hasher, Job, Known, Transaction
from consentry.flows.judge import Judge, Judged, must_be_readable

UPLOADS = "upload"
"""The source under which accepted pictures are known."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What the platform is told."""

    judged: Judged
    """The decision, written down."""
    outcome: Outcome
    """ALLOW or LABEL: show it. HOLD: keep it back until a person has looked. REFUSE: never."""


def screen(upload: Upload, *, judge: Judge, hasher: Hasher, url: str, closer: bool = False) -> Screened:
    """Judge `upload`; `url` is where the platform would show it. Raises BadInput if unreadable.

    With `closer`, what is accepted is looked at again beside this, by fetching it from the platform.
    """
    must_be_readable(
        upload.picture,
        "Do not show it. Send a JPEG, PNG, WebP, GIF or AVIF, or an MP4, MOV, WebM or Matroska video, "
        "within the stated limits.",
    )
    hashes = hasher.hashes(upload.picture)

    def remember(tx: Transaction, judged: Judged) -> None:
        if judged.decision.outcome < Outcome.REFUSE:
            known = _known(upload, hashes, judged.id, url)
            tx.add_known(known)
            if closer:
                tx.enqueue(Job(*looking(known.id, tx.now()), patient=True))

    context = {
        "account": upload.account.id,
        "tier": upload.account.tier,
        "place": upload.place,
        "platform": upload.platform,
        "item": upload.item,
        "sha256": upload.picture.sha256,
    }
    judged = judge(upload, known={}, place=upload.place, context=context, also=remember)
    return Screened(judged, judged.decision.outcome)


def _known(upload: Upload, hashes: Hashes, decision: str, url: str) -> Known:
    return Known(
        id=decision.replace("dec", "upl", 1),
        source=UPLOADS,
        hashes=hashes.kept(),
        platform=upload.platform,
        item=upload.item,
        url=url,
    )
