"""The running system: every part under one roof, each known by its port."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from consentry.config import Settings
from consentry.core.arrivals import ARRIVED
from consentry.core.content import Post
from consentry.core.exchange import TELL
from consentry.core.fleeting import SWEEP
from consentry.core.gateports import Fetcher
from consentry.core.lawbook import Lawbook
from consentry.core.making import RECALL
from consentry.core.platformports import Platform
from consentry.core.ports import (
    Blobs,
    Decoder,
    Generator,
    Hasher,
    Job,
    Store,
)
from consentry.flows.access import Access
from consentry.flows.account import Accounts
from consentry.flows.appeal import Appeals
from consentry.flows.arrivals import Arrivals
from consentry.flows.banking import Banking
from consentry.flows.canary import FLY, Canary
from consentry.flows.check import Checks
from consentry.flows.consent import Consents
from consentry.flows.conversation import Conversations
from consentry.flows.door import Door
from consentry.flows.folder import Folders
from consentry.flows.judge import Judge, Judged
from consentry.flows.ledger import Ledger
from consentry.flows.look import Looks
from consentry.flows.optout import OptOuts
from consentry.flows.overview import Overviews
from consentry.flows.parts import Parts
from consentry.flows.passage import Passage
from consentry.flows.queue import Queue
from consentry.flows.recall import Recall
from consentry.flows.refusal import Refusals
from consentry.flows.report import Desk
from consentry.flows.review import Bench
from consentry.flows.signin import SignIn
from consentry.flows.staff import Staff
from consentry.flows.sync import PULL, Sync
from consentry.flows.takedown import Takedown
from consentry.flows.whomade import WhoMade
from consentry.platforms.memory import MemoryPlatform
from consentry.store.figures import Figures
from consentry.store.signing import SignedLog, SignedPermits

Site = MemoryPlatform
"""The simulated small site."""


@dataclass(frozen=True, slots=True)
class System:
    """Everything that runs, each part by its port."""

    settings: Settings
    """What the operator asked for."""
    store: Store
    """Cases, jobs, keys, known pictures, the log."""
    blobs: Blobs
    """Encrypted bytes."""
    log: SignedLog
    """The log under its signature."""
    permits: SignedPermits
    """Permits for the generator behind the gate."""
    decoder: Decoder
    """Bytes to pixels, in a sandbox; pictures alone."""
    media: Decoder
    """The same for videos, too."""
    hasher: Hasher
    """Pixels to hashes."""
    access: Access
    """Keys for programs."""
    staff: Staff
    """Who works here."""
    sign_in: SignIn
    """Where they sign in."""
    accounts: Accounts
    """Where they keep their own accounts."""
    law: Lawbook
    """The law in force and to come."""
    passage: Passage
    """Which ways are open."""
    canary: Canary
    """Tries routes now and then."""
    ask: Judge
    """Judges requests to the gate."""
    answer: Judge
    """Judges what a generator made."""
    upload: Judge
    """Judges uploads."""
    arrivals: Arrivals
    """Screens posts that are already public."""
    post: Callable[[Post], Judged]
    """Judges words and links."""
    desk: Desk
    """Receives reports."""
    door: Door
    """Counts who sends reports."""
    takedown: Takedown
    """Takes pictures down."""
    refusals: Refusals
    """Refuses reports, and hears complaints about that."""
    bench: Bench
    """Where people decide what no machine may."""
    looks: Looks
    """Where they look at pictures."""
    folders: Folders
    """What they have before them."""
    overviews: Overviews
    """How things stand."""
    appeals: Appeals
    """Where others object."""
    consents: Consents
    """Records what people depicted agree to."""
    optouts: OptOuts
    """Records which pictures nobody may edit."""
    parts: Parts
    """Looks for parts of known pictures, beside uploads."""
    ledger: Ledger
    """Keeps what was made, by hash."""
    who_made: WhoMade
    """Answers who made an image."""
    recall: Recall
    """Calls back what was made."""
    queue: Queue
    """Looks after jobs."""
    sync: Sync
    """Follows the lists of others."""
    banking: Banking
    """Keeps banks and asks them."""
    generator: Generator
    """The generator behind the gate."""
    checks_elsewhere: Checks
    """Clears what is made elsewhere."""
    conversations: Conversations
    """Keeps what can be continued, and sweeps away what has ended."""
    fetcher: Fetcher
    """What fetches pictures that are named at the gate."""
    hma_fetcher: Fetcher
    """What fetches pictures that HMA's clients name."""
    platforms: Mapping[str, Platform]
    """Every platform we can act on."""
    figures: Figures
    """Counts for operators."""
    checks: Mapping[str, Callable[[], None]]
    """What /healthz asks, by part."""
    site: Site | None = None
    """The simulated small site, if it was asked for."""
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """What to let go of at the end."""

    @property
    def max_body(self) -> int:
        """Largest request body in bytes."""
        return self.settings.max_body_mb * 2**20

    def run(self, job: Job) -> None:
        """Carry out one job, whatever it is about."""
        steps = {PULL: self.sync.run, TELL: self.sync.run, RECALL: self.recall.run, FLY: self.canary.run}
        steps |= {SWEEP: self.conversations.run, ARRIVED: self.arrivals.run}
        steps |= dict.fromkeys(Parts.KINDS, self.parts.run) | dict.fromkeys(Bench.KINDS, self.bench.run)
        steps.get(job.kind, self.takedown.run)(job)

    def close(self) -> None:
        """Let go of everything; safe to call twice."""
        self.closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
