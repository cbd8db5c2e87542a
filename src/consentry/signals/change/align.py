"""Lays one picture over another, so that the same place is compared with the same place.

Both are reduced to one small size. The second is tried at a few sizes and at every small shift;
where its outlines fall best on those of the first, there it stays. How well they fall is the
likeness of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""uint8[height, width, 3] in sRGB."""

Light = npt.NDArray[np.float32]
"""float32[height, width]: brightness, or how it changes."""

SIDE = 160
"""Pixels along the longer side of what is compared."""

MIN_SIDE = 16
"""Pixels below which a side says too little."""

SHIFT = 8
"""Farthest shift in pixels that is tried: 5 % of the longer side."""

SCALES = (1.0, 0.97, 1.03, 0.94, 1.06, 0.91, 1.09)
"""Sizes at which the output is tried: one that was cut by up to 8 % and blown up again is laid back."""


FITS = 0.9
"""Likeness from which no other size is tried; 0.6 is the most that was seen of one that is wrong by 3 %."""


class Incomparable(Exception):
    """Two pictures cannot be compared. The message is one of a few fixed causes."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two pictures of one size, the second laid over the first."""

    before: Pixels
    """The first, reduced."""
    after: Pixels
    """The second, reduced, scaled and shifted."""
    likeness: float
    """-1 to 1: correlation of their outlines."""


def aligned(before: Pixels, after: Pixels) -> Aligned:
    """Lay `after` over `before`, uint8[h, w, 3] each. Raises Incomparable if one is too small."""
    height, width = before.shape[:2]
    if min(height, width, *after.shape[:2]) < MIN_SIDE:
        raise Incomparable("too small to compare")
    scale = SIDE / max(height, width)
    size = (max(MIN_SIDE, round(width * scale)), max(MIN_SIDE, round(height * scale)))
    one, other = _reduced(before, size), _reduced(after, size)
    here, light = _Outlines(_light(one)), _light(other)
    likeness, down, right, share = _best(here, light)
    return Aligned(one, _shifted(_scaled(other, share), down, right), likeness)


def _best(here: _Outlines, light: Light) -> tuple[float, int, int, float]:
    """How well `light` fits at its best size, how far down and right that is, and that size."""
    as_it_is, *others = SCALES
    fit = (*here.fit(light), as_it_is)
    if fit[0] >= FITS:
        return fit
    return max(fit, *((*here.fit(_scaled(light, share)), share) for share in others))


class _Outlines:
    """How fast brightness changes in one picture, ready to be laid under others."""

    def __init__(self, light: Light) -> None:
        self._room = (light.shape[0] + 2 * SHIFT, light.shape[1] + 2 * SHIFT)
        slopes = outlines(light)
        self._spectrum = np.fft.rfft2(slopes, self._room)
        self._size = float((slopes**2).sum())

    def fit(self, light: Light) -> tuple[float, int, int]:
        """The correlation (-1 to 1) where `light` lies best on it, and how far down and right that is."""
        slopes = outlines(light)
        spectrum = self._spectrum * np.conj(np.fft.rfft2(slopes, self._room))
        matches = np.fft.irfft2(spectrum.sum(axis=0), self._room)
        steps = np.arange(-SHIFT, SHIFT + 1)
        window = matches[np.ix_(steps, steps)]
        down, right = np.unravel_index(int(window.argmax()), window.shape)
        size = float(np.sqrt(self._size * float((slopes**2).sum())))
        likeness = float(window.max()) / size if size else 0.0
        return min(1.0, max(-1.0, likeness)), int(steps[down]), int(steps[right])


def outlines(light: Light) -> npt.NDArray[np.float32]:
    """float32[2, h, w]: how fast brightness changes downwards and to the right."""
    return np.stack([np.gradient(light, axis=0), np.gradient(light, axis=1)])


def _light(pixels: Pixels) -> Light:
    """The mean of the three colours."""
    light: Light = np.matmul(pixels, np.full(3, 1 / 3, np.float32))
    return light


def _reduced(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def _scaled(picture: npt.NDArray[np.generic], share: float) -> npt.NDArray[Any]:
    """The picture at `share` of its size about its middle; what is missing at the edges is repeated."""
    rows, columns = (_places(side, share) for side in picture.shape[:2])
    return picture[np.ix_(rows, columns)]


def _places(side: int, share: float) -> npt.NDArray[np.intp]:
    middle = (side - 1) / 2
    places = (np.arange(side) - middle) / share + middle
    return np.asarray(np.rint(places.clip(0, side - 1)), np.intp)


def _shifted(pixels: Pixels, down: int, right: int) -> Pixels:
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return pixels[np.ix_(rows, columns)]
