"""Reviews, choices, looks and appeals in memory: as strict as the database's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from consentry.core.appeal import Appeal
from consentry.core.exposure import Reveal
from consentry.core.review import Resolution, Review, ReviewState
from consentry.store.sheet import Tables, found
from consentry.store.words import absent, outdated, taken


class ReviewReader:
    """What a snapshot in memory says of them."""

    _tables: Tables

    def review(self, review_id: str) -> Review:
        """The review with `review_id`. Raises NotFound."""
        return found(self._tables.reviews, review_id, "review")

    def reviews(self, state: ReviewState, limit: int) -> Sequence[Review]:
        """Up to `limit` reviews in a state, those due soonest first, of these the gravest first."""
        waiting = [one for one in self._tables.reviews.values() if one.state is state]
        return sorted(waiting, key=lambda one: (one.due, -one.severity, one.id))[:limit]

    def reviews_of(self, case_id: str) -> Sequence[Review]:
        """Every review of a case, in the order opened."""
        mine = (one for one in self._tables.reviews.values() if one.case == case_id)
        return sorted(mine, key=lambda one: (one.opened, one.id))

    def count_reviews(self, before: datetime) -> Mapping[ReviewState, int]:
        """How many reviews that are due before a moment there are, by state."""
        due = [one.state for one in self._tables.reviews.values() if one.due < before]
        return {state: due.count(state) for state in ReviewState if state is not ReviewState.DONE}

    def resolution(self, resolution_id: str) -> Resolution:
        """The choice with `resolution_id`. Raises NotFound."""
        return found(self._tables.resolutions, resolution_id, "decision")

    def resolutions(self, case_id: str) -> Sequence[Resolution]:
        """Every choice about a case, in the order made."""
        mine = (one for one in self._tables.resolutions.values() if one.case == case_id)
        return sorted(mine, key=lambda one: (one.at, one.id))

    def resolutions_since(self, at: datetime, limit: int) -> Sequence[Resolution]:
        """The newest choices made since a moment, newest first."""
        newest = sorted(
            (one for one in self._tables.resolutions.values() if one.at >= at), key=lambda one: one.id
        )
        return sorted(newest, key=lambda one: one.at, reverse=True)[:limit]

    def reveal(self, digest: str) -> Reveal:
        """The look that is opened by what has this digest. Raises NotFound."""
        for one in self._tables.reveals.values():
            if one.digest == digest:
                return one
        raise absent("look")

    def reveals(self, member: str, since: datetime) -> Sequence[Reveal]:
        """What a member asked to see since a moment, in order."""
        mine = (one for one in self._tables.reveals.values() if one.member == member and one.at >= since)
        return sorted(mine, key=lambda one: (one.at, one.id))

    def appeal(self, appeal_id: str) -> Appeal:
        """The appeal with `appeal_id`. Raises NotFound."""
        return found(self._tables.appeals, appeal_id, "appeal")

    def appeals(self, case_id: str) -> Sequence[Appeal]:
        """Every appeal in a case, in the order made."""
        mine = (one for one in self._tables.appeals.values() if one.case == case_id)
        return sorted(mine, key=lambda one: (one.at, one.id))


class ReviewWriter(ReviewReader):
    """What a transaction in memory does to them."""

    def add_review(self, review: Review) -> None:
        """Store a new review. Raises Conflict if its id is taken, NotFound without its case."""
        found(self._tables.cases, review.case, "case")
        if review.id in self._tables.reviews:
            raise taken()
        self._tables.reviews[review.id] = review

    def save_review(self, review: Review) -> Review:
        """Replace the version that was read; returns it with its new version. Raises Conflict."""
        if self.review(review.id).version != review.version:
            raise outdated()
        saved = replace(review, version=review.version + 1)
        self._tables.reviews[review.id] = saved
        return saved

    def save_resolution(self, resolution: Resolution) -> None:
        """Store a choice, or replace the one with its id. Raises NotFound without its review."""
        self.review(resolution.review)
        self._tables.resolutions[resolution.id] = resolution

    def save_reveal(self, reveal: Reveal) -> None:
        """Store a look, or replace the one with its id."""
        self._tables.reveals[reveal.id] = reveal

    def save_appeal(self, appeal: Appeal) -> None:
        """Store an appeal, or replace the one with its id. Raises NotFound without its resolution."""
        self.resolution(appeal.resolution)
        self._tables.appeals[appeal.id] = appeal
