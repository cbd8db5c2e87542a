"""A still made less of: a sketch of its outlines, or grey and blurred; the still itself only on purpose.

Everything here starts from pixels that the sandbox brought out, and writes a new small JPEG, so that
no byte of a file that somebody sent reaches a browser. Nobody claims that a filter protects.
"""

from __future__ import annotations

import io
from enum import StrEnum
from typing import Final

from PIL import Image, ImageFilter, ImageOps

from consentry.core.content import Frame

SIDES: Final = {"small": 96, "medium": 192, "large": 320}
"""Longest side of what is shown covered, in pixels."""

BLURS: Final = {"strong": 12, "middle": 24, "weak": 40}
"""Into how many fields the longer side falls when blurred; fewer are less to see."""

FULL_SIDE: Final = 1600
"""Longest side of the still itself."""

_QUALITY: Final = 80
_RIM: Final = 2


class Style(StrEnum):
    """How a still is shown."""

    SKETCH = "sketch"
    """Outlines alone, coarse and without colour."""
    BLUR = "blur"
    """Grey, and blurred."""


def covered(frame: Frame, style: Style, size: str = "medium", blur: str = "strong") -> bytes:
    """`frame` made less of, as a JPEG. Raises KeyError for a size or a blur that there is not."""
    image = ImageOps.grayscale(_image(frame))
    side = SIDES[size]
    fields = BLURS[blur]
    if style is Style.SKETCH:
        image.thumbnail((side, side))
        outlines = image.filter(ImageFilter.GaussianBlur(2)).filter(ImageFilter.FIND_EDGES)
        if min(outlines.size) > _RIM:  # at its rim the filter leaves the picture as it is
            outlines = ImageOps.expand(ImageOps.crop(outlines, 1), 1)
        else:
            outlines = outlines.point(lambda _: 0)
        image = ImageOps.invert(ImageOps.autocontrast(outlines)).filter(ImageFilter.MinFilter(3))
    else:
        image.thumbnail((fields, fields), Image.Resampling.BOX)
        image = ImageOps.contain(image, (side, side), Image.Resampling.BICUBIC)
    return _jpeg(image)


def plain(frame: Frame) -> bytes:
    """`frame` itself, written anew as a JPEG."""
    image = _image(frame)
    image.thumbnail((FULL_SIDE, FULL_SIDE))
    return _jpeg(image)


def _image(frame: Frame) -> Image.Image:
    return Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
