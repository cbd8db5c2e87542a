"""The checksum notices, and crowds are not met one by one."""

import numpy as np
import pytest

from consentry.matching import kernels, segment
from consentry.matching.plan import plan, shuffled
from matching import sets


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 100])
def test_the_checksum_changes_with_any_bit_and_with_the_length(size):
    body = sets.random(size, 3).view(np.uint64).ravel()[:size].copy()
    seen = {int(kernels.checksum(body)), int(kernels.checksum(np.append(body, np.uint64(0))))}
    for at in range(size):
        for bit in (0, 17, 63):
            changed = body.copy()
            changed[at] ^= np.uint64(1 << bit)
            seen.add(int(kernels.checksum(changed)))
    assert len(seen) == 2 + 3 * size


def test_words_that_change_places_change_the_checksum():
    body = np.arange(64, dtype=np.uint64)
    assert kernels.checksum(body) != kernels.checksum(body[::-1].copy())
    assert kernels.checksum(body) != kernels.checksum(np.roll(body, 16))


def asked(how):
    space = np.zeros((16, len(how.flips)), np.int64)
    query = shuffled(np.zeros((1, 32), np.uint8))[0]
    return kernels.Asked(0, query, query.view(np.uint16), space, space.copy(), np.zeros(256, np.uint32))


def test_a_crowd_is_known_beforehand_and_then_everything_is_compared_instead():
    hashes = shuffled(np.zeros((1000, 32), np.uint8))
    crowd = segment.in_memory(hashes, np.arange(1000, dtype=np.uint64))
    how = plan(31)
    assert kernels.places(crowd.tables, asked(how), how) == 16 * 1000


def test_of_random_hashes_few_are_met():
    hashes = shuffled(sets.random(20_000))
    some = segment.in_memory(hashes, np.arange(20_000, dtype=np.uint64))
    how = plan(31)
    assert kernels.places(some.tables, asked(how), how) < 20_000 / 100
