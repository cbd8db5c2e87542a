"""What every store promises of features and candidates: what is forgotten is told, nothing is found twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consentry.core.candidate import Candidate, CandidateState, Kept
from consentry.core.errors import Conflict, NotFound
from consentry.core.match import Match, Method, Region
from support.stores import NOON

PART = Match("case:1", "case", Method.PARTIAL, 44, "C-0001", "mirrored", Region(0.25, 0.0, 1.0, 0.5))
FOUND = Candidate("cnd_1", "upl_1", PART, NOON)


def keep(store, *all_kept):
    with store.begin() as tx:
        for kept in all_kept:
            tx.keep_features(kept)


class PartContract:
    def test_where_features_are_is_told_until_they_are_forgotten(self, store):
        kept = Kept("case:1", "case", "blb_1")
        keep(store, kept)
        with store.read() as view:
            assert view.features("case:1") == kept
        keep(store, replace(kept, blob=""))
        for owner in ("case:1", "case:2"):
            with pytest.raises(NotFound), store.read() as view:
                view.features(owner)

    def test_whoever_follows_features_hears_of_the_last_change_of_each_in_order(self, store):
        one, two = Kept("case:1", "case", "blb_1"), Kept("upl_1", "upload", "blb_2")
        keep(store, one, two)
        with store.read() as view:
            first = view.features_since(0, 10)
            assert [kept for _, kept in first] == [one, two]
            assert [kept for _, kept in view.features_since(0, 1)] == [one]
        gone = replace(one, blob="")
        keep(store, gone)
        with store.read() as view:
            assert [kept for _, kept in view.features_since(first[-1][0], 10)] == [gone]
            assert [kept for _, kept in view.features_since(0, 10)] == [two, gone]

    def test_features_of_one_source_are_gone_through_in_pieces(self, store):
        mine = [Kept(f"upl_{number}", "upload", f"blb_{number}") for number in range(5)]
        keep(store, *mine[::-1], Kept("case:1", "case", "blb_9"), replace(mine[3], blob=""))
        with store.read() as view:
            assert view.features_of("upload", "", 2) == mine[:2]
            assert view.features_of("upload", "upl_1", 9) == [mine[2], mine[4]]
            assert view.features_of("upload", "upl_4", 9) == []

    def test_a_candidate_comes_back_whole(self, store):
        bare = replace(FOUND, id="cnd_2", picture="upl_2", match=replace(PART, region=None, case="", view=""))
        with store.begin() as tx:
            assert tx.add_candidate(FOUND)
            assert tx.add_candidate(bare)
        with store.read() as view:
            assert view.candidate("cnd_1") == FOUND
            assert view.candidates(CandidateState.OPEN) == [FOUND, bare]
            assert view.candidates_of("C-0001") == [FOUND]
            assert view.candidates(CandidateState.DISMISSED) == []

    def test_the_same_pair_is_one_candidate_whatever_became_of_it(self, store):
        with store.begin() as tx:
            tx.add_candidate(FOUND)
            tx.save_candidate(FOUND.ended(CandidateState.DISMISSED))
            assert not tx.add_candidate(replace(FOUND, id="cnd_2"))
            assert tx.add_candidate(replace(FOUND, id="cnd_3", match=replace(PART, entry="case:2")))
        with store.read() as view:
            assert [one.id for one in view.candidates(CandidateState.OPEN)] == ["cnd_3"]
            assert view.candidate("cnd_1").state is CandidateState.DISMISSED

    def test_a_candidate_is_not_made_under_anothers_name_nor_saved_if_there_is_none(self, store):
        with store.begin() as tx:
            tx.add_candidate(FOUND)
        with pytest.raises(Conflict), store.begin() as tx:
            tx.add_candidate(replace(FOUND, picture="upl_9"))
        with pytest.raises(NotFound), store.begin() as tx:
            tx.save_candidate(replace(FOUND, id="cnd_9"))
        with pytest.raises(NotFound), store.read() as view:
            view.candidate("cnd_9")

    def test_features_and_candidates_are_rolled_back_with_the_rest(self, store):
        with pytest.raises(ZeroDivisionError), store.begin() as tx:
            tx.keep_features(Kept("case:1", "case", "blb_1"))
            tx.add_candidate(FOUND)
            raise ZeroDivisionError
        with store.begin() as tx:
            assert tx.features_since(0, 9) == []
            assert tx.candidates(CandidateState.OPEN) == []
            assert tx.add_candidate(FOUND)
            assert tx.candidates(CandidateState.OPEN) == [FOUND]
