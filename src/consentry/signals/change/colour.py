"""Colours as people see them, which of them may be skin, and which of them a picture has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""CIELAB, float64[height, width, 3]: lightness 0 to 100, then green-red and blue-yellow."""

Mask = npt.NDArray[np.bool_]
"""bool[height, width]."""

WHITE = (0.9505, 1.0, 1.089)
"""The D65 white point (IEC 61966-2-1, sRGB)."""

TO_XYZ = np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
"""Linear sRGB to XYZ (IEC 61966-2-1), one row a colour."""

DARK_RGB, DARK_XYZ = 0.04045, 0.008856
"""Where the straight foot of each curve ends (IEC 61966-2-1; CIE 15:2004)."""

_STEPS = np.arange(256) / 255
LINEAR = np.where(_STEPS > DARK_RGB, ((_STEPS + 0.055) / 1.055) ** 2.4, _STEPS / 12.92)
"""float64[256]: how much light each value of a colour stands for (IEC 61966-2-1)."""

HUES = (20.0, 85.0)
"""Hue angles in degrees between which skin of every tone lies (35 to 75 in white light), with room for
coloured light."""

CHROMA = (6.0, 46.0)
"""Chroma between which it lies; below is grey, above is paint."""

MIN_LIGHT = 8.0
"""Lightness below which colours are guesses."""

BLOOD = (20.0, 45.0, 0.8)
"""Dark red: at least so much green-red, at most so light, and so much more red than yellow."""

STEPS = np.array([6.0, 4.0, 4.0])
"""Size of a palette's cells in lightness, green-red and blue-yellow."""

CELLS = (18, 30, 30)
"""Number of a palette's cells along each of them."""

ORIGIN = np.array([0.0, -60.0, -60.0])
"""Where the cells begin."""

REACH = (2, 1, 1)
"""How many cells around a colour count as the same colour: shade varies more than hue."""

COMMON = 0.004
"""A colour belongs to a palette if at least this share of the pixels has it."""


def lab(rgb: npt.NDArray[np.uint8]) -> Floats:
    """uint8[h, w, 3] in sRGB as CIELAB (CIE 15:2004)."""
    xyz = LINEAR[rgb] @ (TO_XYZ / WHITE)
    root = np.where(xyz > DARK_XYZ, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


_FIRST, _LAST = (tuple(turn(np.radians(hue)) for turn in (np.cos, np.sin)) for hue in HUES)
"""Cosine and sine of the two hues: comparing products is many times quicker than finding each angle."""


def chroma(colours: Floats) -> Floats:
    """How far from grey each pixel is."""
    return np.hypot(colours[..., 1], colours[..., 2])


def may_be_skin(colours: Floats) -> Mask:
    """Whether a pixel could be skin of any person in any ordinary light; so could wood and sand."""
    red, yellow = colours[..., 1], colours[..., 2]
    strength = chroma(colours)
    found: Mask = (
        (yellow * _FIRST[0] > red * _FIRST[1])
        & (yellow * _LAST[0] < red * _LAST[1])
        & (strength > CHROMA[0])
        & (strength < CHROMA[1])
        & (colours[..., 0] > MIN_LIGHT)
    )
    return found


def is_dark_red(colours: Floats) -> Mask:
    """Whether a pixel has the colour of blood."""
    least, lightest, ratio = BLOOD
    red, yellow = colours[..., 1], colours[..., 2]
    return (red > least) & (colours[..., 0] < lightest) & (red > ratio * np.abs(yellow))


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours that a set of pixels has in common."""

    cells: npt.NDArray[np.bool_]
    """bool[18, 30, 30]: whether a colour belongs to it."""

    def holds(self, colours: Floats) -> Mask:
        """Whether each pixel has one of its colours."""
        found: Mask = self.cells[_cells(colours)]
        return found


def palette_of(colours: Floats, where: Mask) -> Palette:
    """The common colours of the pixels `where`, and what is next to them."""
    counts = np.zeros(CELLS, np.int64)
    np.add.at(counts, _cells(colours[where]), 1)
    common = counts >= max(2.0, COMMON * int(where.sum()))
    for axis, reach in enumerate(REACH):
        common = _spread(common, axis, reach)
    return Palette(common)


def any_skin() -> Palette:
    """Every colour that skin can have."""
    middles = (np.indices(CELLS).transpose(1, 2, 3, 0) + 0.5) * STEPS + ORIGIN
    return Palette(may_be_skin(middles.reshape(CELLS[0], -1, 3)).reshape(CELLS))


def _cells(colours: Floats) -> tuple[npt.NDArray[np.intp], ...]:
    places = np.floor((colours - ORIGIN) / STEPS).astype(np.intp)
    return tuple(np.clip(places[..., axis], 0, CELLS[axis] - 1) for axis in range(3))


def _spread(cells: npt.NDArray[np.bool_], axis: int, reach: int) -> npt.NDArray[np.bool_]:
    """`cells` and their neighbours up to `reach` away along `axis`."""
    line = np.moveaxis(cells, axis, 0)
    grown = line.copy()
    for step in range(1, reach + 1):
        grown[step:] |= line[:-step]
        grown[:-step] |= line[step:]
    return np.moveaxis(grown, 0, axis)
