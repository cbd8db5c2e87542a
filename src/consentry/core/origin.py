"""From which networks refused reports came: kept as keyed digests, for thirty days, to be careful by.

It is used for one thing only: where several were refused lately, a person looks at the next report before
it hides anything. It refuses nobody. The key is kept encrypted for as long as what was made with it, then
destroyed; whoever has it and the database meanwhile can try networks out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from consentry.core.case import CaseState
from consentry.core.caution import REMEMBERED
from consentry.core.errors import NotFound
from consentry.core.fleeting import Fleeting
from consentry.core.ports import Blobs, Ids, Snapshot, Store, Transaction
from consentry.core.sweep import keep_for_a_while

PURPOSE: Final = "origin"
"""What the encrypted key is for."""


def named(store: Store, blobs: Blobs, ids: Ids, network: str, now: datetime) -> Sequence[str]:
    """What `network` is called in the thirty days around `now`, and in those before if one began then."""
    if not network:
        return ()
    period = int(now.timestamp() // REMEMBERED.total_seconds())
    with store.read() as snapshot:
        keys = [_key(snapshot, blobs, each) for each in (period, period - 1)]
    keys[0] = keys[0] or _new_key(store, blobs, ids, period)
    return [f"net_{hmac.digest(key, network.encode(), hashlib.sha256).hex()[:32]}" for key in keys if key]


def refused_from(snapshot: Snapshot, names: Sequence[str], now: datetime) -> int:
    """How many reports from a network were refused, of those that are remembered."""
    kept = [one for name in names for one in snapshot.fleeting_of(name) if one.good(name, now)]
    return sum(snapshot.case(one.name.removeprefix("origin:")).state is CaseState.REFUSED for one in kept)


def remember(tx: Transaction, case: str, names: Sequence[str], now: datetime) -> None:
    """Keep from which network a case came, and no longer than thirty days."""
    for name in names[:1]:
        keep_for_a_while(tx, Fleeting(f"origin:{case}", name, now + REMEMBERED))


def _key(snapshot: Snapshot, blobs: Blobs, period: int) -> bytes:
    """The key of a period; empty if there is none, or no longer."""
    try:
        return blobs.get(snapshot.fleeting(f"origin-key:{period}").blob, PURPOSE)
    except NotFound:
        return b""


def _new_key(store: Store, blobs: Blobs, ids: Ids, period: int) -> bytes:
    """A key for a period, unless somebody else made it meanwhile."""
    key = ids.new("origin").encode()
    blob = blobs.put(key, PURPOSE)
    ends = datetime.fromtimestamp(0, UTC) + (period + 2) * REMEMBERED + timedelta(days=1)
    with store.begin() as tx:
        found = _key(tx, blobs, period)
        if not found:
            keep_for_a_while(tx, Fleeting(f"origin-key:{period}", PURPOSE, ends, blob=blob))
    if found:
        blobs.shred(blob)
    return found or key
