"""Sets of hashes that are hard to search, and the slow, sure way to search them."""

import numpy as np


def random(count, seed=0):
    """Hashes in which every bit is a coin."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def flipped(hashes, bits, seed=0):
    """Each hash with exactly so many of its bits flipped; `bits` is one number or one for each hash."""
    rng = np.random.default_rng(seed)
    order = rng.random((len(hashes), 256)).argsort(axis=1)
    flips = order < np.broadcast_to(bits, len(hashes))[:, None]
    return hashes ^ np.packbits(flips, axis=1)


def clustered(count, seed=0):
    """A few crowds of hashes that are up to 45 bits from their middle."""
    rng = np.random.default_rng(seed)
    middles = random(max(1, count // 50), seed + 1)
    return flipped(middles[rng.integers(0, len(middles), count)], rng.integers(0, 46, count), seed + 2)


def crowded(count, seed=0):
    """Hashes of flat pictures: long runs of equal bits, and very few values of each part."""
    rng = np.random.default_rng(seed)
    few = np.array([0x0000, 0xFFFF, 0x00FF, 0xAAAA], np.uint16)
    return few[rng.integers(0, 4, (count, 16))].view(np.uint8)


def everything_compared(known, queries, radius):
    """Pairs (query, row, distance) of all that is within the radius, by comparing everything."""
    left, right = known.view(np.uint64), queries.view(np.uint64)
    found = []
    for start in range(0, len(right), 200):
        apart = np.bitwise_count(right[start : start + 200, None] ^ left[None]).sum(axis=2, dtype=np.int64)
        query, row = np.nonzero(apart <= radius)
        found.append(np.stack([query + start, row, apart[query, row]], axis=1))
    return np.concatenate(found)
