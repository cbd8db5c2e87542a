"""PDQ in the same order of rounding as the reference, for pictures where rounding decides a bit.

Source: Meta, "PDQ and TMK + PDQF" (2019), and the reference implementation in the ThreatExchange repository.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

F32 = np.float32


@njit(nogil=True, cache=True)
def luma(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma of each pixel, float32[h, w]: ITU-R BT.601 weights in float64, rounded once."""
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
    for _ in range(2):
        grey = box_down(np.ascontiguousarray(grey.T), across)
        grey = box_down(np.ascontiguousarray(grey.T), down)
    return np.ascontiguousarray(grey[centres(height)][:, centres(width)])


@njit(nogil=True, cache=True)
def cosines(small: NDArray[np.float32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The 16 x 16 lowest cosine coefficients without the constant ones, float32[256]; sums in order."""
    half = np.empty((16, 64), F32)
    for i in range(16):
        for j in range(64):
            total = F32(0)
            for k in range(64):
                total += table[i, k] * small[k, j]
            half[i, j] = total
    out = np.empty(256, F32)
    for i in range(16):
        for j in range(16):
            total = F32(0)
            for k in range(64):
                total += half[i, k] * table[j, k]
            out[16 * i + j] = total
    return out
