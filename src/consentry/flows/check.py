"""A check in two steps, for images that are made elsewhere: a job, a workflow, a bot.

1. Before anything is made, the request is judged, if its route is open and nothing is paused. If it
   passes, whoever asked gets a token.
2. When it is made, they bring the token, the same request and the images. The token is good for
   that request and that account, once and for an hour; then the images go through `generate` like
   any others, with nobody to ask, because they are there already.

Only a digest of a token and its request is kept, and only for that hour: no prompt, no picture.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from consentry.core.content import Picture, Request
from consentry.core.entry import canonical
from consentry.core.errors import BadInput, NotFound
from consentry.core.fleeting import Fleeting
from consentry.core.gateports import Entrance
from consentry.core.ports import Clock, Decoder, Ids, Made, Store, Transaction
from consentry.core.sweep import keep_for_a_while
from consentry.flows.judge import Judge, Judged, must_be_readable

LIFETIME: Final = timedelta(hours=1)
"""How long a token is good: jobs at image services take minutes."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A request that may be made, and what it takes to have the result judged."""

    token: str
    """To be brought along with the images."""
    seconds: int
    """How long it is good."""
    judged: Judged
    """The decision about the request."""


@dataclass(frozen=True, slots=True)
class Given:
    """Stands for a generator that has made its images already."""

    made: Sequence[Made]
    """What was made."""

    async def make(self, request: Request) -> Sequence[Made]:  # noqa: ARG002 - it is made already
        """What was made, whatever is asked for."""
        return self.made


@dataclass(frozen=True, slots=True)
class Checks:
    """Clears requests, and takes each clearance back once."""

    entrance: Entrance
    """Knows which routes are open; asked before anything else, in both steps."""
    ask: Judge
    """Judges requests."""
    decoder: Decoder
    """Opens their pictures."""
    store: Store
    """Where digests of tokens are kept."""
    clock: Clock
    """What time it is."""
    ids: Ids
    """Where tokens come from."""

    def clear(self, request: Request) -> Cleared | Judged:
        """A token for `request`, or the decision that refuses it, which is counted like any other.

        Raises BadInput for unreadable pictures, RouteNotGated or SafetyUnavailable if its way is closed.
        What is cleared is counted when its images are brought.
        """
        self.entrance.enter(request)
        context = {
            "route": request.route,
            "account": request.account.id,
            "tier": request.account.tier,
            "place": request.place,
            "place_said_by": "caller" if request.place else "nobody",
            "inputs": [picture.sha256 for picture in request.pictures],
            "count": request.count,
        }
        token = self.ids.new("chk")
        kept = Fleeting(
            _name(token), request.account.id, self.clock.now() + LIFETIME, digest=_digest(token, request)
        )

        def keep(tx: Transaction, judged: Judged) -> None:
            if judged.decision.passes:
                keep_for_a_while(tx, kept)
            else:
                self.entrance.count(tx, request, refused=True, made=False)

        opened = self._opened(request)
        judged = self.ask(opened, known={}, place=request.place, context=context, also=keep)
        if not judged.decision.passes:
            return judged
        return Cleared(token, int(LIFETIME.total_seconds()), judged)

    def redeem(self, token: str, request: Request) -> None:
        """Take `token` back. Raises BadInput unless it is good for exactly this request, now and once."""
        with self.store.begin() as tx:
            try:
                kept = tx.fleeting(_name(token))
            except NotFound:
                raise _no_good() from None
            in_time = kept.good(request.account.id, self.clock.now())
            if not in_time or not hmac.compare_digest(kept.digest, _digest(token, request)):
                raise _no_good()
            tx.drop_fleeting(kept.name)

    def _opened(self, request: Request) -> Request:
        opened = {picture.sha256: self.decoder.decode(picture.data) for picture in request.pictures}
        for picture in opened.values():
            must_be_readable(picture, "Send JPEG, PNG, WebP, GIF or AVIF pictures within the stated limits.")

        def of(picture: Picture | None) -> Picture | None:
            return opened[picture.sha256] if picture is not None else None

        return replace(
            request,
            inputs=tuple(opened[picture.sha256] for picture in request.inputs),
            made=tuple(opened[picture.sha256] for picture in request.made),
            mask=of(request.mask),
            markup=of(request.markup),
        )


def _name(token: str) -> str:
    """What the digest of a token is kept under: not the token itself."""
    return f"check {hashlib.sha256(token.encode(errors='replace')).hexdigest()}"


def _digest(token: str, request: Request) -> str:
    """What binds a token to one account and one request."""
    bound = canonical(
        {
            "token": token,
            "account": request.account.id,
            "route": request.route,
            "prompt": request.prompt,
            "earlier": list(request.earlier),
            "inputs": [picture.sha256 for picture in request.inputs],
            "made": [picture.sha256 for picture in request.made],
            "mask": request.mask.sha256 if request.mask else "",
            "markup": request.markup.sha256 if request.markup else "",
            "count": request.count,
            "place": request.place,
            "consent": request.consent,
        }
    )
    return hashlib.sha256(bound).hexdigest()


def _no_good() -> BadInput:
    return BadInput(
        "The token is not good for this request.",
        code="token_not_valid",
        param="token",
        next_step="Have the request checked again, and bring exactly the same one with the images, once.",
    )
