"""Where reviews, choices, looks and appeals are kept, as part of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from consentry.core.appeal import Appeal
from consentry.core.exposure import Reveal
from consentry.core.review import Resolution, Review, ReviewState


class ReviewSnapshot(Protocol):
    """Reviews as they were at one moment; part of `Snapshot`."""

    def review(self, review_id: str) -> Review:
        """The review with `review_id`. Raises NotFound."""

    def reviews(self, state: ReviewState, limit: int) -> Sequence[Review]:
        """Up to `limit` reviews in a state, those due soonest first, of these the gravest first."""

    def reviews_of(self, case_id: str) -> Sequence[Review]:
        """Every review of a case, in the order opened."""

    def count_reviews(self, before: datetime) -> Mapping[ReviewState, int]:
        """How many reviews that are due before a moment there are, by state."""

    def resolution(self, resolution_id: str) -> Resolution:
        """The choice with `resolution_id`. Raises NotFound."""

    def resolutions(self, case_id: str) -> Sequence[Resolution]:
        """Every choice about a case, in the order made."""

    def resolutions_since(self, at: datetime, limit: int) -> Sequence[Resolution]:
        """The newest choices made since a moment, newest first."""

    def reveal(self, digest: str) -> Reveal:
        """The look that is opened by what has this digest. Raises NotFound."""

    def reveals(self, member: str, since: datetime) -> Sequence[Reveal]:
        """What a member asked to see since a moment, in order."""

    def appeal(self, appeal_id: str) -> Appeal:
        """The appeal with `appeal_id`. Raises NotFound."""

    def appeals(self, case_id: str) -> Sequence[Appeal]:
        """Every appeal in a case, in the order made."""


class ReviewTransaction(ReviewSnapshot, Protocol):
    """Changes to reviews; part of `Transaction`."""

    def add_review(self, review: Review) -> None:
        """Store a new review. Raises Conflict if its id is taken, NotFound without its case."""

    def save_review(self, review: Review) -> Review:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""

    def save_resolution(self, resolution: Resolution) -> None:
        """Store a choice, or replace the one with its id. Raises NotFound without its review."""

    def save_reveal(self, reveal: Reveal) -> None:
        """Store a look, or replace the one with its id."""

    def save_appeal(self, appeal: Appeal) -> None:
        """Store an appeal, or replace the one with its id. Raises NotFound without its resolution."""
