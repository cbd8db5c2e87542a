"""The child that opens pictures: it warms up, is shut in, and then answers until its input ends.

Asked:    one letter, eight bytes of length, the file.     D decode   C clean   N clean, then decode that
Answered: one letter, eight bytes of length, the body, in this order:
    R  ready (once, before anything): `sandboxed` or `unsandboxed`; or X, not without a sandbox
    F  a frame: width, height, number and milliseconds in four bytes each, then the pixels
    E  the end of the frames: the notes, separated by spaces
    B  the cleaned file
    T  trouble: one word
All numbers are big-endian. The parent believes none of it (see child.py).
"""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from PIL import AvifImagePlugin, Image, ImageCms, ImageColor, ImagePalette, TiffImagePlugin

from consentry.core.errors import BadInput, SetupTrouble
from consentry.media.containers import video_kind
from consentry.media.limits import SAMPLED, TRANSPARENT, Limits
from consentry.media.normalise import OPENERS, as_trouble, frames, opened, stills
from consentry.media.reencode import clean, renewed
from consentry.media.sandbox import confine
from consentry.media.video import frames_of, sample, shots

HEADER: Final = struct.Struct(">cQ")
"""One letter and the length of the body in bytes."""

SIZE: Final = struct.Struct(">IIII")
"""Width and height of a frame in pixels; of a video's, its number and when it is shown, in milliseconds."""

_Answer = tuple[bytes, ...]
"""The letter, then the body in one or more parts: joining them would copy every picture once more."""
Act = Callable[[bytes, bytes, Limits], Iterator[_Answer]]

_LATER: Final = (ImageColor, ImagePalette, TiffImagePlugin)
"""What Pillow would import in the middle of a picture; the child cannot open a file by then."""

_ORIENTATION: Final = 0x0112
_STDIN: Final = 0
_STDOUT: Final = 1
_GRACE: Final = 2.0
"""Seconds after which the child ends itself, should the parent have died before killing it."""


def act(order: bytes, data: bytes, limits: Limits) -> Iterator[_Answer]:
    """The answers to one order, in the order they are sent."""
    try:
        with as_trouble():
            yield from _ACTS.get(order, _decoded)(data, limits)
    except BadInput as trouble:
        yield b"T", trouble.code.encode()


def _decoded(data: bytes, limits: Limits) -> Iterator[_Answer]:
    if limits.max_duration and video_kind(data):
        yield from _sampled(data, limits)
        return
    source = opened(data, limits)
    notes: set[str] = set()
    for still in stills(source):
        notes |= still.notes
        for frame in frames(still):
            yield b"F", SIZE.pack(frame.width, frame.height, 0, 0), frame.rgb
    yield b"E", " ".join(sorted(notes)).encode()


def _sampled(data: bytes, limits: Limits) -> Iterator[_Answer]:
    notes = {SAMPLED}
    for shot in shots(data, limits):
        notes |= {TRANSPARENT} if shot.alpha is not None else set()
        for frame in frames_of(shot):
            head = SIZE.pack(frame.width, frame.height, frame.number, frame.milliseconds)
            yield b"F", head, frame.rgb
    yield b"E", " ".join(sorted(notes)).encode()


def _cleaned(data: bytes, limits: Limits) -> Iterator[_Answer]:
    yield b"B", clean(data, limits)


def _renewed(data: bytes, limits: Limits) -> Iterator[_Answer]:
    """The cleaned file, and the frames of that very file: the same rows, unpacked only once."""
    cleaned, quick = renewed(data, limits)
    yield b"B", cleaned
    yield from _decoded(quick, limits)


_ACTS: Final = {b"D": _decoded, b"C": _cleaned, b"N": _renewed}
"""What each order stands for."""


def warm(limits: Limits) -> None:
    """Use every codec once, both ways: what they load lazily cannot be loaded later."""
    warnings.simplefilter("ignore")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # threads cannot be started later
    Image.MAX_IMAGE_PIXELS = limits.max_pixels // 2  # Pillow refuses at twice this number
    for mode in ("RGB", "RGBA", "L", "P"):
        still = Image.linear_gradient("L").resize((16, 12)).convert(mode)
        for kind in OPENERS:
            _exercise(still.convert("RGB") if kind == "jpeg" else still, kind, limits)
    if limits.max_duration:
        for _ in act(b"D", sample(), limits):
            pass


def _exercise(still: Image.Image, kind: str, limits: Limits) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 3
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    resting = {"exif": exif.tobytes(), "icc_profile": profile}
    moving = {"save_all": True, "append_images": [still.rotate(180)], "duration": 50}
    for settings in (resting,) if kind == "jpeg" else (resting, moving):
        out = BytesIO()
        still.save(out, kind, **settings)
        for order in _ACTS:
            for _ in act(order, out.getvalue(), limits):
                pass


def main(act: Act = act) -> None:
    """Serve standard input until it ends. The last two arguments: the limits, and 1 to allow no sandbox."""
    limits = Limits(**json.loads(sys.argv[-2]))
    warm(limits)
    try:
        confine(limits.memory_mib)
        _send(b"R", b"sandboxed")
    except SetupTrouble:
        if sys.argv[-1] != "1":
            _send(b"X")
            os._exit(1)
        _send(b"R", b"unsandboxed")
    _serve(act, limits)
    os._exit(0)


def _serve(act: Act, limits: Limits) -> None:
    while len(header := _receive(HEADER.size)) == HEADER.size:
        order, length = HEADER.unpack(header)
        data = _receive(length)
        if len(data) < length:
            return
        signal.alarm(math.ceil(limits.seconds + _GRACE))
        for letter, *parts in act(order, data, limits):
            _send(letter, *parts)
        signal.alarm(0)
        del data


def _receive(count: int) -> bytes:
    """`count` bytes; fewer if the input has ended."""
    parts: list[bytes] = []
    while count:
        part = os.read(_STDIN, min(count, 1 << 20))
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _send(letter: bytes, *parts: bytes) -> None:
    for part in (HEADER.pack(letter, sum(map(len, parts))), *parts):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(_STDOUT, rest) :]
