"""What following a list needs of a store and of the list's source; part of `core.ports`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from consentry.core.bank import BankEntry, EntryStatus
from consentry.core.exchange import HashKey, Page, Progress, Record


class SyncSnapshot(Protocol):
    """What is remembered of the sources of banks, as it was at one moment; part of `Snapshot`.

    Everything here raises NotFound if there is no such bank.
    """

    def entries_at(self, bank: str, keys: Collection[HashKey]) -> Mapping[HashKey, BankEntry]:
        """A bank's entries for these hashes, those there are, whatever their status."""

    def records(self, bank: str, refs: Collection[str]) -> Mapping[str, Record]:
        """What is remembered of the source's records with these names: only what `save_records` keeps."""

    def progress(self, bank: str) -> Progress:
        """How far the sync of a bank has come; at its beginning if it never began."""


class SyncTransaction(SyncSnapshot, Protocol):
    """Changes to what is remembered of sources; part of `Transaction`.

    Everything here raises NotFound if there is no such bank.
    """

    def end_older(self, bank: str, before: datetime, status: EntryStatus) -> int:
        """Give every active entry that last changed before `before` this status, as of then; how many."""

    def save_records(self, bank: str, records: Sequence[Record]) -> None:
        """Remember the name, the moment and the listed hashes of a source's records."""

    def save_progress(self, progress: Progress) -> Progress:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""


class Exchange(Protocol):
    """A source of hashes that we follow, and that may want to know what we think of them."""

    @property
    def name(self) -> str:
        """What it is called in logs, such as `stopncii` or `ncmec:industry`."""

    def fetch(self, cursor: str) -> Page:
        """The page at `cursor`; empty: from the very beginning.

        Raises UpstreamTrouble: with the code `bank_unreadable` if a page came that nothing can be made
        of, else because the source did not answer; never with the source's words.
        """

    def around(self, cursor: str) -> str:
        """A cursor that asks for less at once, or goes round what stays unreadable at `cursor`.

        Called again and again it passes any unreadable page; what was passed is asked for again by
        the next sync, so that nothing is lost when the source has mended it.
        """

    def send_feedback(self, entries: Sequence[BankEntry]) -> int:
        """Tell the source what we think of these entries; how many it was told about.

        Safe to repeat. Raises UpstreamTrouble, or SetupTrouble if we may not.
        """
