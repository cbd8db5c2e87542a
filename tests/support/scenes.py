"""One case on a small site, and a worker's hands, for whatever becomes of it."""

from __future__ import annotations

import json

from consentry.core.candidate import LEARN
from consentry.core.case import Case, CaseState, Copy
from consentry.core.errors import UpstreamTrouble
from consentry.core.match import Method
from consentry.core.ports import Job
from consentry.flows.takedown import Takedown
from consentry.platforms.memory import MemoryPlatform
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from support.fakes import NOW, CountingIds, PlainDecoder, PlainFinder, PlainHasher, StillClock


class Scene:
    """One case with one located copy on a small site, and a worker's hands."""

    def __init__(self, state=CaseState.OPEN, linger=0):
        self.clock, ids = StillClock(), CountingIds()
        self.store = MemoryStore(self.clock, ids)
        self.site = MemoryPlatform("site", "https://site.example", self.clock, linger=linger)
        self.item = self.site.publish(b"ok the picture", "poster", "text")
        self.finder = PlainFinder()
        self.learnt = []
        self.takedown = Takedown(
            self.store, {"site": self.site}, PlainDecoder(), PlainHasher(), self.finder, MemoryBlobs(ids), ids
        )
        with self.store.begin() as tx:
            tx.add_case(Case("C-1", state, NOW, NOW, ()))
            self.add_copy(tx, "cpy_a", self.item)

    def add_copy(self, tx, copy_id, item):
        tx.add_copy(Copy(copy_id, "C-1", "site", item, self.site.address(item), Method.LOCATED, 0))
        tx.enqueue(Job("hide", {"copy": copy_id}, f"hide:{copy_id}", NOW))

    def work(self, rounds=20):
        """Carry out due jobs until there are none; failed ones come back later."""
        for _ in range(rounds):
            self.clock.move(seconds=1)
            for job in self.store.claim(20, 60):
                if job.kind == LEARN:
                    self.learnt.append(job.payload)
                    continue
                try:
                    self.takedown.run(job)
                except UpstreamTrouble as trouble:
                    self.store.retry(job, 0.5, trouble.code)

    def lines(self):
        """Every record of the log."""
        return [json.loads(self.store.line(index).record) for index in range(self.store.size())]

    def public(self):
        """Whether a visitor sees the picture."""
        return self.site.public(self.site.address(self.item)) is not None

    def case(self):
        with self.store.begin() as tx:
            return tx.case("C-1")

    def copies(self):
        with self.store.begin() as tx:
            return list(tx.copies("C-1"))

    def known(self):
        with self.store.begin() as tx:
            return list(tx.known_of("C-1"))
