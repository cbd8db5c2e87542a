"""A generator that draws cartoons, for trials, tests and the demo, without any network or weights.

Words become a drawn place, or a drawn person if the words speak of one. An attached picture is
edited: a word for the background puts another place behind the figure in the middle, a word
for a hat puts a hat on it, and anything else brightens it. The same words and picture give the
same drawing.

To try out what the gate does with a generator that shows more than it was asked for, name such
words in `surprises`: for them the figure comes out in two plain bands instead of a coat.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import anyio.to_thread
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance

from consentry.core.content import Frame, Request
from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.core.ports import Made
from consentry.media.drawing import SKIN_TONES, Cover, figure, place
from consentry.media.edits import encoded

SIZE: Final = (640, 480)
"""Pixels of a drawing if nobody asks for a size."""

MAX_SIDE: Final = 1536
"""Longest side in pixels that is drawn, as at OpenAI's generators."""

PERSON: Final = frozenset({"person", "figure", "portrait", "somebody", "woman", "man", "colleague", "friend"})
"""Words that ask for a person."""

BACKGROUND: Final = frozenset({"background", "behind", "sky", "place", "scene"})
"""Words that ask for another place behind."""

HAT: Final = frozenset({"hat", "cap", "bobble"})
"""Words that ask for a hat."""

BRIGHTER: Final = 1.12
"""How much brighter a picture gets by an edit that is none of the above."""

HEAD: Final = 0.3
"""Share of the height above which a drawn figure is all head."""

FACE: Final = (0.5, 0.245)
"""Where a drawn figure's face is, in shares of width and height."""

PLACES: Final = (1, 2, 3, 4)
"""Seeds of places that differ from each other everywhere."""

Pixels = npt.NDArray[np.uint8]
"""uint8[height, width, 3]."""

Mask = npt.NDArray[np.bool_]
"""bool[height, width]."""


class DrawingGenerator:
    """Draws what it is asked for; for `surprises`, more than that."""

    def __init__(self, surprises: Mapping[str, str] | None = None) -> None:
        """`surprises` maps exact prompts to `bands`. Raises SetupTrouble for anything else."""
        self._surprises = dict(surprises or {})
        if set(self._surprises.values()) - {"bands"}:
            raise SetupTrouble("the only surprise there is is `bands`", param="surprises")

    async def make(self, request: Request) -> Sequence[Made]:
        """As many drawings as were asked for, as PNG. Raises UpstreamTrouble for an unreadable input."""
        return await anyio.to_thread.run_sync(self._make, request)

    def _make(self, request: Request) -> Sequence[Made]:
        cover: Cover = "bands" if request.prompt in self._surprises else "full"
        seeds = [_seed(f"{request.prompt} {number}") for number in range(request.count)]
        if not request.sources:
            return [Made(encoded(_drawn(request, seed, cover), "png")) for seed in seeds]
        if not request.sources[0].frames:
            raise UpstreamTrouble("The generator failed.")
        before = _pixels(request.sources[0].frames[0])
        return [Made(encoded(_edited(before, request.prompt, seed, cover), "png")) for seed in seeds]


def _drawn(request: Request, seed: int, cover: Cover) -> Image.Image:
    size = _size(request.size)
    if cover == "bands" or _words(request.prompt) & PERSON:
        return figure(seed, size, cover=cover)
    return place(seed, size)


def _edited(before: Pixels, prompt: str, seed: int, cover: Cover) -> Image.Image:
    words = _words(prompt)
    if cover == "bands":
        return Image.fromarray(_in_bands(before, seed))
    if words & BACKGROUND:
        return Image.fromarray(_elsewhere(before, seed))
    if words & HAT:
        return Image.fromarray(_with_hat(before))
    return ImageEnhance.Brightness(Image.fromarray(before)).enhance(BRIGHTER)


def _elsewhere(before: Pixels, seed: int) -> Pixels:
    """The figure in the middle before another place."""
    size = _size_of(before)
    return _joined(_silhouette(size, "full"), before, np.asarray(place(seed, size)))


def _with_hat(before: Pixels) -> Pixels:
    """A drawn hat where a drawn figure's head is."""
    size = _size_of(before)
    bare, hatted = np.asarray(figure(0, size)), np.asarray(figure(0, size, hat=True))
    return _joined((bare != hatted).any(axis=-1), hatted, before)


def _in_bands(before: Pixels, seed: int) -> Pixels:
    """The same head on a figure in two bands, in the same place."""
    size = _size_of(before)
    height = before.shape[0]
    shown = np.asarray(figure(seed, size, cover="bands", skin=_tone(before)))
    bare, dressed = _silhouette(size, "bands").copy(), _silhouette(size, "full").copy()
    bare[: round(HEAD * height)] = dressed[: round(HEAD * height)] = False
    return _joined(bare, shown, _filled(before, dressed & ~bare))


def _tone(before: Pixels) -> int:
    """Which of SKIN_TONES the figure's face has."""
    height, width = before.shape[:2]
    face = before[round(FACE[1] * height), round(FACE[0] * width)].astype(int)
    return min(range(len(SKIN_TONES)), key=lambda tone: int(np.abs(face - SKIN_TONES[tone]).sum()))


def _filled(pixels: Pixels, hole: Mask) -> Pixels:
    """`pixels` with each row's `hole` filled from what is left and right of it."""
    filled = pixels.copy()
    columns = np.arange(pixels.shape[1])
    for row in np.flatnonzero(hole.any(axis=1) & ~hole.all(axis=1)):
        known = ~hole[row]
        for colour in range(3):
            filled[row, :, colour] = np.interp(columns, columns[known], pixels[row, known, colour])
    return filled


def _joined(mask: Mask, inside: Pixels, outside: Pixels) -> Pixels:
    return np.where(mask[..., np.newaxis], inside, outside).astype(np.uint8)


@cache
def _silhouette(size: tuple[int, int], cover: Cover) -> Mask:
    """Where a drawn figure is: what drawings of it before different places have in common."""
    drawings = np.stack([np.asarray(figure(0, size, cover=cover, background=seed)) for seed in PLACES])
    mask: Mask = (drawings == drawings[0]).all(axis=(0, -1))
    return mask


def _size(wanted: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", wanted)
    if found is None:
        return SIZE
    return min(MAX_SIDE, int(found[1])), min(MAX_SIDE, int(found[2]))


def _size_of(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _words(prompt: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", prompt.lower()))


def _seed(text: str) -> int:
    """A number that depends on nothing but `text`."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _pixels(frame: Frame) -> Pixels:
    return np.frombuffer(frame.rgb, np.uint8).reshape(frame.height, frame.width, 3)
