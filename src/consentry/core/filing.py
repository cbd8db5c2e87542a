"""A written record that a named person answers for, kept where it can be found again.

An assessment before a change, a deployment, a notice from a regulator, a legal hold. The record
itself stands in the log, sealed like everything there; a filing says which line, and lets it be
found by what it is about. A filing is replaced when something is added to it, each time by a new line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class FilingKind(StrEnum):
    """What is filed."""

    ASSESSMENT = "assessment"
    """The risks of a change, assessed before it."""
    DEPLOYMENT = "deployment"
    """From when on something was in use, and under which assessment."""
    NOTICE = "notice"
    """An information notice of a regulator, with what was answered."""
    HOLD = "hold"
    """What must not be destroyed, because somebody with a right to ask said so."""
    STATEMENT = "statement"
    """A statement of reasons that was sent to the EU's database."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One of them, as it stands."""

    id: str
    """Its identifier."""
    kind: FilingKind
    """What it is."""
    about: str
    """What it is found by: a digest, a case, an authority's reference."""
    at: datetime
    """When it was last written (UTC)."""
    line: int
    """The line of the log that holds its record."""
    record: Mapping[str, object]
    """Everything it says. No picture, no prompt, no e-mail address."""


class FilingSnapshot(Protocol):
    """What is filed, as it was at one moment; part of `Snapshot`."""

    def filing(self, filing_id: str) -> Filing:
        """The filing with this id. Raises NotFound."""

    def filings(self, kind: FilingKind, about: str = "") -> Sequence[Filing]:
        """Those of a kind, or those of them about one thing, in the order of their lines."""


class FilingTransaction(FilingSnapshot, Protocol):
    """Changes to what is filed; part of `Transaction`."""

    def save_filing(self, filing: Filing) -> None:
        """Store a filing, or replace the one with its id."""
