"""Puts a bar with words under an image, so that everybody who sees it can read that a machine made it.

The bar stands below the picture and covers nothing of it. It is drawn from the pixels that were
judged, so nothing else can come in; an image with transparency is shown on white. An animation
cannot be labelled here, so one that needs a label is refused, and whoever asked is told to ask for a still.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from consentry.core.content import Frame, Picture
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.media.limits import TRANSPARENT
from consentry.media.pack import packed

_SETTINGS: Final[dict[str, dict[str, object]]] = {
    "jpeg": {"quality": 92},
    "webp": {"quality": 92, "method": 2},
    "gif": {},
    "avif": {"quality": 85, "speed": 9, "max_threads": 1},
}
"""How each format but PNG is written: hard to tell from the original by eye, and quick."""

_SHARE: Final = 20
"""The bar's height: one part in so many of the longer side."""

_LOWEST: Final = 16
"""Pixels; a lower bar cannot be read."""


def labelled(picture: Picture, words: str) -> Picture:
    """`picture` with `words` in a bar below it.

    Raises BadInput for an animation, and SafetyUnavailable for what nobody could decode.
    """
    if not picture.frames or picture.kind not in {"png", *_SETTINGS}:
        raise SafetyUnavailable("The image could not be labelled.", code="label_failed")
    if len(picture.frames) > (2 if TRANSPARENT in picture.notes else 1):
        raise BadInput(
            "The law wants this image labelled, and an animation cannot be labelled here.",
            code="animation_needs_label",
            param="output_format",
            next_step="Ask for a still image: without `frame_count`, and not as a GIF.",
        )
    shown = _with_bar(picture.frames[0], words)
    frame = Frame(shown.width, shown.height, shown.tobytes())
    data = packed(frame) if picture.kind == "png" else _written(shown, picture.kind)
    return Picture(data, hashlib.sha256(data).hexdigest(), picture.kind, (frame,))


def _written(shown: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    shown.save(out, kind, **_SETTINGS[kind])
    return out.getvalue()


def _with_bar(frame: Frame, words: str) -> Image.Image:
    picture = Image.frombytes("RGB", (frame.width, frame.height), frame.rgb)
    bar = max(_LOWEST, max(picture.size) // _SHARE)
    whole = Image.new("RGB", (picture.width, picture.height + bar), "black")
    whole.paste(picture)
    draw = ImageDraw.Draw(whole)
    size = bar * 0.6
    wide = draw.textlength(words, ImageFont.load_default(size))
    font = ImageFont.load_default(min(size, max(1.0, size * picture.width * 0.94 / wide)))
    middle = (picture.width // 2, picture.height + bar // 2)
    draw.text(middle, words, "white", font, anchor="mm")
    return whole
