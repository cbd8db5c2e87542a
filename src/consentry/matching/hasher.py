"""What is kept of a picture so that its copies can be found: digests of its bytes and of its looks.

Of an animation every still that has enough in it counts, so that one bad still among many good
ones is found, and so that an empty first still hides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from consentry.core.content import Frame, Picture
from consentry.core.errors import BadInput
from consentry.core.match import MIN_QUALITY, FrameHash, Hashes, telling
from consentry.matching import _reference
from consentry.matching.pdq import VIEWS, PdqHash, hash_luma, hash_rgb
from consentry.matching.views import LOOK_SIDE, PANEL, crops, parts, reduce_luma

MAX_FRAMES = 128
"""Most stills of one picture that are hashed: all that the decoder lets through, each on white and on
black. A picture with more is refused, never looked at in part."""

Pixels = NDArray[np.uint8]
"""uint8[height, width, 3] in sRGB."""

Named = tuple[str, PdqHash]
"""A hash and what it is of; empty for a still as it stands."""


class PdqHasher:
    """SHA-256 and MD5 of the bytes, and PDQ in eight orientations of each still."""

    def warm(self) -> None:
        """Have everything compiled now, so that no caller waits for it; it may take half a minute once."""
        side = 2 * LOOK_SIDE  # so that it is reduced before it is looked at
        steps = np.indices((side, side), np.uint8).sum(axis=0, dtype=np.uint8)
        still = np.stack([steps, steps.T * 3, steps ^ 0x55], axis=-1)
        frame = Frame(side, side, still.tobytes())
        picture = Picture(b"", "", frames=(frame,))
        for look in (self.hashes, self.views, self.looks, self.upright):
            look(picture)
        _reference.shrink(_reference.luma(still))

    def digests(self, data: bytes) -> Hashes:
        """SHA-256 and MD5 of bytes that may be anything."""
        return Hashes(hashlib.sha256(data).hexdigest(), (), 0, _md5(data))

    def hashes(self, picture: Picture) -> Hashes:
        """8 hashes for each still with enough in it, the first still's as it stands first.

        If no still has enough in it, the 8 of the best one, with its low quality. Raises
        BadInput if `picture` has no stills or too many. Of a video, 8 for each telling frame.
        """
        return _hashes(picture, lambda _: [])

    def views(self, picture: Picture) -> Hashes:
        """As `hashes`, with 8 more for each small centre crop. Raises BadInput likewise."""
        return _hashes(picture, lambda still: [(name, hash_rgb(view)) for name, view in crops(still)])

    def looks(self, picture: Picture) -> Hashes:
        """As `hashes`, with 8 more for what is within a border, a frame or a panel. Raises BadInput likewise.

        Each is named. A still with too little in it may hold a part that has enough. They are for
        looking up: where rounding could decide a bit, nobody waits until it is certain.
        """
        return _hashes(picture, _parts, named=True)

    def upright(self, picture: Picture) -> Hashes:
        """One hash of each still with enough in it and of its small centre crops, as they stand.

        Worked out from a few hundred pixels, because it is done for every image that leaves; without MD5,
        which nobody exchanges of such images. Raises
        BadInput if `picture` has no stills or too many.
        """
        by_still = [[hash_luma(view) for view in _small_crops(pixels)] for pixels in _stills(picture)]
        good = [found for found in by_still if found[0].quality >= MIN_QUALITY]
        kept = good or [max(by_still, key=lambda found: found[0].quality)]
        pdq = dict.fromkeys(hash_.bits for found in kept for hash_ in found)
        quality = max(found[0].quality for found in kept)
        return Hashes(picture.sha256, tuple(pdq), quality)


def _small_crops(pixels: Pixels) -> list[Pixels]:
    """The luma of a still, reduced, and of its centre crops."""
    by = max(1, min(pixels.shape[:2]) // LOOK_SIDE)
    grey = reduce_luma(np.ascontiguousarray(pixels), by)
    return [grey, *(np.ascontiguousarray(view) for _, view in crops(grey))]


def _parts(still: Pixels) -> list[Named]:
    return [(look.name, look.hash) for look in parts(still)]


def _inside(still: Pixels) -> list[Named]:
    """What is within a border or a frame: panels of every frame of a video would be hundreds."""
    return [pair for pair in _parts(still) if pair[0] != PANEL]


def _stills(picture: Picture) -> list[Pixels]:
    """The pixels of every still that differs. Raises BadInput if there are none or too many."""
    if not picture.frames:
        raise BadInput("The picture cannot be read, so it cannot be hashed.", code="invalid_image")
    if len(picture.frames) > MAX_FRAMES:
        raise BadInput("The picture has too many stills to look at them all.", code="too_many_frames")
    return [pixels_of(frame) for frame in dict.fromkeys(picture.frames)]


def _hashes(picture: Picture, more: Callable[[Pixels], list[Named]], *, named: bool = False) -> Hashes:
    if picture.moves and picture.frames:
        return _of_video(picture, _inside if named else lambda _: [])
    wholes = [(still, hash_rgb(still, sure=not named)) for still in _stills(picture)]
    hashed = [pair for still, whole in wholes for pair in [("", whole), *more(still)]]
    good = [pair for pair in hashed if pair[1].quality >= MIN_QUALITY]
    kept = good or [max(hashed, key=lambda pair: pair[1].quality)]
    pdq: dict[bytes, str] = {}
    for name, one in kept:
        for turn, bits in enumerate(one.dihedral):
            pdq.setdefault(bits, _named(name, turn=turn))
    quality = max(one.quality for _, one in kept)
    names = tuple(pdq.values()) if named else ()
    return Hashes(picture.sha256, tuple(pdq), quality, _md5(picture.data), names)


def _of_video(video: Picture, more: Callable[[Pixels], list[Named]]) -> Hashes:
    """The hash of each frame, and of each telling one its views; of one that is there twice, the first."""
    hashed = [(hash_rgb(pixels_of(frame)), frame) for frame in video.frames]
    frames = tuple(FrameHash(one.bits, one.quality, of.number, of.milliseconds) for one, of in hashed)
    pairs = {frame.pdq: pair for frame, pair in reversed(list(zip(frames, hashed, strict=True)))}
    pdq: list[bytes] = []
    names: list[str] = []
    places: list[int] = []
    for place, frame in enumerate(telling(frames)):
        whole, shown = pairs[frame.pdq]
        for name, one in [("", whole), *more(pixels_of(shown))]:
            pdq += one.dihedral
            names += [_named(f"frame {frame.number}", name, turn=turn) for turn in range(len(one.dihedral))]
            places += [place] * len(one.dihedral)
    best = max(frame.quality for frame in frames)
    return Hashes(video.sha256, tuple(pdq), best, _md5(video.data), tuple(names), frames, tuple(places))


def _named(*parts: str, turn: int) -> str:
    """What a hash is of, such as `panel, mirrored`."""
    return ", ".join(part for part in (*parts, VIEWS[turn] if turn else "") if part)


def _md5(data: bytes) -> str:
    """What banks exchange; it guards nothing."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def pixels_of(frame: Frame) -> Pixels:
    """The pixels of `frame`, without copying them."""
    return np.frombuffer(frame.rgb, np.uint8).reshape(frame.height, frame.width, 3)
