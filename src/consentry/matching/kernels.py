"""The innermost loops of finding hashes that differ in few bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Words = NDArray[np.uint64]
"""uint64[n, 4]: hashes as four words each."""


def population(_context: Any, _word: Any) -> Any:
    """Have a 64-bit word's bits counted by the machine's own instruction."""

    def generate(_backend: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


bits_set: Any = intrinsic(population)
"""How many bits of a 64-bit word are set."""


@njit(nogil=True, cache=True)
def scan(
    hashes: Words, queries: Words, radius: int, found: NDArray[np.int64], near: NDArray[np.uint8]
) -> int:
    """Compare every query with every hash. Fills (query, place) pairs; returns how many there are in all.

    A result above `len(found)` means that `found` was too short and has to be filled again.
    """
    many = 0
    block = np.empty(512, np.uint16)
    for first in range(0, len(hashes), 512):
        size = min(512, len(hashes) - first)
        for query in range(len(queries)):
            a, b, c, d = queries[query, 0], queries[query, 1], queries[query, 2], queries[query, 3]
            nearest = np.uint16(256)
            for i in range(size):
                one = hashes[first + i]
                apart = np.uint16(
                    bits_set(one[0] ^ a) + bits_set(one[1] ^ b) + bits_set(one[2] ^ c) + bits_set(one[3] ^ d)
                )
                block[i] = apart
                nearest = min(nearest, apart)
            if nearest > radius:
                continue
            for i in range(size):
                if block[i] <= radius:
                    if many < len(near):
                        found[many, 0] = query
                        found[many, 1] = first + i
                        near[many] = block[i]
                    many += 1
    return many
