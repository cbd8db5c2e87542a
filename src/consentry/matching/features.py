"""Corners of a picture and what they look like, so that a part of it is found again in another picture.

Of each corner there is a place and 256 bits that say which of many pairs of pixels around it is the
brighter one (ORB). The bits stay nearly the same when the picture is turned, resized or cut.
Source: Rublee, Rabaud, Konolige, Bradski, "ORB: an efficient alternative to SIFT or SURF" (2011); OpenCV.

Features show something of what is in the picture. Whoever keeps them encrypts them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from consentry.core.errors import BadInput
from consentry.core.match import MIN_QUALITY
from consentry.matching import boxes
from consentry.matching.boxes import Box, Grey
from consentry.matching.pdq import BYTES, hash_luma

cv2.setNumThreads(1)  # the server works on many pictures at a time, each in one thread

SIDE = 512
"""Pixels of the longer side of a frame: every picture is brought to this size before it is looked at."""
KEPT = 300
"""Most corners kept of a known picture: 11 kB."""
ASKED = 400
"""Most corners looked at in a picture that is asked about, which may show other things besides."""
LEVELS, STEP, EDGE, PATCH, CONTRAST = 8, 1.2, 15, 31, 8
"""ORB: sizes looked at, ratio between them, margin and patch in pixels, least contrast of a corner."""
PARTS = 64
"""Places are kept in 64ths of a pixel."""

HEAD = struct.Struct("<4sHHHH")
"""Kind, corners, height and width of the frame, patches."""
PATCH_BOX = struct.Struct("<4H")
"""Top, bottom, left and right of a patch."""
MAGIC = b"CTF1"
"""What kept features begin with; another number would mean another way to find or describe corners."""


class Patch(NamedTuple):
    """A part of a picture that has to look the same as well: its middle, and what is within a frame."""

    box: Box
    """Where it is, in pixels of the frame."""
    pdq: bytes
    """Its PDQ hash."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What is known of the corners of one picture."""

    points: NDArray[np.float32]
    """float32[n, 2]: across and down, in pixels of the frame, in whole 64ths."""
    descriptors: NDArray[np.uint8]
    """uint8[n, 32]: what each corner looks like."""
    height: int
    """Pixels down the frame."""
    width: int
    """Pixels across the frame."""
    pdq: bytes
    """The PDQ hash of the frame; empty where it is asked about and not kept."""
    patches: tuple[Patch, ...] = ()
    """Parts with enough in them to be compared on their own."""

    def __len__(self) -> int:
        """How many corners there are."""
        return len(self.points)

    def packed(self) -> bytes:
        """The same as bytes, 36 a corner."""
        places = (self.points * PARTS).astype("<u2")
        head = HEAD.pack(MAGIC, len(self), self.height, self.width, len(self.patches))
        patches = b"".join(PATCH_BOX.pack(*patch.box) + patch.pdq for patch in self.patches)
        return head + self.pdq + patches + places.tobytes() + self.descriptors.tobytes()


def unpacked(data: bytes) -> list[Features]:
    """Every `Features` in bytes that `packed` gave, one after another. Raises BadInput for any others."""
    found, rest = [], BytesIO(data)
    while rest.tell() < len(data):
        kind, many, height, width, patches = HEAD.unpack(_piece(rest, HEAD.size))
        if kind != MAGIC:
            raise _foreign()
        pdq = _piece(rest, BYTES)
        parts = tuple(
            Patch(Box(*PATCH_BOX.unpack(_piece(rest, PATCH_BOX.size))), _piece(rest, BYTES))
            for _ in range(patches)
        )
        places = np.frombuffer(_piece(rest, 4 * many), "<u2").reshape(many, 2)
        described = np.frombuffer(_piece(rest, BYTES * many), np.uint8).reshape(many, BYTES)
        points = (places / PARTS).astype(np.float32)
        found.append(Features(points, described, height, width, pdq, parts))
    return found


def framed(rgb: NDArray[np.uint8]) -> Grey:
    """The luma of uint8[h, w, 3], its longer side brought to 512 pixels. BadInput for any other array."""
    if rgb.dtype != np.uint8 or rgb.shape != (*rgb.shape[:2], 3) or not rgb.size:
        raise BadInput("features need pixels as uint8[height, width, 3]")
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(rgb), size, interpolation=how)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def features(frame: Grey, most: int = KEPT) -> Features:
    """The `most` clearest corners of a frame, always the same ones; none if it is flat or tiny."""
    found = _finder(most).detectAndCompute(np.ascontiguousarray(frame), None)
    return replace(_described(frame, *found), pdq=hash_luma(frame).bits, patches=patches_of(frame))


def asked_both_ways(frame: Grey, mirrored: Grey) -> tuple[Features, Features]:
    """Corners of a frame that is asked about, and the same ones `mirrored`: without hashes."""
    finder = _finder(ASKED)
    corners, bits = finder.detectAndCompute(np.ascontiguousarray(frame), None)
    turned = [_mirrored(corner, frame.shape[1]) for corner in corners]
    seen = finder.compute(mirrored, turned) if turned else (turned, None)
    return _described(frame, corners, bits), _described(mirrored, *seen)


def _finder(most: int) -> cv2.ORB:
    return cv2.ORB.create(
        nfeatures=most,
        scaleFactor=STEP,
        nlevels=LEVELS,
        edgeThreshold=EDGE,
        patchSize=PATCH,
        fastThreshold=CONTRAST,
    )


def _mirrored(corner: cv2.KeyPoint, width: int) -> cv2.KeyPoint:
    """A corner where it is in the mirrored frame, and turned as it is there."""
    x, y = corner.pt
    angle = (540.0 - corner.angle) % 360.0
    return cv2.KeyPoint(width - 1 - x, y, corner.size, angle, corner.response, corner.octave)


def _described(frame: Grey, corners: Sequence[cv2.KeyPoint], described: Any) -> Features:
    height, width = frame.shape
    bits = np.asarray(described, np.uint8) if corners else np.zeros((0, BYTES), np.uint8)
    places = np.array([corner.pt for corner in corners], np.float32).reshape(-1, 2)
    rounded = (np.round(places * PARTS) / PARTS).astype(np.float32)
    return Features(rounded, bits, height, width, b"")


def patches_of(frame: Grey) -> tuple[Patch, ...]:
    """The middle of a frame, and what is within its border or its frame, where there is enough in them."""
    height, width = frame.shape
    middle = Box(height // 4, height - height // 4, width // 4, width - width // 4)
    found = dict.fromkeys([middle, boxes.without_border(frame), boxes.in_frame(frame)])
    inner = [box for box in found if box is not None and box != boxes.whole(frame)]
    hashed = [(box, hash_luma(boxes.cut(frame, box))) for box in inner]
    return tuple(Patch(box, one.bits) for box, one in hashed if one.quality >= MIN_QUALITY)


def _piece(rest: BytesIO, size: int) -> bytes:
    piece = rest.read(size)
    if len(piece) != size:
        raise _foreign()
    return piece


def _foreign() -> BadInput:
    return BadInput(
        "These bytes are not features of a picture, or those of another version.",
        code="bad_features",
        next_step="Make them again from the picture.",
    )
