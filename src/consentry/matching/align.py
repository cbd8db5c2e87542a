"""Whether one picture shows a known one, or a part of it, and which part.

Corners that look alike are not enough: two screenshots of one app, two cards with the same caption have
many in common and show different pictures. So the one picture is laid over the other as its corners say,
and only if what then lies there is like the known picture as a whole, in its middle, and within the frame
that it may have, is it taken for the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from consentry.core.match import Region, distance
from consentry.matching.boxes import Box, Grey
from consentry.matching.features import Features, Patch
from consentry.matching.pdq import hash_luma

CELLS = 6
"""Least parts of the known picture in which corners have to agree."""
CELL = 12
"""Pixels of the side of such a part, so that one letter or logo does not count for many."""
ALIGNED = 70
"""Most bits that PDQ may differ by once the pictures lie over one another.

Of unrelated photographs 3 in 100 million pairs are as near; benchmarks/recall.py tries pairs that have
a frame or a caption in common.
"""
PATCHED = 80
"""Most bits that PDQ may differ by in any patch of the known picture that the other one shows."""
SHOWN = 0.8
"""Share of a patch that the other picture has to show for it to be compared."""
ALIKE = 70
"""Most bits that two corners may differ by and still be taken for the same one."""
CLEARLY = 0.82
"""The next best corner has to be worse by this factor."""
NEIGHBOURS = 2
"""The best corner and the next best."""
OFF = 4.0
"""Pixels by which a corner may lie beside where the others say."""
SMALLEST, LARGEST, SLANT = 0.12, 6.0, 2.2
"""How far a picture may have been shrunk, enlarged, or stretched more in one direction than the other."""
CANVAS = 128
"""Pixels of the side of the square on which the pictures are laid over one another."""
FINE = 1.2
"""Pixels of the query for one of the canvas, beyond which it is blurred before it is sampled."""
GRID = 9
"""Places along each side of a box that are tried for whether they are shown."""
TRIES = 500
"""Most ways of laying them that are tried."""

Matrix = NDArray[np.float64]
"""float64[2, 3]: where a place in the known frame lies in the other one."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """How a picture lies over a known one."""

    distance: int
    """Bits in which PDQ of what lies over the known picture differs from PDQ of that."""
    patched: int
    """The same for the patch that is least alike; 0 if none is shown."""
    cells: int
    """In how many parts of the known picture corners agree."""
    region: Region
    """The part of the known picture that is there."""

    @property
    def same(self) -> bool:
        """Whether that is enough to have a person look."""
        return self.cells >= CELLS and self.distance <= ALIGNED and self.patched <= PATCHED


def align(frame: Grey, query: Features, known: Features) -> Aligned | None:
    """How the picture `frame`, with its features `query`, lies over a known one; None if it does not."""
    laid = fit(query, known)
    if laid is None:
        return None
    matrix, cells = laid
    whole = Patch(Box(0, known.height, 0, known.width), known.pdq)
    inner = [patch for patch in known.patches if shown(query, patch.box, matrix) >= SHOWN]
    apart, *others = [
        distance(hash_luma(overlaid(frame, patch.box, matrix), sure=False).bits, patch.pdq)
        for patch in (whole, *inner)
    ]
    return Aligned(apart, max(others, default=0), cells, region(query, known, matrix))


def fit(query: Features, known: Features) -> tuple[Matrix, int] | None:
    """How the known frame lies in the other one, and in how many parts of it corners agree."""
    mine, theirs = pairs(query, known)
    if len(mine) < CELLS:
        return None
    laid: Any = cv2.estimateAffine2D(mine, theirs, params=_trials())
    made, agreeing = laid  # both may be None, whatever the stubs say
    if made is None or not np.isfinite(made).all():
        return None
    large, small = np.linalg.svd(made[:, :2], compute_uv=False)
    if small < SMALLEST or large > LARGEST or large > SLANT * small:
        return None
    cells = np.unique(mine[agreeing.ravel().astype(bool)].astype(int) // CELL, axis=0)
    return (np.asarray(made, np.float64), len(cells)) if len(cells) >= CELLS else None


def pairs(query: Features, known: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places of corners that look alike, in the known frame and in the other one, each used once."""
    nothing = np.zeros((0, 2), np.float32)
    if min(len(query), len(known)) < CELLS:
        return nothing, nothing
    apart, which = cv2.batchDistance(
        known.descriptors, query.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=NEIGHBOURS
    )
    clear = np.flatnonzero((apart[:, 0] <= ALIKE) & (apart[:, 0] < CLEARLY * apart[:, 1]))
    nearest_first = clear[np.argsort(apart[clear, 0], kind="stable")]
    _, first = np.unique(which[nearest_first, 0], return_index=True)
    used = nearest_first[np.sort(first)]
    return known.points[used], query.points[which[used, 0]]


def shown(query: Features, box: Box, matrix: Matrix) -> float:
    """The share of a box in the known frame that lies within the other picture."""
    down, across = np.linspace(box.top, box.bottom, GRID), np.linspace(box.left, box.right, GRID)
    places = np.stack([*(axis.ravel() for axis in np.meshgrid(across, down)), np.ones(GRID * GRID)])
    x, y = matrix @ places
    return float(((x >= 0) & (x <= query.width) & (y >= 0) & (y <= query.height)).mean())


def overlaid(frame: Grey, box: Box, matrix: Matrix) -> Grey:
    """What `frame` shows where a box of the known one lies in it, on a small square; edges are drawn out."""
    across, down = (box.right - box.left) / CANVAS, (box.bottom - box.top) / CANVAS
    left, top = box.left + across / 2 - 0.5, box.top + down / 2 - 0.5
    canvas = np.array([[across, 0, left], [0, down, top], [0, 0, 1]])
    onto = matrix @ canvas
    coarse = float(np.sqrt(abs(np.linalg.det(onto[:, :2]))))
    smooth = cv2.GaussianBlur(frame, (0, 0), 0.45 * coarse) if coarse > FINE else frame
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(smooth, onto, (CANVAS, CANVAS), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(laid, np.uint8)


def region(query: Features, known: Features, matrix: Matrix) -> Region:
    """The part of the known picture that the other one's edges leave, as a box around it."""
    back = cv2.invertAffineTransform(matrix)
    right, bottom = query.width, query.height
    corners = np.array([(0, 0, 1), (right, 0, 1), (0, bottom, 1), (right, bottom, 1)], np.float64)
    places = corners @ back.T / (known.width, known.height)
    (left, top), (right, bottom) = np.clip([places.min(axis=0), places.max(axis=0)], 0.0, 1.0).tolist()
    return Region(left, top, right, bottom)


def _trials() -> cv2.UsacParams:
    """MAGSAC (Barath et al., 2019) with a fixed seed of its own: the same corners, the same answer."""
    how = cv2.UsacParams()
    how.randomGeneratorState = 1
    how.score = cv2.SCORE_METHOD_MAGSAC
    how.sampler = cv2.SAMPLING_UNIFORM
    how.loMethod = cv2.LOCAL_OPTIM_SIGMA
    how.loIterations = 10
    how.loSampleSize = 20
    how.final_polisher = cv2.MAGSAC
    how.final_polisher_iterations = 3
    how.threshold = OFF
    how.maxIterations = TRIES
    how.confidence = 0.99
    how.isParallel = False
    return how
