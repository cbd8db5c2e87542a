"""What edited pictures are looked for in: a bank filled up to a size, and pairs that share a frame only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from edits import GREETING, captioned, lettered, on_blur, on_phone, watermarked
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from consentry.core.match import NEAR, distance
from consentry.matching import Index, hash_rgb
from consentry.matching.align import align
from consentry.matching.feature_index import FeatureIndex
from consentry.matching.features import ASKED, features, framed
from consentry.matching.views import crops, parts
from consentry.media import drawing

Pixels = NDArray[np.uint8]
Shown = Callable[[Image.Image, np.random.Generator], Image.Image]

SIDES = (480, 320)
"""Width and height of a distractor, about those of the photographs."""


@dataclass(frozen=True)
class Bank:
    """Known pictures as the server keeps those of a case: hashes, hashes of centre crops, features."""

    plain: Index = field(default_factory=Index)
    """One hash for each picture."""
    cropped: Index = field(default_factory=Index)
    """And those of its centre crops."""
    parts: FeatureIndex = field(default_factory=FeatureIndex)
    """Its features."""

    def add(self, first: int, pictures: Sequence[Pixels]) -> None:
        """Learn pictures under the numbers from `first` on."""
        kept = []
        for number, rgb in enumerate(pictures, first):
            bits = np.stack([hash_rgb(view).array[0] for view in (rgb, *(view for _, view in crops(rgb)))])
            ids = np.full(len(bits), number, np.uint64)
            self.plain.add(ids[:1], bits[:1])
            self.cropped.add(ids, bits)
            kept.append((number, [features(framed(rgb))]))
        self.parts.add(kept)


def distractors(many: int, folder: Path | None) -> Iterator[Pixels]:
    """Pictures that no query is made of: cut from large photographs, if there are any, and drawn scenes.

    Those cut from one photograph may overlap; they are turned, resized and lit in different ways.
    """
    rng = np.random.default_rng(11)
    photographs = sorted(folder.glob("*.jpg")) if folder else []
    drawn = many if not photographs else many // 4
    for seed in range(drawn):
        yield np.asarray(drawing.place(100_000 + seed, SIDES).convert("RGB"))
    for place, path in enumerate(photographs):
        whole = Image.open(path).convert("RGB")
        mine = range(place, many - drawn, len(photographs))
        for _ in mine:
            yield np.asarray(_cut(whole, rng))


def _cut(whole: Image.Image, rng: np.random.Generator) -> Image.Image:
    scale = rng.uniform(1.0, 2.5)
    width, height = int(SIDES[0] * scale), int(SIDES[1] * scale)
    left, top = int(rng.integers(whole.width - width)), int(rng.integers(whole.height - height))
    part = whole.crop((left, top, left + width, top + height)).resize(SIDES)
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    part = ImageEnhance.Brightness(part).enhance(rng.uniform(0.7, 1.3))
    return ImageEnhance.Contrast(part).enhance(rng.uniform(0.8, 1.3))


def on_card(image: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """On a white card with a name above and words below, the same on each."""
    card = Image.new("RGB", (700, 760), "white")
    pen, font = ImageDraw.Draw(card), ImageFont.load_default(30)
    card.paste(image.resize((640, 430)), (30, 150))
    for line, words in enumerate(
        ("Somebody Unknown @somebody", "look at this one", GREETING, "12:40 yesterday")
    ):
        pen.text((30, (10, 80, 600, 680)[line]), words, "black", font)
    return card


FRAMES: dict[str, Shown] = {
    "phone, light": lambda image, rng: on_phone(False, image.resize((480, 320)), image, rng),
    "phone, dark": lambda image, rng: on_phone(True, image.resize((480, 320)), image, rng),
    "post card": on_card,
    "caption bar": lambda image, rng: captioned(image.resize((480, 320)), image, rng),
    "letters across": lambda image, rng: lettered(image.resize((480, 320)), image, rng),
    "watermark": lambda image, rng: watermarked(image.resize((480, 320)), image, rng),
    "on its own blur": lambda image, rng: on_blur(image.resize((480, 320)), image, rng),
}
"""What two different pictures may have in common, down to the last pixel."""


@dataclass(frozen=True)
class Negatives:
    """What comes of pairs that only share a frame."""

    pairs: int
    """Pairs compared."""
    first: int
    """Taken for the same by hashes."""
    corners: int
    """Whose corners agree, so that corners alone would have taken them for the same."""
    second: int
    """Taken for the same by the second stage."""


def hard_negatives(show: Shown, pictures: Sequence[Image.Image]) -> Negatives:
    """Every known one of the first half of `pictures` with every one of the other half, framed alike."""
    half = len(pictures) // 2
    shown = [np.asarray(show(picture, np.random.default_rng(3))) for picture in pictures]
    known = [(hash_rgb(rgb).bits, features(framed(rgb))) for rgb in shown[:half]]
    first = corners = second = 0
    for rgb in shown[half:]:
        frame = framed(rgb)
        query = features(frame, ASKED)
        hashes = [*hash_rgb(rgb).dihedral, *_parts(rgb)]
        for bits, theirs in known:
            first += min(distance(bits, one) for one in hashes) <= NEAR
            laid = align(frame, query, theirs)
            corners += laid is not None
            second += laid is not None and laid.same
    return Negatives(half * (len(pictures) - half), first, corners, second)


def _parts(rgb: Pixels) -> list[bytes]:
    return [bits for look in parts(rgb) for bits in look.hash.dihedral]
