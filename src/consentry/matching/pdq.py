"""PDQ: 256 bits that stay nearly the same when a picture is resized, recompressed or slightly changed.

Bit for bit what the reference gives for the same pixels (Meta, "PDQ and TMK + PDQF", 2019; `pdqhash`).
The picture is read once by a fast weighted sum; where that lies so close to the border that rounding could
decide a bit, the picture is worked out again in the reference's own order of rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.matching import _decode, _operator, _reference

BYTES = 32
"""Bytes in a PDQ hash: 256 bits, the highest first, as its hexadecimal form is printed."""
SIDE = 64
"""Pixels along a side of the small picture that PDQ takes its cosines of."""
MIN_SIDE = 5
"""Pixels; a picture with a shorter side has the empty hash and quality 0, as in the reference."""
LUMA_DIMENSIONS = 2
"""Luma has rows and columns, and no colours."""
DOUBT = 0.012
"""Coefficients may differ from the reference's by this much; 0.0055 at the most was seen."""
STEP_DOUBT = 0.004
"""The same for a step of quality, in hundredths of full brightness; 0.0016 at the most was seen."""
COSINES = (
    np.float32(np.sqrt(2 / 64)) * np.cos(np.pi / 128 * np.outer(np.arange(16) + 1, 2 * np.arange(64) + 1))
).astype(np.float32)
"""float32[16, 64]: the 16 lowest cosines along a side of 64, without the constant one."""

VIEWS = (
    "as it is",
    "turned 90",
    "turned 180",
    "turned 270",
    "upside down",
    "mirrored",
    "diagonal",
    "other diagonal",
)
"""Names of the eight ways a picture can be turned and mirrored, in the order of `PdqHash.dihedral`."""


@dataclass(frozen=True, slots=True)
class PdqHash:
    """What PDQ says about one picture."""

    bits: bytes
    """32 bytes, the highest bit first."""
    quality: int
    """0 to 100: how much there is in the picture to tell it from others."""
    dihedral: tuple[bytes, ...]
    """Hashes of the picture turned and mirrored in the eight ways of `VIEWS`; the first is `bits`."""

    @property
    def hex(self) -> str:
        """64 lower-case hexadecimal digits, as exchange programmes write a PDQ hash."""
        return self.bits.hex()

    @property
    def array(self) -> NDArray[np.uint8]:
        """uint8[8, 32]: the dihedral hashes, ready for `Index.search`."""
        return np.frombuffer(b"".join(self.dihedral), np.uint8).reshape(-1, BYTES)


@njit(nogil=True, cache=True)
def step_of(one: np.float32, other: np.float32, doubt: np.float32) -> tuple[int, int]:
    """A step of quality in whole hundredths of full brightness, and 1 if rounding could make it another."""
    step = abs((one - other) * np.float32(100) / np.float32(255))
    whole = np.int32(step)
    past = step - np.float32(whole)
    doubtful = (past > np.float32(1) - doubt) | ((whole > 0) & (past < doubt))
    return int(whole), int(doubtful)


@njit(nogil=True, cache=True)
def quality_of(small: NDArray[np.float32], doubt: float) -> tuple[int, int]:
    """Lowest and highest quality the 64 x 64 picture may have, its steps being sure to within `doubt`."""
    flat, within = small.reshape(-1), np.float32(doubt)
    total, unsure = 0, 0
    for k in range(SIDE * (SIDE - 1)):
        whole, doubtful = step_of(flat[k], flat[k + SIDE], within)
        total, unsure = total + whole, unsure + doubtful
    for k in range(SIDE * SIDE):
        if k % SIDE < SIDE - 1:
            whole, doubtful = step_of(flat[k], flat[k + 1], within)
            total, unsure = total + whole, unsure + doubtful
    return min(100, max(0, total - unsure) // 90), min(100, (total + unsure) // 90)


@njit(nogil=True, cache=True)
def dihedral(coefficients: NDArray[np.float32], out: NDArray[np.uint8]) -> float:
    """Fill `out[8, 32]` in the order of `VIEWS`; return the narrowest gap between a one and a zero."""
    signed = np.empty(256, np.float32)
    narrowest = np.inf
    for flips in range(4):
        for k in range(256):
            i, j = k // 16, k % 16
            against = (flips & 1 and i % 2 == 0) != (flips & 2 and j % 2 == 0)
            signed[k] = -coefficients[k] if against else coefficients[k]
        middle = np.partition(signed, 127)[127]
        straight = (0, 4, 5, 2)[flips]
        turned = (6, 3, 1, 7)[flips]
        ones, next_above = 0, np.float32(np.inf)
        for k in range(256):
            if signed[k] > middle:
                across = (k % 16) * 16 + k // 16
                out[straight, 31 - k // 8] |= np.uint8(1 << (k % 8))
                out[turned, 31 - across // 8] |= np.uint8(1 << (across % 8))
                ones += 1
                next_above = min(next_above, signed[k])
        narrowest = min(narrowest, next_above - middle if 2 * ones == len(signed) else 0.0)
    return narrowest


def finish(small: NDArray[np.float32], *, exact: bool) -> PdqHash | None:
    """The hash of a 64 x 64 picture, or None where rounding could decide a bit and `small` is not `exact`."""
    low, high = quality_of(small, 0.0 if exact else STEP_DOUBT)
    if low != high and not exact:
        return None
    hashes = np.zeros((8, BYTES), np.uint8)
    gap = dihedral(_reference.cosines(small, COSINES), hashes)
    if gap <= 2 * DOUBT and not exact:
        return None
    views = tuple(row.tobytes() for row in hashes)
    return PdqHash(views[0], high, views)


def hash_pixels(picture: NDArray[np.uint8], *, colour: bool, sure: bool = True) -> PdqHash:
    """Hash uint8[h, w, 3 or 4] or uint8[h, w]: fast first, and in the reference's own order if in doubt.

    Without `sure` doubt is left alone: a bit or two may then differ, and nobody waits.
    """
    height, width = picture.shape[:2]
    if min(height, width) < MIN_SIDE:
        return PdqHash(bytes(BYTES), 0, (bytes(BYTES),) * 8)
    picture = np.ascontiguousarray(picture)
    if (height, width) != (SIDE, SIDE):
        bands = _operator.bands(height), _operator.bands(width)
        fast = finish(_operator.shrink(picture, *bands), exact=not sure)
        if fast is not None:
            return fast
    grey = _reference.luma(picture) if colour else picture.astype(np.float32)
    small = grey if (height, width) == (SIDE, SIDE) else _reference.shrink(grey)
    slow = finish(small, exact=True)
    assert slow is not None  # noqa: S101 - an exact picture always has a hash
    return slow


def hash_rgb(rgb: NDArray[np.uint8], *, sure: bool = True) -> PdqHash:
    """Hash a decoded picture, uint8[height, width, 3] in sRGB; BadInput for any other array.

    Without `sure`, for looking up and not for keeping: `hash_pixels` says why.
    """
    if rgb.dtype != np.uint8 or rgb.shape != (*rgb.shape[:2], 3):
        raise BadInput("PDQ needs pixels as uint8[height, width, 3]")
    return hash_pixels(rgb, colour=True, sure=sure)


def hash_luma(grey: NDArray[np.uint8], *, sure: bool = True) -> PdqHash:
    """Hash a picture of luma alone, uint8[height, width]; BadInput for any other array.

    Without `sure`, for looking up and not for keeping: `hash_pixels` says why.
    """
    if grey.dtype != np.uint8 or grey.ndim != LUMA_DIMENSIONS:
        raise BadInput("PDQ of luma needs pixels as uint8[height, width]")
    return hash_pixels(grey, colour=False, sure=sure)


def hash_image(data: bytes) -> PdqHash:
    """Hash the bytes of a JPEG, PNG, WebP, GIF (its first still) or AVIF picture.

    The picture is turned upright, its colours fitted to sRGB and transparency laid over white, so that the
    same picture has nearly the same hash in every format. Raises BadInput if it cannot be decoded, TooLarge
    above 50 million pixels.
    """
    return hash_pixels(_decode.pixels(data), colour=True)
