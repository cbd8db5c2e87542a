"""Somebody at the gate's door, without a server behind it."""

from __future__ import annotations

import math
from datetime import timedelta
from types import SimpleNamespace

from consentry.core.gateports import Fetched
from consentry.core.ports import ApiKey
from consentry.flows.conversation import Conversations
from consentry.remote.memory import MemoryFetcher
from consentry.store.blobs import MemoryBlobs
from consentry.store.memory import MemoryStore
from consentry.web.gate.door import Budget, Caller
from support.fakes import NOW, CountingIds, PlainDecoder, StillClock

ADDRESS = "https://pictures.example/1.png"
"""An address at which there is a picture."""

SYSTEM = SimpleNamespace(
    fetcher=MemoryFetcher({ADDRESS: Fetched("text/html", b"picture")}),
    max_body=100,
    decoder=PlainDecoder(),
    conversations=Conversations(
        MemoryStore(StillClock(), CountingIds()), MemoryBlobs(CountingIds()), timedelta(hours=1), 1_000
    ),
    settings=SimpleNamespace(refusal_code="moderation_blocked"),
)

KEY = ApiKey("k1", "", "test", frozenset({"gate"}), "", NOW + timedelta(days=1))

CALLER = Caller(SYSTEM, KEY, "req_1", "gb", "con_1", Budget(1_000_000, math.inf))
