"""The plan looks far enough, and no farther than it must."""

from itertools import pairwise

import numpy as np
import pytest

from consentry.matching.kernels import FARTHEST
from consentry.matching.plan import plan, quarters, shuffled
from matching import sets


@pytest.mark.parametrize("radius", range(256))
def test_four_quarters_that_are_all_too_far_are_too_far_together(radius):
    assert sum(quarter + 1 for quarter in quarters(radius)) == radius + 1


@pytest.mark.parametrize("radius", range(FARTHEST + 1))
def test_each_word_that_is_near_has_a_part_that_is_near(radius):
    how = plan(radius)
    for word in range(4):
        parts = how.parts[4 * word : 4 * word + 4]
        assert (parts + 1).sum() == how.words[word] + 1
        assert parts.max() <= 2


def test_every_way_to_flip_up_to_two_bits_is_there_once_and_nearest_first():
    how = plan(31)
    assert len(set(how.flips.tolist())) == 1 + 16 + 120
    assert all(a <= b for a, b in pairwise(how.flipped.tolist()))
    assert [int(how.ways[most]) for most in (-1, 0, 1, 2)] == [0, 1, 17, 137]


def test_shuffling_keeps_every_distance_and_loses_no_bit():
    hashes = np.packbits(np.eye(256, dtype=np.uint8), axis=1)
    moved = shuffled(hashes)
    assert set(np.bitwise_count(moved).sum(axis=1).tolist()) == {1}
    assert np.bitwise_count(np.bitwise_or.reduce(moved)).sum() == 256
    some = sets.clustered(100)
    apart = np.bitwise_count(shuffled(some) ^ shuffled(some[:1])).sum(axis=1)
    assert np.array_equal(apart, np.bitwise_count(some ^ some[:1]).sum(axis=1))
