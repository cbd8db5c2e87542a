"""How far to look in each part of a hash, and in which order its bits are kept."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.core.match import PDQ_BITS
from consentry.matching.kernels import Plan, Words, shuffle

BYTES = PDQ_BITS // 8
"""Bytes in a hash."""
SEED = 2026
"""Of the fixed shuffle of bits; another seed would need another version of the segment format."""
QUARTERS = 4
"""Words in a hash, and parts in a word."""
PART_BITS = 16
"""Bits in a part."""


def quarters(radius: int) -> tuple[int, ...]:
    """Radii for four quarters so that whatever is within `radius` in all is within one of them.

    If a quarter with radius r[i] differs in more than r[i] bits for every i, then all four differ in at
    least sum(r[i] + 1) bits; so that sum has to be `radius` + 1. A radius of -1 means: never look.
    """
    whole, left = divmod(radius + 1, QUARTERS)
    return tuple(whole + (i < left) - 1 for i in range(QUARTERS))


@lru_cache(PDQ_BITS)
def plan(radius: int) -> Plan:
    """The plan for `radius` bits; BadInput outside 0 to 255."""
    if not 0 <= radius < PDQ_BITS:
        raise BadInput("the radius must be 0 to 255 bits", param="radius")
    words = quarters(radius)
    parts = [part for word in words for part in quarters(word)]
    flips = [
        sum(1 << bit for bit in bits) for some in range(3) for bits in combinations(range(PART_BITS), some)
    ]
    flipped = [flip.bit_count() for flip in flips]
    ways = [sum(bits <= most for bits in flipped) for most in (0, 1, 2, -1)]
    return Plan(
        radius,
        np.array(words, np.int64),
        np.minimum(np.array(parts, np.int64), 2),
        np.array(flips, np.uint16),
        np.array(flipped, np.int64),
        np.array(ways, np.int64),
    )


def moves() -> Words:
    """uint64[32, 256, 4]: where the bits of each value of each byte go.

    Bits of PDQ that stand side by side are alike in many pictures, which crowds some values of a part;
    shuffled, real hashes spread as evenly as random ones. Distances stay what they were.
    """
    target = np.random.default_rng(SEED).permutation(PDQ_BITS)
    moved = np.zeros((BYTES, 256, 4), np.uint64)
    for bit in range(PDQ_BITS):
        word, place = divmod(int(target[bit]), 64)
        has = (np.arange(256) >> (7 - bit % 8)) & 1 == 1
        moved[bit // 8, has, word] |= np.uint64(1 << place)
    return moved


MOVES = moves()


def shuffled(hashes: NDArray[np.uint8]) -> Words:
    """uint8[n, 32] as uint64[n, 4] with the bits in the index's own order; BadInput for any other array."""
    if hashes.dtype != np.uint8 or hashes.shape != (len(hashes), BYTES):
        raise BadInput("hashes must be uint8[n, 32]")
    out = np.empty((len(hashes), 4), np.uint64)
    shuffle(np.ascontiguousarray(hashes), MOVES, out)
    return out
