"""What the gate needs from the world besides a generator: pictures that are named, and leave to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from consentry.core.content import Request
from consentry.core.ports import Transaction


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found at an address that a caller named."""

    kind: str
    """Its content type, as the other side says; nobody believes it."""
    data: bytes
    """The bytes."""


class Fetcher(Protocol):
    """Fetches what is at an address that somebody outside named, without being led inside by it."""

    def fetch(self, url: str, limit: int) -> Fetched:
        """What is at `url`, at most `limit` bytes. Raises BadInput, or TooLarge; never with the address."""


class Entrance(Protocol):
    """Knows which routes are open and what is paused; asked before anything else."""

    def enter(self, request: Request) -> None:
        """Let `request` go on. Raises RouteNotGated, or SafetyUnavailable if its way is stopped or paused."""

    def left(self, request: Request, *, refused: bool, made: bool) -> None:
        """Count what came of it: whether it was refused or held, and whether the generator was called."""

    def count(self, tx: Transaction, request: Request, *, refused: bool, made: bool) -> None:
        """As `left`, in the transaction of the decision: both are written down or neither."""
