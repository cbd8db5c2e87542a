"""What finding parts of pictures needs of a store, and of whoever looks; part of `core.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consentry.core.candidate import Candidate, CandidateState, Kept
from consentry.core.content import Picture
from consentry.core.match import Match


class PartSnapshot(Protocol):
    """Features kept and candidates found, as they were at one moment; part of `Snapshot`."""

    def features(self, owner: str) -> Kept:
        """Where the features of a known picture are. Raises NotFound if there are none, or none any more."""

    def features_since(self, change: int, limit: int) -> Sequence[tuple[int, Kept]]:
        """What was kept or forgotten after `change`, with the number of that change, in order."""

    def features_of(self, source: str, after: str, limit: int) -> Sequence[Kept]:
        """Features still kept of pictures from `source`, whose identifiers come after `after`, in order."""

    def candidate(self, candidate_id: str) -> Candidate:
        """The candidate with `candidate_id`. Raises NotFound."""

    def candidates(self, state: CandidateState) -> Sequence[Candidate]:
        """Candidates in one state, in the order found."""

    def candidates_of(self, case_id: str) -> Sequence[Candidate]:
        """Candidates of a case, in the order found."""


class PartTransaction(PartSnapshot, Protocol):
    """Changes to features and candidates; part of `Transaction`."""

    def keep_features(self, kept: Kept) -> None:
        """Remember where features are, or, with an empty blob, that they are no longer kept."""

    def add_candidate(self, candidate: Candidate) -> bool:
        """Store a candidate; False if there is one for the same upload and known picture already."""

    def save_candidate(self, candidate: Candidate) -> None:
        """Replace a candidate. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a closer look at one picture came to."""

    matches: Sequence[Match] = ()
    """Every active known picture that it shows, wholly or in part; nearest first."""
    unread: Sequence[str] = ()
    """Active known pictures that it could not be compared with: their features are damaged."""


class PartFinder(Protocol):
    """Finds known pictures of which another one shows a part, where features of them are kept."""

    def describe(self, picture: Picture, *, mirrored: bool = False) -> bytes:
        """Features of a picture, to be kept encrypted, and of the same `mirrored` if wished.

        Empty if there is nothing in it to hold on to.
        """

    def find(self, picture: Picture) -> Seen:
        """Every active known picture that `picture` shows, and those it could not be compared with.

        Raises what the store raises: what cannot be read might have been found.
        """

    def likely(self, kept: bytes, entry: str) -> bool:
        """Whether a picture with the features `kept` may show the known picture `entry`: worth a look.

        Raises BadInput if the features of either cannot be read.
        """
