"""What the core needs of a store that keeps the ledger: images made here, and consents to make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from consentry.core.consent import Consent
from consentry.core.making import Handle, Making, MakingState


class LedgerSnapshot(Protocol):
    """The ledger as it was at one moment."""

    def consent(self, consent_id: str) -> Consent:
        """The consent with `consent_id`. Raises NotFound."""

    def consents(self) -> Sequence[Consent]:
        """Every consent, in the order recorded."""

    def making(self, making_id: str) -> Making:
        """The image with `making_id`. Raises NotFound."""

    def makings(self, handle: Handle, value: str, after: int, limit: int) -> Sequence[tuple[int, Making]]:
        """Up to `limit` images found by a handle, each with its number, those after a number, in order."""

    def count_makings(self, handle: Handle, value: str) -> Mapping[MakingState, int]:
        """How many images are found by a handle, by what became of them."""


class LedgerTransaction(LedgerSnapshot, Protocol):
    """Changes to the ledger."""

    def add_consent(self, consent: Consent) -> None:
        """Store a consent, or replace the one with its id. Raises BadInput for a misshapen hash."""

    def add_making(self, making: Making) -> None:
        """Store an image that was made. Raises Conflict if its id is taken."""

    def mark_making(self, making_id: str, state: MakingState) -> None:
        """Write down what became of an image. Raises NotFound."""
