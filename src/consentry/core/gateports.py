"""What the gate needs from the world besides a generator: pictures that are named and not sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
