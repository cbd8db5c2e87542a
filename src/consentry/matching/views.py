"""Other ways of looking at a picture, so that an edited copy of a known one is found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CENTRE_CROPS = (0.025, 0.05, 0.075, 0.1)
"""Shares of the width and of the height that a crop takes off in all, half of each on either side."""
MIN_SIDE = 64
"""Pixels; a view with a shorter side says too little."""

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
