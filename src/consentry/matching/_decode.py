"""Bytes of a picture to upright sRGB pixels over white, for whoever uses the library without the server.

The server decodes in a sandbox of its own; do not feed this with pictures of unknown origin in a process
that has anything to lose.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, JpegImagePlugin

from consentry.core.errors import BadInput, TooLarge
from consentry.matching import _memory

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
"""What is decoded; nothing else that Pillow knows is tried."""
MAX_PIXELS = 50_000_000
"""Largest picture: a 50-megapixel camera."""
SRGB = ImageCms.createProfile("sRGB")
ORIENTATION = 0x0112
"""EXIF tag that says how a picture has to be turned."""
DEEP_MODES = frozenset({"I", "I;16", "I;16L", "I;16B"})
"""Modes with 16 bits for each pixel, which have to be scaled and not clipped."""

SCALES = (8, 4, 2)
"""Shares of its size at which a JPEG can be decoded for less than the whole."""

Pixels = NDArray[np.uint8]
Made = TypeVar("Made")


class Reduced(NamedTuple):
    """A JPEG decoded at a fraction of its size, to luma alone."""

    luma: Pixels
    """uint8[h, w]: means of `scale` x `scale` pixels, as stored, not yet turned upright."""
    scale: int
    """2, 4 or 8."""
    size: tuple[int, int]
    """Height and width of the whole picture as stored."""
    orientation: int
    """As EXIF says: 1 to 8, or nothing that means anything."""


def within_limit(image: ImageFile.ImageFile) -> None:
    """Raise TooLarge if there are more pixels than `MAX_PIXELS`; nothing is decoded for that."""
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge(f"the picture has more than {MAX_PIXELS} pixels")


def guarded(data: bytes, work: Callable[[ImageFile.ImageFile], Made]) -> Made:
    """Open `data` and do `work`; BadInput if it is no picture, TooLarge if it has too many pixels."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            within_limit(image)
            return work(image)
    except TooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise TooLarge(f"the picture has more than {MAX_PIXELS} pixels") from error
    except Exception as error:  # a decoder that meets damaged bytes may raise anything
        raise BadInput("the picture cannot be decoded", code="invalid_image") from error


def rgb(data: bytes) -> Pixels:
    """The picture as uint8[h, w, 3]; BadInput or TooLarge if that cannot be had."""
    return guarded(data, lambda image: np.asarray(upright(image)))


def pixels(data: bytes) -> Pixels:
    """The same, or uint8[h, w, 4], the fourth byte meaning nothing, which saves a copy. To be read only."""
    return guarded(data, lambda image: _memory.pixels(upright(image)))


def upright(image: ImageFile.ImageFile) -> Image.Image:
    """Turn, fit to sRGB and lay over white."""
    profile = image.info.get("icc_profile")
    lies = image.getexif().get(ORIENTATION, 1) != 1
    turned: Image.Image = ImageOps.exif_transpose(image) if lies else image
    if turned.mode in DEEP_MODES:
        deep = np.asarray(turned).astype(np.float64) / 257
        turned = Image.fromarray(np.clip(deep.round(), 0, 255).astype(np.uint8))
    alpha = None
    if turned.has_transparency_data:
        turned = turned.convert("RGBA")
        alpha = turned.getchannel("A")
    if turned.mode not in {"L", "RGB", "CMYK"}:
        turned = turned.convert("RGB")
    colour = in_srgb(turned, profile) if profile else in_colour(turned)
    if alpha is not None:
        colour = Image.composite(colour, Image.new("RGB", colour.size, "white"), alpha)
    return colour


def in_colour(image: Image.Image) -> Image.Image:
    """The picture in RGB; without the copy that `convert` makes of what is in RGB already."""
    return image if image.mode == "RGB" else image.convert("RGB")


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours of `profile` in sRGB; a profile that does not fit the picture is passed over."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        fitted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return in_colour(image)
    return fitted if fitted is not None else in_colour(image)


def reduced(data: bytes, least: int) -> Reduced | None:
    """A JPEG at the smallest scale that leaves `least` pixels on its shorter side.

    None for any other picture, and where colours would have to be fitted to sRGB first.
    """
    return guarded(data, lambda image: shrunk(image, least))


def shrunk(image: ImageFile.ImageFile, least: int) -> Reduced | None:
    """Have the JPEG decoder give means of 2 x 2, 4 x 4 or 8 x 8 pixels."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode not in {"L", "RGB"}:
        return None
    if image.info.get("icc_profile"):
        return None
    width, height = image.size
    scale = next((by for by in SCALES if min(width, height) // by >= least), 1)
    if scale == 1:
        return None
    orientation = image.getexif().get(ORIENTATION, 1)
    image.draft("L", (width // scale, height // scale))
    if image.mode != "L" or image.size != (-(-width // scale), -(-height // scale)):
        return None
    return Reduced(np.asarray(image), scale, (height, width), orientation)
