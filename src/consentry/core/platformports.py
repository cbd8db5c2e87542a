"""What is asked of a site where pictures are shown: to hide one, to show it again, and to be looked at.

Rules of this file: a site says honestly what it can do; an order carries a stable key and is
safe to repeat; an order that a site cannot carry out is `NotOffered`, at once and for good, so
that a person takes over while there is time; and a site's word that something is hidden is
never proof. Only `verify`, which goes the way of a visitor, stops a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Ability(StrEnum):
    """Something that a platform can do for us."""

    FETCH = "fetch"
    """Give the picture itself, hidden or not."""
    HIDE = "hide"
    """Take one item out of public view, reversibly."""
    RESTORE = "restore"
    """Show a hidden item again."""
    REMOVE = "remove"
    """Delete one item for good."""
    LABEL = "label"
    """Put a label on one item, for others to act on."""
    NOTIFY = "notify"
    """Tell the poster what was decided, and why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A platform's word that it took an order. It is kept, and it proves nothing about the public."""

    at: datetime
    """When the platform answered (UTC)."""
    reference: str = ""
    """The platform's own name for what it did; empty if it gives none."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a poster is told. It never says who reported."""

    subject: str
    """One neutral line, fit for a preview on a locked screen."""
    text: str
    """What was decided, under which rule, and how to object."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was found at a public address."""

    at: datetime
    """When it was fetched (UTC)."""
    gone: bool
    """Whether the picture is not there."""
    status: int
    """The HTTP status seen, or 0 if nothing answered."""
    sha256: str = ""
    """The digest of what was there, if anything."""


class Platform(Protocol):
    """A site where pictures are shown. What it lacks raises NotOffered; trouble, UpstreamTrouble."""

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do, and nothing that it cannot."""

    def locate(self, url: str) -> str | None:
        """The platform's own name for what is at `url`; None if it is not its address."""

    def address(self, item: str) -> str:
        """The public address of `item`."""

    def fetch(self, item: str) -> bytes:
        """The picture itself, by the moderators' door. Raises NotFound, or UpstreamTrouble."""

    def hide(self, item: str, key: str) -> Receipt:
        """Take `item` out of public view, reversibly. Raises NotFound, or UpstreamTrouble."""

    def restore(self, item: str, key: str) -> Receipt:
        """Show `item` again. Raises NotFound, or UpstreamTrouble."""

    def remove(self, item: str, key: str) -> Receipt:
        """Delete `item` for good. Only after the appeal window, or where the law demands it."""

    def label(self, item: str, value: str, key: str) -> Receipt:
        """Put the label `value` (lower case and hyphens, at most 128 characters) on `item`."""

    def notify(self, item: str, notice: Notice, key: str) -> Receipt:
        """Tell whoever posted `item`. Raises NotFound if nobody is known to have."""

    def verify(self, url: str) -> Sighting:
        """Fetch `url` as the public would and say what is there. Raises UpstreamTrouble."""
