"""Writes a picture anew, so that what is served is the pixels that were judged and nothing else.

Orientation and colour profile are worked into the pixels; metadata, trailing bytes and
whatever was hidden under fully see-through pixels are gone; the format, the animation
and the transparency stay.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image

from consentry.media.limits import Limits, refusal
from consentry.media.normalise import Source, Still, opened, stills

_SETTINGS: Final[dict[str, dict[str, object]]] = {
    "jpeg": {"quality": 92},
    "png": {"compress_level": 4},
    "webp": {"quality": 92},
    "gif": {},
    "avif": {"quality": 85, "speed": 9, "max_threads": 1},
}
"""How each format is written: hard to tell from the original by eye, and quick."""

_MAX_MILLISECONDS: Final = 60_000
"""Longest a frame is shown; also keeps every number within what the formats can hold."""


def clean(data: bytes, limits: Limits) -> bytes:
    """`data` in its own format, written anew. Raises BadInput, and whatever a codec raises."""
    source = opened(data, limits)
    shown = list(stills(source))
    sizes = {still.colour.size for still in shown}
    if len(sizes) > 1:
        raise refusal("corrupt")
    pictures = [_flat(still) for still in shown]
    if any(still.alpha is not None for still in shown):
        pictures = [picture.convert("RGBA") for picture in pictures]
    out = BytesIO()
    settings = _SETTINGS[source.kind] | (_moving(source, shown, pictures) if len(shown) > 1 else {})
    pictures[0].save(out, source.kind, **settings)
    return out.getvalue()


def _flat(still: Still) -> Image.Image:
    """RGB, or RGBA with white wherever nothing can be seen."""
    if still.alpha is None:
        return still.colour
    seen = still.alpha.point([0] + [255] * 255)
    flat = Image.composite(still.colour, Image.new("RGB", still.colour.size, "white"), seen)
    flat.putalpha(still.alpha)
    return flat


def _moving(source: Source, shown: list[Still], pictures: list[Image.Image]) -> dict[str, object]:
    moving: dict[str, object] = {"save_all": True, "append_images": pictures[1:]}
    durations = [min(still.milliseconds, _MAX_MILLISECONDS) for still in shown]
    info = source.image.info
    if source.kind == "png" and info.get("default_image"):
        # The first still stands in for the animation and is not part of it.
        moving["default_image"] = True
        durations = durations[1:]
    if source.kind == "gif":
        moving["disposal"] = 2 if any(still.alpha is not None for still in shown) else 1
    if isinstance(info.get("loop"), int):
        moving["loop"] = info["loop"]
    return moving | {"duration": durations}
