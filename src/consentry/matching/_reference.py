"""PDQ in the same order of rounding as the reference, for pictures where rounding decides a bit.

Source: Meta, "PDQ and TMK + PDQF" (2019), and the reference implementation in the ThreatExchange repository.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

F32 = np.float32
ABREAST = 8
"""Rows whose sums run side by side."""


@njit(nogil=True, cache=True)
def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma of uint8[h, w, 3 or 4], float32[h, w]: ITU-R BT.601 weights in float64, rounded once."""
    height, width, _ = rgb.shape
    out = np.empty((height, width), F32)
    for y in range(height):
        for x in range(width):
            out[y, x] = F32((rgb[y, x, 0] * 0.299 + rgb[y, x, 1] * 0.587) + rgb[y, x, 2] * 0.114)
    return out


@njit(nogil=True, cache=True)
def box_down(grey: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """One running mean of `window` pixels down every column, float32[h, w]."""
    height, width = grey.shape
    out = np.empty((height, width), F32)
    total = np.zeros(width, F32)
    half = (window + 2) // 2
    inside = 0
    for step in range(height + half - 1):
        if step < height:
            inside += 1
            for x in range(width):
                total[x] += grey[step, x]
        leaving = step - window
        if leaving >= 0:
            inside -= 1
            for x in range(width):
                total[x] -= grey[leaving, x]
        row = step - half + 1
        if row >= 0:
            share = F32(inside)
            for x in range(width):
                out[row, x] = total[x] / share
    return out


@njit(nogil=True, cache=True)
def box_across(grey: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    """One running mean of `window` pixels along every row, float32[h, w]; eight rows side by side."""
    height, width = grey.shape
    out = np.empty((height, width), F32)
    total = np.empty(ABREAST, F32)
    half = (window + 2) // 2
    for top in range(0, height, ABREAST):
        rows = min(ABREAST, height - top)
        total[:] = 0
        inside = 0
        for step in range(width + half - 1):
            leaving, place = step - window, step - half + 1
            if step < width:
                inside += 1
                for row in range(rows):
                    total[row] += grey[top + row, step]
            if leaving >= 0:
                inside -= 1
                for row in range(rows):
                    total[row] -= grey[top + row, leaving]
            if place >= 0:
                share = F32(inside)
                for row in range(rows):
                    out[top + row, place] = total[row] / share
    return out


def window(side: int) -> int:
    """Pixels averaged by one pass along a side: half of one of 64 blocks, rounded up."""
    return (side + 127) // 128


def centres(side: int) -> NDArray[np.intp]:
    """The 64 pixels along a side at which the blurred picture is read."""
    return ((np.arange(64) + 0.5) * side / 64).astype(np.intp)


def shrink(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[h, w] blurred by two passes each way and read at 64 x 64 places."""
    height, width = grey.shape
    across, down = window(width), window(height)
    blurred = box_across(box_down(box_across(grey, across), down), across)
    # Columns that are not read need no second pass.
    read = np.ascontiguousarray(blurred[:, centres(width)])
    return box_down(read, down)[centres(height)]


@njit(nogil=True, cache=True)
def cosines(small: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The 16 x 16 lowest cosine coefficients without the constant ones, float32[256].

    Each sum runs over the pixels in order, as in the reference; many sums run side by side.
    """
    half = np.zeros((16, 64), F32)
    for i in range(16):
        for k in range(64):
            share = table[i, k]
            for j in range(64):
                half[i, j] += share * small[k, j]
    columns = np.ascontiguousarray(table.T)
    out = np.zeros((16, 16), F32)
    for i in range(16):
        for k in range(64):
            share = half[i, k]
            for j in range(16):
                out[i, j] += share * columns[k, j]
    return out.reshape(256)
