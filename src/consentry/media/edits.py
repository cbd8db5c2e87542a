"""What happens to pictures on their way through the world: smaller, squeezed, cut, mirrored, captioned."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

QUALITY: Final = 90
"""JPEG quality of what is written here unless said otherwise: as a good camera does."""

_BAR: Final = 0.12
"""Height of a caption bar, as a share of the picture."""


def encoded(picture: Image.Image, kind: str = "jpeg", quality: int = QUALITY) -> bytes:
    """`picture` as a file: `jpeg`, `png`, `webp`, `gif` or `avif`."""
    out = BytesIO()
    picture.save(out, kind, **({} if kind in {"png", "gif"} else {"quality": quality}))
    return out.getvalue()


def resized(data: bytes, share: float = 0.5) -> bytes:
    """The picture at `share` of its width and height."""
    picture = _opened(data)
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return encoded(picture.resize(size, Image.Resampling.LANCZOS))


def recompressed(data: bytes, quality: int = 40) -> bytes:
    """The picture as a JPEG of `quality` from 1 to 95."""
    return encoded(_opened(data), quality=quality)


def cropped(data: bytes, share: float = 0.05) -> bytes:
    """The picture without `share` of its width and height, taken from all sides alike."""
    picture = _opened(data)
    across, down = round(picture.width * share / 2), round(picture.height * share / 2)
    return encoded(picture.crop((across, down, picture.width - across, picture.height - down)))


def mirrored(data: bytes) -> bytes:
    """The picture with left and right exchanged."""
    return encoded(_opened(data).transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def captioned(data: bytes, text: str = "good morning") -> bytes:
    """The picture with a white bar and a line of text below it."""
    picture = _opened(data)
    bar = max(12, round(picture.height * _BAR))
    whole = Image.new("RGB", (picture.width, picture.height + bar), "white")
    whole.paste(picture)
    font = ImageFont.load_default(bar * 0.5)
    ImageDraw.Draw(whole).text((bar // 2, picture.height + bar // 2), text, "black", font, anchor="lm")
    return encoded(whole)


def _opened(data: bytes) -> Image.Image:
    # Only ever what this package drew itself: the public's files go through the sandbox.
    return Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP", "GIF", "AVIF"]).convert("RGB")
