"""Features and candidates in memory, for tests and trials: as strict as the database's."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from consentry.core.candidate import Candidate, CandidateState, Kept
from consentry.store.exchange_sheet import ExchangeReader, ExchangeWriter
from consentry.store.sheet import found
from consentry.store.words import absent, taken


class PartReader(ExchangeReader):
    """Reads what is remembered of features and candidates, exchanges, and banks."""

    def features(self, owner: str) -> Kept:
        """Where the features of a known picture are. Raises NotFound."""
        _, kept = found(self._tables.features, owner, "features")
        if not kept.blob:
            raise absent("features")
        return kept

    def features_since(self, change: int, limit: int) -> Sequence[tuple[int, Kept]]:
        """What was kept or forgotten after `change`, with the number of that change, in order."""
        later = [pair for pair in self._tables.features.values() if pair[0] > change]
        return sorted(later, key=itemgetter(0))[:limit]

    def features_of(self, source: str, after: str, limit: int) -> Sequence[Kept]:
        """Features still kept of pictures from `source` that come after `after`, in order."""
        kept = [kept for _, kept in self._tables.features.values() if kept.source == source and kept.blob]
        return sorted((one for one in kept if one.owner > after), key=lambda one: one.owner)[:limit]

    def candidate(self, candidate_id: str) -> Candidate:
        """The candidate with `candidate_id`. Raises NotFound."""
        return found(self._tables.candidates, candidate_id, "candidate")

    def candidates(self, state: CandidateState) -> Sequence[Candidate]:
        """Candidates in one state, in the order found."""
        return [one for one in self._found() if one.state is state]

    def candidates_of(self, case_id: str) -> Sequence[Candidate]:
        """Candidates of a case, in the order found."""
        return [one for one in self._found() if one.match.case == case_id]

    def _found(self) -> Sequence[Candidate]:
        ids = [self._tables.order[place] for place in range(1, self._tables.counts.get("candidates", 0) + 1)]
        return [self._tables.candidates[one] for one in ids]


class PartWriter(ExchangeWriter, PartReader):
    """Writes what is remembered of features and candidates, exchanges, and banks."""

    def keep_features(self, kept: Kept) -> None:
        """Remember where features are, or that they are no longer kept."""
        self._tables.features[kept.owner] = (self._tables.count("features"), kept)

    def add_candidate(self, candidate: Candidate) -> bool:
        """Store a candidate; False if there is one for the same upload and known picture already."""
        pair = (candidate.picture, candidate.match.entry)
        if pair in self._tables.paired:
            return False
        if candidate.id in self._tables.candidates:
            raise taken()
        self._tables.paired[pair] = candidate.id
        self._tables.candidates[candidate.id] = candidate
        self._tables.order[self._tables.count("candidates")] = candidate.id
        return True

    def save_candidate(self, candidate: Candidate) -> None:
        """Replace a candidate. Raises NotFound."""
        self.candidate(candidate.id)
        self._tables.candidates[candidate.id] = candidate
