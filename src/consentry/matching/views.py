"""Other ways of looking at a picture, so that an edited copy of a known one is found."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.core.match import MIN_QUALITY
from consentry.matching import boxes
from consentry.matching.boxes import Box
from consentry.matching.pdq import PdqHash, hash_luma

CENTRE_CROPS = (0.025, 0.05, 0.075, 0.1)
"""Shares of the width and of the height that a crop takes off in all, half of each on either side."""
MIN_SIDE = 64
"""Pixels; a view with a shorter side says too little."""

LOOK_SIDE = 384
"""Pixels to which the shorter side is reduced, at the least, before a picture is looked at in parts."""

WHOLE = "whole"
"""The name of a picture as it stands."""

PANEL = "panel"
"""The name of one of several pictures that stand side by side."""

F32 = np.float32

View = tuple[str, NDArray[np.uint8]]
"""The name of a view and its pixels."""


def crops(rgb: NDArray[np.uint8]) -> list[View]:
    """Centre crops of uint8[h, w, 3], each named; those with a side under 64 pixels are left out.

    A crop of 5 % keeps the middle 95 % of the width and of the height: 2.5 % goes on each side.
    """
    height, width = rgb.shape[:2]
    views = []
    for share in CENTRE_CROPS:
        top, left = round(height * share / 2), round(width * share / 2)
        view = rgb[top : height - top, left : width - left]
        if min(view.shape[:2]) >= MIN_SIDE:
            views.append((f"centre crop {share * 100:g} %", view))
    return views


@dataclass(frozen=True, slots=True)
class Look:
    """One way of looking at a picture."""

    name: str
    """What was taken for the picture, such as `without border`."""
    box: Box
    """Where it is, in pixels of the whole picture."""
    hash: PdqHash
    """Its hash, worked out from luma reduced to a few hundred pixels."""


def reduce_luma(rgb: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Luma of the means of `by` x `by` pixels; what is left over at the right and bottom is not looked at."""
    if by == 1:
        return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    return luma_of_means(rgb.reshape(rgb.shape[0], -1), by)


@njit(nogil=True, cache=True)
def luma_of_means(rows: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """The same of uint8[h, 3 * w]; by more than 257 the sum down a column would not fit."""
    height, width = rows.shape[0] // by, rows.shape[1] // (3 * by)
    out = np.empty((height, width), np.uint8)
    down = np.empty(rows.shape[1], np.uint16)
    grey = np.empty(rows.shape[1] // 3, np.float32)
    red, green, blue = F32(0.299 / (by * by)), F32(0.587 / (by * by)), F32(0.114 / (by * by))
    for y in range(height):
        down[:] = 0
        for row in rows[y * by : y * by + by]:
            for place in range(len(row)):
                down[place] += row[place]
        for x in range(len(grey)):
            grey[x] = red * F32(down[3 * x]) + green * F32(down[3 * x + 1]) + blue * F32(down[3 * x + 2])
        for x in range(width):
            total = F32(0.5)
            for place in range(x * by, x * by + by):
                total += grey[place]
            out[y, x] = np.uint8(total)
    return out


def named_boxes(grey: NDArray[np.uint8]) -> list[tuple[str, Box]]:
    """Every part of a picture that may be another one, the same part only once."""
    inner = boxes.without_border(grey)
    frame = boxes.in_frame(grey)
    found = [(WHOLE, boxes.whole(grey)), ("without border", inner)]
    found += [("in its frame", frame)] if frame is not None else []
    for box in boxes.panels(boxes.cut(grey, inner)):
        moved = Box(
            box.top + inner.top, box.bottom + inner.top, box.left + inner.left, box.right + inner.left
        )
        found.append((PANEL, moved))
    return [
        (name, box) for place, (name, box) in enumerate(found) if box not in [b for _, b in found[:place]]
    ]


def looks(rgb: NDArray[np.uint8]) -> list[Look]:
    """Every way of looking at uint8[h, w, 3]: the whole, without its border, in its frame, in its panels.

    Each with its eight turned and mirrored hashes. Parts in which there is too little to tell one from
    another (quality under 50) are left out, but for the whole. BadInput for any other array.
    """
    grey, by = _reduced(rgb)
    return [Look(WHOLE, _scaled(boxes.whole(grey), by), hash_luma(grey, sure=False)), *_parts(grey, by)]


def parts(rgb: NDArray[np.uint8]) -> list[Look]:
    """As `looks`, without the whole, for those who have hashed that already. BadInput likewise."""
    return _parts(*_reduced(rgb))


def _reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Luma to look at, and how many pixels along a side one of its pixels stands for."""
    if rgb.dtype != np.uint8 or rgb.shape != (*rgb.shape[:2], 3):
        raise BadInput("views need pixels as uint8[height, width, 3]")
    by = max(1, min(rgb.shape[:2]) // LOOK_SIDE)
    return reduce_luma(np.ascontiguousarray(rgb), by), by


def _parts(grey: NDArray[np.uint8], by: int) -> list[Look]:
    hashed = [(name, box, hash_luma(boxes.cut(grey, box), sure=False)) for name, box in named_boxes(grey)[1:]]
    return [Look(name, _scaled(box, by), one) for name, box, one in hashed if one.quality >= MIN_QUALITY]


def _scaled(box: Box, by: int) -> Box:
    return Box(*(by * side for side in box))
