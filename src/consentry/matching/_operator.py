"""PDQ's blur and shrink as one small weighted sum per place, so that a picture is read once.

Two running means each way followed by reading 64 x 64 places is linear: `small = rows @ picture @ columns.T`,
with bands as wide as 1/64 of a side. That is about one multiplication per pixel. It differs from the
reference only by rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from consentry.matching._reference import centres, window

F32 = np.float32
Grey = NDArray[np.float32]
Places = NDArray[np.int64]
TINY = float(np.finfo(np.float64).eps)
"""What rounding may leave where no weight is."""
SIDES_KEPT = 256
"""Operators kept in memory, one for each length of a side; about 16 kB each for a photograph."""


class Band(NamedTuple):
    """64 weighted sums along a side, each over one run of pixels."""

    start: NDArray[np.int64]
    """int64[64]: the first pixel of each run."""
    length: NDArray[np.int64]
    """int64[64]: how many pixels each run has."""
    weight: NDArray[np.float32]
    """float32[64, longest]: the weights, zero beyond `length`."""


@njit(nogil=True, cache=True)
def add_boxes(steps: NDArray[np.float64], first: int, side: int, middle: int, wide: int) -> None:
    """Note where the weights around `middle` rise and fall; `steps[0]` is for the pixel `first`.

    A place averages the pixels around its middle, and each of them averages those around itself.
    """
    half = (wide + 2) // 2
    start, end = max(0, middle - (wide - half)), min(side, middle + half)
    for pixel in range(start, end):
        left, right = max(0, pixel - (wide - half)), min(side, pixel + half)
        share = 1 / ((right - left) * (end - start))
        steps[left - first] += share
        steps[right - first] -= share


@njit(nogil=True, cache=True)
def fill(weight: NDArray[np.float64], start: Places, length: Places, middles: Places, side: int) -> None:
    """The weights around each of `middles` in `weight[64, 2 * wide + 1]`: `length` many from `start` on."""
    wide = weight.shape[1] // 2
    steps = np.empty(weight.shape[1] + 1)
    for place in range(len(middles)):
        first = max(0, middles[place] - wide)
        steps[:] = 0
        add_boxes(steps, first, side, middles[place], wide)
        total, low, end = 0.0, -1, 0
        for pixel in range(weight.shape[1]):
            total += steps[pixel]
            if abs(total) < TINY:
                continue
            low = pixel if low < 0 else low
            end = pixel + 1
            weight[place, pixel - low] = total
        start[place], length[place] = first + low, end - low


def runs(side: int) -> tuple[Places, Places, NDArray[np.float64]]:
    """How much each pixel along a side counts for each of the 64 places: as a `Band`, in float64."""
    start, length = np.empty(64, np.int64), np.empty(64, np.int64)
    weight = np.zeros((64, 2 * window(side) + 1))
    fill(weight, start, length, centres(side).astype(np.int64), side)
    return start, length, weight[:, : int(length.max())]


def spread(side: int) -> NDArray[np.float64]:
    """The same as float64[64, side]."""
    exact = np.zeros((64, side))
    for row, start, length, weight in zip(exact, *runs(side), strict=True):
        row[start : start + length] = weight[:length]
    return exact


def band(weights: NDArray[np.float64]) -> Band:
    """Keep of each row only the run between its first and last weight."""
    start = (weights != 0).argmax(axis=1)
    length = weights.shape[1] - (weights[:, ::-1] != 0).argmax(axis=1) - start
    kept = np.zeros((64, int(length.max())), F32)
    for place in range(64):
        kept[place, : length[place]] = weights[place, start[place] : start[place] + length[place]]
    return Band(start.astype(np.int64), length.astype(np.int64), kept)


@lru_cache(SIDES_KEPT)
def bands(side: int) -> Band:
    """The operator for a side of `side` pixels."""
    start, length, weight = runs(side)
    return Band(start, length, weight.astype(F32))


@njit(nogil=True, cache=True, fastmath={"contract", "reassoc"})
def reduce_rows(flat: NDArray[np.uint8], start: Places, length: Places, weight: Grey, out: Grey) -> None:
    """`out[64, w] += weight @ flat[h, w]`, four rows of the picture at a time."""
    width = flat.shape[1]
    for place in range(64):
        row = out[place]
        first = start[place]
        many = length[place]
        done = 0
        while done + 4 <= many:
            a, b, c, d = (
                flat[first + done],
                flat[first + done + 1],
                flat[first + done + 2],
                flat[first + done + 3],
            )
            p, q = weight[place, done], weight[place, done + 1]
            r, s = weight[place, done + 2], weight[place, done + 3]
            for x in range(width):
                row[x] += p * F32(a[x]) + q * F32(b[x]) + r * F32(c[x]) + s * F32(d[x])
            done += 4
        while done < many:
            a, p = flat[first + done], weight[place, done]
            for x in range(width):
                row[x] += p * F32(a[x])
            done += 1


@njit(nogil=True, cache=True, fastmath={"contract", "reassoc"})
def reduce_columns(rows: Grey, channels: int, start: Places, length: Places, weight: Grey, out: Grey) -> None:
    """`out[64, 64]` = luma of `rows[64, w * channels] @ weight.T`."""
    for i in range(64):
        row = rows[i]
        for j in range(64):
            first = start[j]
            if channels == 1:
                grey = F32(0)
                for k in range(length[j]):
                    grey += weight[j, k] * row[first + k]
                out[i, j] = grey
                continue
            red, green, blue = F32(0), F32(0), F32(0)
            for k in range(length[j]):
                at = channels * (first + k)
                share = weight[j, k]
                red += share * row[at]
                green += share * row[at + 1]
                blue += share * row[at + 2]
            out[i, j] = F32(0.299) * red + F32(0.587) * green + F32(0.114) * blue


def shrink(picture: NDArray[np.uint8], down: Band, across: Band) -> NDArray[np.float32]:
    """uint8[h, w] or uint8[h, w, 3 or 4], C order, to the float32[64, 64] that PDQ's cosines are taken of."""
    height, width = picture.shape[:2]
    flat = picture.reshape(height, -1)
    rows = np.zeros((64, flat.shape[1]), F32)
    reduce_rows(flat, *down, rows)
    out = np.empty((64, 64), F32)
    reduce_columns(rows, flat.shape[1] // width, *across, out)
    return out
