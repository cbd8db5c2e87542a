"""Conversations that may be continued by their name, for a while, and the sweep of all that has ended.

1. When an image is released, what its conversation came to is kept, encrypted: every word of the caller,
   every picture they sent, the first image that was made for them and the newest.
2. Whoever names it later goes on from our record and not from their own telling: earlier words count, and
   what comes out is compared with the pictures that came in first. Only the same account is given it.
3. At its end it is no longer given out, and the next sweep destroys its key. An account can have
   everything of theirs destroyed before.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from consentry.core.content import Request
from consentry.core.entry import Kind
from consentry.core.errors import NotFound
from consentry.core.fleeting import Fleeting
from consentry.core.ports import Blobs, Job, Store
from consentry.core.sweep import keep_for_a_while

PURPOSE: Final = "conversation"
"""What the encrypted bytes are for."""

PORTION: Final = 100
"""How much is forgotten in one transaction."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a conversation came to, from our own record."""

    words: tuple[str, ...]
    """Everything the caller asked for or set, oldest first."""
    inputs: tuple[bytes, ...]
    """Every picture they sent."""
    made: tuple[bytes, ...]
    """The first image that was made for them, and the newest; oldest first."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """Keeps conversations, gives them back to whose they are, and forgets them."""

    store: Store
    """Where their names are."""
    blobs: Blobs
    """Where their words and pictures are, encrypted."""
    lasts: timedelta
    """For how long; zero: none is kept."""
    most: int
    """Most bytes of pictures that are kept of one; a larger one cannot be continued."""

    def keep(self, decision: str, request: Request, images: Sequence[bytes]) -> None:
        """Keep what `request` and the released `images` came to, to be found under their decision."""
        made = (*(picture.data for picture in request.made), *images)
        told = Told(
            words=(*request.earlier, request.prompt),
            inputs=tuple(picture.data for picture in request.inputs),
            made=(*made[:1], *made[1:][-1:]),
        )
        if not self.lasts or request.account.probe or sum(map(len, told.inputs + told.made)) > self.most:
            return
        blob = self.blobs.put(_written(told), PURPOSE)
        try:
            with self.store.begin() as tx:
                ends = tx.now() + self.lasts
                keep_for_a_while(tx, Fleeting(_name(decision), request.account.id, ends, blob=blob))
        except BaseException:
            self.blobs.shred(blob)
            raise

    def find(self, decision: str, account: str) -> Told:
        """What is kept under a decision. Raises NotFound for nothing, and for what is another account's."""
        with self.store.read() as view:
            kept = view.fleeting(_name(decision))
            now = view.now()
        if not kept.good(account, now):
            raise NotFound("There is no such conversation, or it has ended.")
        return _read(self.blobs.get(kept.blob, PURPOSE))

    def forget(self, account: str) -> int:
        """Destroy everything that is kept for a while for an account; how much that was."""
        with self.store.read() as view:
            kept = view.fleeting_of(account)
        self._drop(kept)
        with self.store.begin() as tx:
            tx.append(
                Kind.SYSTEM, {"event": "conversations_forgotten", "account": account, "count": len(kept)}
            )
        return len(kept)

    def run(self, job: Job) -> None:
        """Carry out a sweep: destroy whatever has ended."""
        while True:
            with self.store.read() as view:
                ended = view.fleeting_ended(view.now(), PORTION)
            if not ended:
                break
            self._drop(ended)
        with self.store.begin() as tx:
            tx.finish(job)

    def _drop(self, kept: Sequence[Fleeting]) -> None:
        """The bytes first: whoever is killed in between leaves a name, which the next sweep finds."""
        for one in kept:
            if one.blob:
                self.blobs.shred(one.blob)
        with self.store.begin() as tx:
            for one in kept:
                tx.drop_fleeting(one.name)


def _name(decision: str) -> str:
    return f"conversation {decision}"


def _written(told: Told) -> bytes:
    pictures = {
        name: [b64encode(data).decode() for data in found]
        for name, found in (("inputs", told.inputs), ("made", told.made))
    }
    return json.dumps({"words": told.words, **pictures}).encode()


def _read(data: bytes) -> Told:
    found = json.loads(data)
    return Told(
        words=tuple(found["words"]),
        inputs=tuple(map(b64decode, found["inputs"])),
        made=tuple(map(b64decode, found["made"])),
    )
