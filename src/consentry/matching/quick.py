"""Rule out most pictures after decoding only an eighth of them, and look at the rest in full.

A JPEG can be decoded to the means of 2 x 2, 4 x 4 or 8 x 8 pixels for little more than unpacking it. PDQ's
blur can be worked out from such means nearly as well as from the pixels. The hash that comes of it is at
most `BOUND` bits from the exact one (`FLAT_BOUND` for flat pictures), so one of which no known hash is within
the radius and the bound besides cannot match; any other is decoded in full and decided on its exact hash.

`BOUND` is measured, not derived: a picture made for the purpose could lie outside it, as it could be made to
have another exact hash. Whoever must not miss even that calls `hash_image` and `Index.search`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from consentry.core.match import NEAR
from consentry.matching import _decode, _operator
from consentry.matching._operator import SIDES_KEPT, Band
from consentry.matching.index import Found, Index
from consentry.matching.pdq import PdqHash, finish, hash_image

BOUND = 9
"""Bits between the quick hash and the exact one, in any view; see benchmarks/bounds.py for the most seen."""
FLAT_BOUND = 16
"""The same for pictures flatter than `CLEAR`, in which small differences turn more bits."""
CLEAR = 90
"""PDQ quality from which `BOUND` holds."""
LEAST_SIDE = 256
"""Pixels that have to be left on the shorter side: four for each of PDQ's 64 places. With three, one file in
a thousand lay beyond `BOUND`."""
LEAST_QUALITY = 60
"""Flatter pictures are always decoded in full: in them, small differences turn many bits."""
LIKENESS = 0.97
"""How much a pixel is like its neighbour, in the model of pictures that the estimate rests on."""
REACH = 3
"""Blocks on either side of a place that the estimate takes into account."""
FLIPPED_ROWS = frozenset({3, 4, 6, 7})
"""EXIF orientations that are stored upside down (and perhaps turned)."""
FLIPPED_COLUMNS = frozenset({2, 3, 7, 8})
"""EXIF orientations that are stored mirrored (and perhaps turned)."""
LYING = frozenset({5, 6, 7, 8})
"""EXIF orientations that are stored with rows for columns."""


def estimate(weights: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
    """Weights for the blocks of `scale` pixels from weights for the pixels of one place.

    The best linear estimate if likeness falls off with distance (a Wiener filter), made to sum to the same.
    """
    side = len(weights)
    blocks = -(-side // scale)
    used = np.flatnonzero(weights)
    first = max(0, int(used[0]) // scale - REACH)
    last = min(blocks, int(used[-1]) // scale + REACH + 1)
    pixels = np.arange(first * scale, min(side, last * scale))
    alike = LIKENESS ** np.abs(pixels[:, None] - pixels)
    mean = (pixels // scale - first == np.arange(last - first)[:, None]).astype(np.float64)
    mean /= mean.sum(axis=1, keepdims=True)
    inverse = np.linalg.inv(mean @ alike @ mean.T + 1e-6 * np.eye(last - first))
    best = inverse @ (mean @ alike @ weights[pixels])
    level = inverse.sum(axis=1)
    out = np.zeros(blocks)
    out[first:last] = best + level * (weights.sum() - best.sum()) / level.sum()
    return out


@lru_cache(SIDES_KEPT)
def blocks(side: int, scale: int, *, flipped: bool) -> Band:
    """PDQ's operator for a side of `side` pixels of which only means of `scale` are known."""
    weights = _operator.spread(side)
    if flipped:
        weights = weights[:, ::-1]
    return _operator.band(np.stack([estimate(place, scale) for place in weights]))


def quick_hash(data: bytes) -> tuple[PdqHash, int]:
    """A hash and its bound: the exact hash is at most so many bits away, in each of the eight views.

    The bound is 0 where the hash is exact, because the picture is no JPEG, too small, too flat, or in
    colours other than sRGB. Raises BadInput or TooLarge as `hash_image` does.
    """
    small = _decode.reduced(data, LEAST_SIDE)
    if small is None:
        return hash_image(data), 0
    height, width = small.size
    down = blocks(height, small.scale, flipped=small.orientation in FLIPPED_ROWS)
    across = blocks(width, small.scale, flipped=small.orientation in FLIPPED_COLUMNS)
    places = _operator.shrink(np.ascontiguousarray(small.luma), down, across)
    if small.orientation in LYING:
        places = np.ascontiguousarray(places.T)
    found = finish(places, exact=True)
    if found is None or found.quality < LEAST_QUALITY:
        return hash_image(data), 0
    return found, BOUND if found.quality >= CLEAR else FLAT_BOUND


def search_image(data: bytes, index: Index, radius: int = NEAR) -> Found:
    """What `index.search(hash_image(data).array, radius)` finds, mostly without decoding in full.

    The first array says in which view it was found: a place in `consentry.matching.pdq.VIEWS`.
    """
    found, bound = quick_hash(data)
    near = index.search(found.array, radius + bound)
    if not bound or not len(near[0]):
        return near
    return index.search(hash_image(data).array, radius)
