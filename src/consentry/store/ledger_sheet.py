"""The ledger and consents in memory, as strict as in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from consentry.core.consent import Consent
from consentry.core.making import Handle, Making, MakingState
from consentry.store.rows import consent_row
from consentry.store.sheet import Tables, found
from consentry.store.words import taken


class LedgerReader:
    """Reads consents and images made here."""

    _tables: Tables

    def consent(self, consent_id: str) -> Consent:
        """The consent with `consent_id`. Raises NotFound."""
        return found(self._tables.consents, consent_id, "consent")

    def consents(self) -> Sequence[Consent]:
        """Every consent, in the order recorded."""
        return sorted(self._tables.consents.values(), key=lambda consent: (consent.given, consent.id))

    def making(self, making_id: str) -> Making:
        """The image with `making_id`. Raises NotFound."""
        return found(self._tables.makings, making_id, "image in the ledger")[1]

    def makings(self, handle: Handle, value: str, after: int, limit: int) -> Sequence[tuple[int, Making]]:
        """Up to `limit` images found by a handle, each with its number, those after a number, in order."""
        same = [pair for pair in self._by(handle, value) if pair[0] > after]
        return sorted(same, key=lambda pair: pair[0])[:limit]

    def count_makings(self, handle: Handle, value: str) -> Mapping[MakingState, int]:
        """How many images are found by a handle, by what became of them."""
        return Counter(making.state for _, making in self._by(handle, value))

    def _by(self, handle: Handle, value: str) -> list[tuple[int, Making]]:
        return [pair for pair in self._tables.makings.values() if getattr(pair[1], handle.value) == value]


class LedgerWriter(LedgerReader):
    """Writes them."""

    def add_consent(self, consent: Consent) -> None:
        """Store a consent, or replace the one with its id. Raises BadInput for a misshapen hash."""
        consent_row(consent)
        self._tables.consents[consent.id] = consent

    def add_making(self, making: Making) -> None:
        """Store an image that was made. Raises Conflict if its id is taken."""
        if making.id in self._tables.makings:
            raise taken()
        self._tables.makings[making.id] = self._tables.count("makings"), making

    def mark_making(self, making_id: str, state: MakingState) -> None:
        """Write down what became of an image. Raises NotFound."""
        number, making = found(self._tables.makings, making_id, "image in the ledger")
        self._tables.makings[making_id] = number, replace(making, state=state)
