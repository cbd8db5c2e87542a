"""Where in a picture another one may be: within a border, in the frame of a screenshot, in a panel."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""uint8[h, w]: luma, reduced so that its shorter side has a few hundred pixels."""

LEAST = 40
"""Pixels; nothing smaller is taken for a picture."""
EVEN = 9.0
"""Standard deviation of luma up to which a row counts as even."""
STEADY = 10.0
"""Luma by which an even row may differ from the outermost one and still belong to the border."""
TURNS = 3
"""How often a border within a border is looked for."""
BACKGROUND = 0.12
"""Share of a picture that one brightness must have to be a screenshot's background."""
OFF_BACKGROUND = 8
"""Luma from which a pixel stands out from the background."""
ROW_FULL, COLUMN_FULL = 0.55, 0.35
"""Share of a row, and of a column, that stands out where a picture is shown."""
GAP = 3
"""Rows that may be missing in the middle of a picture."""
EDGE = 5
"""Luma by which a seam stands out from its neighbourhood."""
NEIGHBOURHOOD = 6
"""Rows on either side of a seam with which it is compared."""
SEAMS = 3
"""Most seams that are followed in each direction."""
PANELS = 24
"""Most panels that are looked at, the largest first."""


class Box(NamedTuple):
    """A part of a picture, in pixels."""

    top: int
    bottom: int
    left: int
    right: int


def whole(grey: Grey) -> Box:
    """All of it."""
    return Box(0, grey.shape[0], 0, grey.shape[1])


def cut(grey: Grey, box: Box) -> Grey:
    """The pixels in a box."""
    return grey[box.top : box.bottom, box.left : box.right]


@njit(nogil=True, cache=True)
def even_run(grey: Grey) -> int:
    """How many rows from the first on are even and as bright as the first; some are left in any case."""
    most: int = max(0, grey.shape[0] - LEAST)
    outermost = 0.0
    for row in range(most):
        total, squares = 0.0, 0.0
        for column in range(grey.shape[1]):
            value = float(grey[row, column])
            total += value
            squares += value * value
        mean = total / grey.shape[1]
        outermost = outermost if row else mean
        if squares / grey.shape[1] - mean * mean >= EVEN * EVEN or abs(mean - outermost) >= STEADY:
            return row
    return most


def even_rows(grey: Grey) -> tuple[int, int]:
    """How many rows at the top and at the bottom are even and as bright as the outermost."""
    above, below = even_run(grey), even_run(grey[::-1])
    return (above, below) if above + below <= max(0, len(grey) - LEAST) else (0, 0)


def without_border(grey: Grey) -> Box:
    """The picture within even borders, one inside the other up to three times."""
    box = whole(grey)
    for _ in range(TURNS):
        top, bottom = even_rows(cut(grey, box))
        box = box._replace(top=box.top + top, bottom=box.bottom - bottom)
        left, right = even_rows(cut(grey, box).T)
        box = box._replace(left=box.left + left, right=box.right - right)
        if not (top or bottom or left or right):
            break
    return box


def longest(there: NDArray[np.bool_]) -> tuple[int, int]:
    """First and one-past-last place of the longest run, small gaps allowed; (0, 0) if there is none."""
    places = np.flatnonzero(there)
    if not len(places):
        return 0, 0
    breaks = np.flatnonzero(np.diff(places) > GAP)
    starts = places[np.r_[0, breaks + 1]]
    ends = places[np.r_[breaks, len(places) - 1]] + 1
    widest = int(np.argmax(ends - starts))
    return int(starts[widest]), int(ends[widest])


def share(ones: NDArray[np.uint8], axis: int) -> NDArray[np.float64]:
    """The share of ones in each row (axis 1) or column (axis 0)."""
    total = np.asarray(cv2.reduce(ones, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.float64)
    shares: NDArray[np.float64] = total.ravel() / ones.shape[axis]
    return shares


def in_frame(grey: Grey) -> Box | None:
    """The picture that a screenshot shows on an even background, or None."""
    counts = cv2.calcHist([np.ascontiguousarray(grey)], [0], None, [64], [0, 256])
    if counts.max() < BACKGROUND * grey.size:
        return None
    background = 4 * int(counts.argmax()) + 2
    off = np.abs(np.arange(256) - background) > OFF_BACKGROUND
    stands_out = np.asarray(cv2.LUT(grey, off.astype(np.uint8)), np.uint8)
    top, bottom = longest(share(stands_out, 1) > ROW_FULL)
    if bottom - top < LEAST:
        return None
    left, right = longest(share(stands_out[top:bottom], 0) > COLUMN_FULL)
    if right - left < LEAST:
        return None
    again = longest(share(stands_out[:, left:right], 1) > ROW_FULL)
    if again[1] - again[0] >= LEAST:
        top, bottom = again
    return Box(top, bottom, left, right)


def seams(grey: Grey) -> list[int]:
    """Rows above which a straight edge runs across most of the picture, at most three."""
    if len(grey) <= 4 * NEIGHBOURHOOD:
        return []
    clear = clear_edges(np.ascontiguousarray(grey[:, 2 :: max(1, grey.shape[1] // 64)]))
    found: list[int] = []
    for row in np.argsort(-clear, kind="stable")[:12].tolist():
        if clear[row] < EDGE or len(found) == SEAMS:
            break
        if all(abs(row + 1 - other) > NEIGHBOURHOOD for other in found):
            found.append(row + 1)
    return sorted(found)


@njit(nogil=True, cache=True)
def clear_edges(some: Grey) -> NDArray[np.int32]:
    """By how much the step below each row stands out from the steps around it; -1 if it does not.

    A step is the change of luma that three fifths of the pixels reach. It stands out by what it is more
    than twice the median of those around it, and by `EDGE` at the least.
    """
    rows = len(some) - 1
    steps = np.empty(rows + 2 * NEIGHBOURHOOD, np.int32)
    common_steps(some, steps[NEIGHBOURHOOD : rows + NEIGHBOURHOOD])
    steps[:NEIGHBOURHOOD] = steps[NEIGHBOURHOOD]
    steps[rows + NEIGHBOURHOOD :] = steps[rows + NEIGHBOURHOOD - 1]
    clear = np.full(rows, -1, np.int32)
    for row in range(8, rows - 8):
        step, around = steps[row + NEIGHBOURHOOD], steps[row : row + 2 * NEIGHBOURHOOD + 1]
        low = 0
        for other in around:
            low += 2 * other <= step - EDGE
        if low > NEIGHBOURHOOD:  # so that the median is among them, which is seldom
            clear[row] = step - 2 * np.sort(around)[NEIGHBOURHOOD]
    return clear


@njit(nogil=True, cache=True)
def common_steps(some: Grey, out: NDArray[np.int32]) -> None:
    """The change from each row to the next that three fifths of the pixels reach."""
    many = np.empty(256, np.int32)
    for row in range(len(out)):
        many[:] = 0
        for column in range(some.shape[1]):
            above, below = np.int32(some[row, column]), np.int32(some[row + 1, column])
            many[abs(above - below)] += 1
        left, step = 2 * some.shape[1] // 5, 0
        while many[step] <= left:
            left -= many[step]
            step += 1
        out[row] = step


def panels(grey: Grey) -> list[Box]:
    """The parts that straight seams cut a picture into, and their neighbours joined, the largest first."""
    rows = [0, *seams(grey), grey.shape[0]]
    columns = [0, *seams(grey.T), grey.shape[1]]
    found = [
        Box(top, bottom, left, right)
        for top, bottom in combinations(rows, 2)
        for left, right in combinations(columns, 2)
        if min(bottom - top, right - left) >= LEAST
    ]
    found.sort(key=lambda box: (box.top - box.bottom) * (box.right - box.left))
    return [box for box in found if box != whole(grey)][:PANELS]
