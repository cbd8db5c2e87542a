"""Several finders as one: what any of them finds is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentry.core.match import Hashes, Match
from consentry.core.ports import Finder


@dataclass(frozen=True, slots=True)
class Several:
    """Asks each finder in turn."""

    finders: tuple[Finder, ...]
    """Whom to ask."""

    def find(self, hashes: Hashes, radius: int) -> Sequence[Match]:
        """What any of them finds, nearest first. Raises what any of them raises: half an answer is none."""
        found = [match for finder in self.finders for match in finder.find(hashes, radius)]
        return sorted(found, key=lambda match: (match.distance, match.method, match.entry))
