"""What a picture looks like, as plain pixels: the definition every hash and every judge relies on.

Definition `n1`, in this order:
 1. only JPEG, PNG, WebP, GIF and AVIF, told apart by their first bytes;
 2. every frame of an animation, and the still that stands in for it; of a JPEG that
    carries several pictures the first, as every browser shows it;
 3. 16 bits a channel become 8 by their high byte; 1-bit, grey and palette become full colour;
 4. EXIF orientation applied (CIPA DC-008, tag 0x0112), from EXIF alone, as browsers do;
 5. the embedded colour profile converted to sRGB (relative colorimetric, black point
    compensated); one that is broken or does not fit is ignored, with a note; a PNG
    without a profile follows its gAMA chunk, so that nothing hides behind a gamma trick;
 6. transparency laid over white. If there is any, the same frame over black follows it:
    what is seen on neither cannot be seen on any plain background.
Known limits: colours described only by AVIF's own colour box, and a PNG's cHRM, are taken as sRGB.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from consentry.core.content import Frame
from consentry.core.errors import BadInput
from consentry.media.limits import PROFILE_IGNORED, TRANSPARENT, Limits, refusal

NORMALISATION: Final = "n1"
"""The name of this definition. Hashes made under different names are not comparable."""

OPENERS: Final[dict[str, type[ImageFile.ImageFile]]] = {
    "jpeg": JpegImageFile,
    "png": PngImageFile,
    "webp": WebPImageFile,
    "gif": GifImageFile,
    "avif": AvifImageFile,
}
"""The formats that are read, and with what. Nothing else of Pillow's forty ever sees the bytes."""

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB: Final = ImageCms.createProfile("sRGB")
_SRGB_GAMMA: Final = 1 / 2.2
_GAMMA_SLACK: Final = 0.05
"""A gamma this close to sRGB's is sRGB's (PNG specification, third edition, 13.13: 5 %)."""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file, of which only the header was read so far."""

    kind: str
    """One of `OPENERS`."""
    image: ImageFile.ImageFile
    """The opened file."""
    limits: Limits
    """What may be read of it."""


@dataclass(frozen=True, slots=True)
class Still:
    """One frame, upright and in sRGB, before it is laid over a background."""

    colour: Image.Image
    """Mode RGB."""
    alpha: Image.Image | None
    """Mode L, 255 where opaque; None if all of it is."""
    milliseconds: int
    """How long it is shown; 0 if it does not move."""
    notes: frozenset[str]
    """Some of `limits.NOTES`."""


def kind_of(data: bytes) -> str:
    """`jpeg`, `png`, `webp`, `gif` or `avif` by the first bytes; empty for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:12] in {b"ftypavif", b"ftypavis", b"ftypmif1", b"ftypmsf1"}:
        return "avif"
    return ""


@contextmanager
def as_trouble() -> Iterator[None]:
    """Turn whatever a codec raises into BadInput with one of `TROUBLES` as its code."""
    try:
        yield
    except BadInput:
        raise
    except MemoryError:
        raise refusal("too_much_memory") from None
    except Image.DecompressionBombError:
        raise refusal("too_many_pixels") from None
    except Exception:  # noqa: BLE001 - codecs fed with garbage raise whatever they like
        raise refusal("corrupt") from None


def opened(data: bytes, limits: Limits) -> Source:
    """Read the header of `data`. Raises BadInput for what is unsupported or over a limit."""
    if len(data) > limits.max_bytes:
        raise refusal("too_large")
    kind = kind_of(data)
    if not kind:
        raise refusal("unsupported")
    image = OPENERS[kind](BytesIO(data))
    _check_size(image, limits)
    # A GIF does not say how many frames it has; it is counted while it is read.
    declared = 1 if kind == "gif" else getattr(image, "n_frames", 1)
    if declared > limits.max_frames:
        raise refusal("too_many_frames")
    if kind == "png" and _hides_frames(data):
        raise refusal("corrupt")
    if isinstance(image, WebPImageFile) and declared > 1:
        # Moving frames may leave parts of the canvas uncovered and yet claim no transparency:
        # browsers show the page there, Pillow would show black. The decoder knows; ask it.
        image.rawmode = image._mode = "RGBA"  # noqa: SLF001 - Pillow has no other way to say so
    return Source(kind, image, limits)


def stills(source: Source) -> Iterator[Still]:
    """Every frame in order; each is good until the next is asked for.

    Raises BadInput over a limit, and whatever the codec raises.
    """
    spent = 0
    for index in itertools.count():
        if not _reached(source.image, index):
            return
        if index >= source.limits.max_frames:
            raise refusal("too_many_frames")
        pixels = _check_size(source.image, source.limits)
        # Counted before anything is unpacked, so that the sum is never exceeded.
        if spent + pixels > source.limits.max_total_pixels:
            raise refusal("too_many_pixels")
        still = _still(source.image)
        spent += pixels * (1 if still.alpha is None else 2)
        if spent > source.limits.max_total_pixels:
            raise refusal("too_many_pixels")
        yield still


def frames(still: Still) -> Iterator[Frame]:
    """`still` over white; and over black too if anything in it is see-through."""
    yield _frame(still.colour, still.alpha, "white")
    if still.alpha is not None:
        yield _frame(still.colour, still.alpha, "black")


def _frame(colour: Image.Image, alpha: Image.Image | None, background: str) -> Frame:
    if alpha is not None:
        ground = Image.new("RGB", colour.size, background)
        ground.paste(colour, mask=alpha)
        colour = ground
    return Frame(colour.width, colour.height, colour.tobytes())


def _reached(image: ImageFile.ImageFile, index: int) -> bool:
    if index == 0:
        return True
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _check_size(image: ImageFile.ImageFile, limits: Limits) -> int:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        raise refusal("too_many_pixels")
    if pixels == 0:
        raise refusal("corrupt")
    return pixels


def _still(image: ImageFile.ImageFile) -> Still:
    image.load()
    colour, alpha = _split(image)
    turn = _TURNS.get(orientation(image.info.get("exif", b"")))
    if turn is not None:
        colour = colour.transpose(turn)
        alpha = alpha.transpose(turn) if alpha is not None else None
    colour, fitted = _to_srgb(colour, image.info)
    notes = set() if fitted else {PROFILE_IGNORED}
    if alpha is not None:
        notes.add(TRANSPARENT)
    return Still(colour, alpha, int(image.info.get("duration") or 0), frozenset(notes))


def _split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour in mode L, RGB or CMYK, and alpha in mode L if anything is not opaque."""
    if image.mode == "I;16":
        # Little-endian: every second byte is the high one, as Pillow does it for 16-bit colour.
        return Image.frombytes("L", image.size, image.tobytes()[1::2]), None
    if image.mode in {"LA", "RGBA"} or "transparency" in image.info:
        grey = image.mode in {"1", "L", "LA"}
        layered = _as(image, "LA" if grey else "RGBA")
        alpha = layered.getchannel("A")
        opaque = alpha.getextrema() == (255, 255)
        return layered.convert("L" if grey else "RGB"), None if opaque else alpha
    if image.mode in {"L", "CMYK"}:
        return image, None
    return _as(image, "L" if image.mode == "1" else "RGB"), None


def _as(image: Image.Image, mode: str) -> Image.Image:
    """`image` in `mode`; without the copy that `convert` makes of what is in that mode already."""
    return image if image.mode == mode else image.convert(mode)


def _to_srgb(colour: Image.Image, info: dict[str | tuple[int, int], object]) -> tuple[Image.Image, bool]:
    """`colour` in sRGB, mode RGB, and whether its profile (if it has one) could be used."""
    profile = info.get("icc_profile")
    if isinstance(profile, bytes) and profile:
        converted = _through_profile(colour, profile)
        return (converted, True) if converted is not None else (_as(colour, "RGB"), False)
    gamma = info.get("gamma")
    if isinstance(gamma, float) and "srgb" not in info and colour.mode != "CMYK":
        colour = _through_gamma(colour, gamma)
    return _as(colour, "RGB"), True


def _through_profile(colour: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(
            colour,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            _SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _through_gamma(colour: Image.Image, gamma: float) -> Image.Image:
    """Decode with the file's exponent, encode with sRGB's, as a browser does."""
    if gamma <= 0 or is_srgb_gamma(gamma):
        return colour
    table = [round(255 * (level / 255) ** (_SRGB_GAMMA / gamma)) for level in range(256)]
    return colour.point(table * len(colour.getbands()))


def is_srgb_gamma(gamma: float) -> bool:
    """Whether a file's exponent is as good as sRGB's own."""
    return abs(gamma / _SRGB_GAMMA - 1) < _GAMMA_SLACK


def orientation(exif: object) -> int:
    """EXIF tag 0x0112, from 1 to 8, out of the first directory; 1 if there is none to be read.

    Read here, in a dozen lines, because Pillow's own reader also believes XMP, which no
    browser does: a picture could then stand upright for people and upside down for judges.
    """
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, form, many, value = struct.unpack_from(order + "HHIH", tiff, place)
            if (tag, form, many) == (0x0112, 3, 1):
                return int(value)
    except struct.error:
        return 1
    return 1


def _hides_frames(png: bytes) -> bool:
    """Whether an animated PNG has more or fewer frames than it declares: readers then disagree."""
    declared, found, place = 0, 0, 8
    while place + 8 <= len(png):
        length, name = struct.unpack_from(">I4s", png, place)
        if name == b"acTL" and place + 12 <= len(png):
            (declared,) = struct.unpack_from(">I", png, place + 8)
        found += name == b"fcTL"
        if name == b"IEND":
            break
        place += 12 + length
    return bool(declared) and declared != found
