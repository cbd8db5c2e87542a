"""The index finds what comparing with everything finds."""

import numpy as np
import pytest

from consentry.core.errors import BadInput
from consentry.matching import Index


def random(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def numbered(count, first=0):
    return np.arange(first, first + count, dtype=np.uint64)


def test_an_id_with_several_hashes_is_found_by_each_and_removed_whole():
    hashes = random(8, 1)
    with Index() as index:
        index.add(np.full(8, 7, np.uint64), hashes)
        query, found, apart = index.search(hashes, 0)
        assert (query.tolist(), found.tolist(), apart.tolist()) == (list(range(8)), [7] * 8, [0] * 8)
        index.remove(np.array([7], np.uint64))
        assert len(index) == 0
        assert len(index.search(hashes, 31)[0]) == 0


def test_an_index_of_one_hash_finds_it():
    hashes = random(1, 2)
    with Index() as index:
        index.add(numbered(1), hashes)
        assert index.search(hashes)[1].tolist() == [0]


@pytest.mark.parametrize("wrong", [np.zeros((2, 31), np.uint8), np.zeros((2, 32)), np.zeros(32, np.uint8)])
def test_other_arrays_are_refused(wrong):
    with Index() as index, pytest.raises(BadInput):
        index.search(wrong)
