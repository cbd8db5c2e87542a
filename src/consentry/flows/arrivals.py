"""From the news of a public post to its pictures screened, and out of view if they must be.

1. The platform tells of a post. That is kept as a job, once for each version of the post.
2. Each picture is fetched and screened like an upload.
3. What may not be shown is taken out of public view, reversibly, and put before the platform's
   moderators; if it is refused, its poster is told why. A picture that cannot be read is held.
4. The log says what was done, and the job ends with that.

A worker that dies in between leaves the job to the next one: hiding again changes nothing, while a
report or a notice may then be sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from consentry.core.arrivals import Arrived, Host
from consentry.core.content import Account, Upload
from consentry.core.entry import Kind, stamp
from consentry.core.errors import BadInput, NotAllowed, NotFound, NotOffered
from consentry.core.platformports import Notice
from consentry.core.policy import Outcome
from consentry.core.ports import Decoder, Job, Store
from consentry.flows.judge import Judged

WORDS: Final = "An image in this post was taken out of view by a safety check. Decision: {decision}."
"""What the platform's moderators read."""

NOTICE: Final = Notice(
    "A decision about your post",
    "An image in your post was taken out of view: it may show somebody in an intimate or degrading way "
    "without their consent. You can object to the moderators of this site. Decision: {decision}.",
)
"""What the poster reads; never who reported anything."""


class Screening(Protocol):
    """What came of screening one picture."""

    @property
    def judged(self) -> Judged:
        """The decision, written down."""

    @property
    def outcome(self) -> Outcome:
        """What to do."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Screens what is already public."""

    store: Store
    """Where jobs and the log are kept."""
    hosts: Mapping[str, Host]
    """Platforms that tell of new posts."""
    media: Decoder
    """Opens pictures and videos."""
    screen: Callable[[Upload, str], Screening]
    """Screens one, at its address. Raises BadInput if it cannot be read."""

    def hear(self, platform: str, body: bytes, signature: str) -> bool:
        """Keep what a platform tells; whether a post with pictures. Raises NotAllowed, NotFound."""
        host = self.hosts.get(platform)
        if host is None:
            raise NotFound("No platform of this name tells of posts here.")
        if not host.signed(body, signature):
            raise NotAllowed("The signature is missing or wrong.", code="bad_signature")
        arrived = host.arrived(body)
        if arrived is None:
            return False
        with self.store.begin() as tx:
            tx.enqueue(arrived.job(platform, tx.now()))
        return True

    def run(self, job: Job) -> None:
        """Screen one post. Raises UpstreamTrouble to be tried again."""
        payload = job.payload
        host = self.hosts[payload["platform"]]
        arrived = Arrived(payload["post"], payload["account"], "", tuple(payload["pictures"].split("\n")))
        done = [self._picture(host, arrived, url, job) for url in arrived.pictures]
        with self.store.begin() as tx:
            for record in filter(None, done):
                tx.append(Kind.COPY, record)
            tx.finish(job)

    def _picture(self, host: Host, arrived: Arrived, url: str, job: Job) -> dict[str, object] | None:
        """Screen one picture; what the log says if something was done about it."""
        item = host.locate(url)
        if item is None:
            return None
        try:
            outcome, decision = self._screened(host, arrived, item, url)
            if outcome < Outcome.HOLD:
                return None
            receipt = host.hide(item, f"{job.dedup}:{item}")
        except NotFound:
            return None  # its poster was faster
        except NotOffered:
            return {"event": "by_hand", "platform": host.name, "item": item}
        host.alert(arrived.account, arrived.post, WORDS.format(decision=decision))
        if outcome is Outcome.REFUSE:
            host.tell(arrived.account, Notice(NOTICE.subject, NOTICE.text.format(decision=decision)))
        return {
            "event": "hidden_on_arrival",
            "platform": host.name,
            "item": item,
            "decision": decision,
            "answered": stamp(receipt.at),
        }

    def _screened(self, host: Host, arrived: Arrived, item: str, url: str) -> tuple[Outcome, str]:
        data = host.fetch(item)
        try:
            upload = Upload(
                account=Account(f"{host.name}:{arrived.account}"),
                picture=self.media.decode(data),
                platform=host.name,
                item=item,
            )
            found = self.screen(upload, url)
        except BadInput:
            return Outcome.HOLD, "unreadable"
        return found.outcome, found.judged.id
