"""Writes a picture anew, so that what is served is the pixels that were judged and nothing else.

Orientation and colour profile are worked into the pixels; metadata, trailing bytes and
whatever was hidden under fully see-through pixels are gone; the format, the animation
and the transparency stay. A plain PNG keeps its pixels as they were packed (see strip.py).
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Final

from PIL import Image

from consentry.media.limits import Limits, refusal
from consentry.media.normalise import Source, Still, opened, stills
from consentry.media.strip import Plain, plain_png

_SETTINGS: Final[dict[str, dict[str, object]]] = {
    "jpeg": {"quality": 92},
    "png": {"compress_level": 1, "compress_type": zlib.Z_RLE},
    "webp": {"quality": 92},
    "gif": {},
    "avif": {"quality": 85, "speed": 9, "max_threads": 1},
}
"""How each format is written: hard to tell from the original by eye, and quick. PNG packed by runs is
as small as at level 4, in half the time."""

_MAX_MILLISECONDS: Final = 60_000
"""Longest a frame is shown; also keeps every number within what the formats can hold."""


def clean(data: bytes, limits: Limits) -> bytes:
    """`data` in its own format, written anew. Raises BadInput, and whatever a codec raises."""
    source = opened(data, limits)
    plain = _plain(source, data)
    return _written(source) if plain is None else plain.file


def renewed(data: bytes, limits: Limits) -> tuple[bytes, bytes]:
    """As `clean`; and a file of the same pixels that is quickest to open, which may be the same file."""
    source = opened(data, limits)
    plain = _plain(source, data)
    if plain is not None:
        return plain.file, _quick(plain, limits)
    written = _written(source)
    return written, written


def _written(source: Source) -> bytes:
    shown = [(_bare(still), still.milliseconds) for still in stills(source)]
    pictures = [picture for picture, _ in shown]
    if len({picture.size for picture in pictures}) > 1:
        raise refusal("corrupt")
    if any(picture.mode == "RGBA" for picture in pictures):
        pictures = [picture.convert("RGBA") for picture in pictures]
    settings = _SETTINGS[source.kind]
    if len(pictures) > 1:
        settings = settings | _moving(source, pictures, [duration for _, duration in shown])
    out = BytesIO()
    pictures[0].save(out, source.kind, **settings)
    return out.getvalue()


def _plain(source: Source, data: bytes) -> Plain | None:
    """A plain PNG; None for any other picture, and if something in it is see-through."""
    plain = plain_png(data) if source.kind == "png" else None
    if plain is None or not plain.may_hide:
        return plain
    (still,) = stills(opened(_quick(plain, source.limits), source.limits))
    return plain if still.alpha is None else None


def _quick(plain: Plain, limits: Limits) -> bytes:
    """The file that is quickest to open, unless it is longer than any that is opened."""
    quick = plain.quick
    return quick if len(quick) <= limits.max_bytes else plain.file


def _bare(still: Still) -> Image.Image:
    """The pixels alone, RGB or RGBA: what Pillow knows besides (`info`) would be written too."""
    picture = Image.new("RGB", still.colour.size, "white")
    if still.alpha is None:
        picture.paste(still.colour)
        return picture
    # White stays wherever nothing can be seen.
    picture.paste(still.colour, mask=still.alpha.point([0] + [255] * 255))
    picture.putalpha(still.alpha)
    return picture


def _moving(source: Source, pictures: list[Image.Image], durations: list[int]) -> dict[str, object]:
    info = source.image.info
    durations = [min(duration, _MAX_MILLISECONDS) for duration in durations]
    moving: dict[str, object] = {"save_all": True, "append_images": pictures[1:]}
    if isinstance(info.get("loop"), int):
        moving["loop"] = info["loop"]
    if source.kind == "gif":
        # See-through parts of a frame must show the background, not the frame before.
        moving["disposal"] = 2 if pictures[0].mode == "RGBA" else 1
    if source.kind == "png" and info.get("default_image"):
        # The first still stands in for the animation and is not part of it.
        moving["default_image"] = True
        durations = durations[1:]
    return moving | {"duration": durations}
