"""Drawn places, things and people for the demo and the tests: the same seed, the same drawing.

Everything here is a cartoon. People are plain shapes in a coat; with `bands` they wear two
plain coloured bands instead, which stand in for swimwear wherever a test needs the
difference. There is no anatomical detail, and nobody could mistake it for a photograph.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from PIL import Image

from consentry.media.scenery import INK, MOODS, SCENES, WHITE
from consentry.media.sheet import Colour, Point, Sheet, mix

Cover = Literal["full", "bands"]

SKIN_TONES: Final[tuple[Colour, ...]] = (
    (246, 212, 186),
    (227, 178, 140),
    (194, 137, 98),
    (150, 98, 66),
    (104, 66, 46),
)
"""The colours of the figures' skin, light to dark. Places and things are never drawn in them."""

_CLOTHES: Final[tuple[Colour, ...]] = (
    (46, 84, 130), (38, 104, 92), (108, 60, 112), (72, 82, 108), (150, 44, 74), (190, 160, 44),
)  # fmt: skip
_HAIR: Final[tuple[Colour, ...]] = ((30, 30, 42), (66, 70, 84), (150, 152, 162), (58, 34, 66))
_GRAIN: Final = 0.12


def place(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A harbour, a valley, a town or a shelf of things: RGB, `size` in pixels."""
    random = Random(f"place {seed}")  # noqa: S311 - a drawing, not a secret
    sheet = Sheet(size, WHITE)
    random.choice(SCENES)(sheet, random, random.choice(MOODS))
    sheet.grain(random, _GRAIN)
    return sheet.finished()


def figure(
    seed: int,
    size: tuple[int, int] = (480, 640),
    *,
    cover: Cover = "full",
    skin: int | None = None,
    background: int | None = None,
    hat: bool = False,
) -> Image.Image:
    """A person in a coat, or with two plain bands: RGB, `size` in pixels.

    Two drawings that differ only in `cover` or `hat` show the same person in the same place.
    `skin` is an index of SKIN_TONES and `background` the seed of a place; without them the
    seed decides.
    """
    random = Random(f"figure {seed}")  # noqa: S311 - a drawing, not a secret
    tone, scene = random.randrange(len(SKIN_TONES)), random.randrange(10_000)
    coat, trousers, trim = random.sample(_CLOTHES, 3)
    looks = _Looks(
        skin=SKIN_TONES[tone if skin is None else skin],
        hair=random.choice(_HAIR),
        coat=coat,
        trousers=mix(trousers, INK, 0.5),
        trim=trim,
        long_hair=random.choice((True, False)),
    )
    sheet = Sheet(size, WHITE)
    sheet.lay(place(scene if background is None else background, size), soft=0.004)
    sheet.box(0, 0.9, 1, 1, (196, 202, 210))
    sheet.box(0, 0.9, 1, 0.906, (142, 150, 162))
    _person(sheet, looks, cover)
    _head(sheet, looks, hat=hat)
    return sheet.finished()


@dataclass(frozen=True, slots=True)
class _Looks:
    """What one figure looks like."""

    skin: Colour
    """One of SKIN_TONES."""
    hair: Colour
    """Dark or grey."""
    coat: Colour
    """Also the bands."""
    trousers: Colour
    """Darker."""
    trim: Colour
    """Scarf and hat."""
    long_hair: bool
    """To the shoulders, or short."""


def _person(sheet: Sheet, looks: _Looks, cover: Cover) -> None:
    sheet.disc(0.5, 0.945, 0.17, (150, 156, 168), flat=0.12)
    if looks.long_hair:
        _hair_behind(sheet, looks)
    if cover == "full":
        _limbs(sheet, legs=looks.trousers, arms=mix(looks.coat, INK, 0.12), hands=looks.skin, thick=0.074)
        _coat(sheet, looks)
    else:
        _limbs(sheet, legs=looks.skin, arms=looks.skin, hands=looks.skin, thick=0.052)
        _torso(sheet, looks)


def _limbs(sheet: Sheet, *, legs: Colour, arms: Colour, hands: Colour, thick: float) -> None:
    for side in (-1, 1):
        sheet.disc(*_at(sheet, side * 0.068, 0.938), 0.05, INK, flat=0.5)
        sheet.stroke([_at(sheet, side * 0.05, 0.64), _at(sheet, side * 0.056, 0.91)], thick, legs)
        sheet.disc(*_at(sheet, side * 0.168, 0.59), 0.029, hands)
        elbow, wrist = _at(sheet, side * 0.158, 0.47), _at(sheet, side * 0.166, 0.57)
        sheet.stroke([_at(sheet, side * 0.1, 0.36), elbow, wrist], thick * 0.86, arms)


def _coat(sheet: Sheet, looks: _Looks) -> None:
    dark, light = mix(looks.coat, INK, 0.35), mix(looks.coat, WHITE, 0.16)
    edge = ((0.06, 0.318), (0.118, 0.345), (0.1, 0.5), (0.142, 0.72))
    _between(sheet, edge, looks.coat)
    shade = [(0.06, 0.33), (0.118, 0.345), (0.1, 0.5), (0.142, 0.72), (0.09, 0.72), (0.062, 0.5)]
    sheet.polygon([_at(sheet, *point) for point in shade], mix(looks.coat, INK, 0.14))
    sheet.stroke([_at(sheet, 0, 0.42), _at(sheet, 0, 0.718)], 0.005, dark)
    sheet.polygon([_at(sheet, *point) for point in ((-0.045, 0.318), (0.045, 0.318), (0, 0.45))], WHITE)
    for side in (-1, 1):
        lapel = [(side * 0.04, 0.312), (side * 0.085, 0.335), (side * 0.07, 0.4), (0, 0.46)]
        sheet.polygon([_at(sheet, *point) for point in lapel], light)
        sheet.stroke([_at(sheet, side * 0.055, 0.6), _at(sheet, side * 0.1, 0.592)], 0.008, dark)
    for y in (0.49, 0.55, 0.61):
        sheet.disc(*_at(sheet, 0.022, y), 0.009, light)
    sheet.stroke([_at(sheet, -0.042, 0.322), _at(sheet, 0.042, 0.322)], 0.036, looks.trim)
    sheet.stroke([_at(sheet, -0.026, 0.33), _at(sheet, -0.036, 0.44)], 0.03, mix(looks.trim, INK, 0.12))


def _torso(sheet: Sheet, looks: _Looks) -> None:
    sheet.stroke([_at(sheet, 0, 0.27), _at(sheet, 0, 0.35)], 0.055, looks.skin)
    trunk = ((0.1, 0.345), (0.086, 0.44), (0.078, 0.52), (0.086, 0.66))
    sheet.stroke([_at(sheet, -0.085, 0.352), _at(sheet, 0.085, 0.352)], 0.055, looks.skin)
    _between(sheet, trunk, looks.skin)
    _between(sheet, ((0.092, 0.405), (0.083, 0.47)), looks.coat)
    _between(sheet, ((0.083, 0.6), (0.09, 0.675)), looks.coat)


def _between(sheet: Sheet, edge: tuple[tuple[float, float], ...], fill: Colour) -> None:
    """The area between an edge and its mirror image."""
    left = [_at(sheet, -across, y) for across, y in edge]
    right = [_at(sheet, across, y) for across, y in reversed(edge)]
    sheet.polygon([*left, *right], fill)


def _hair_behind(sheet: Sheet, looks: _Looks) -> None:
    sheet.disc(*_at(sheet, 0, 0.21), 0.098, looks.hair)
    left, _ = _at(sheet, -0.098, 0)
    right, _ = _at(sheet, 0.098, 0)
    sheet.box(left, 0.2, right, 0.36, looks.hair, rounded=0.04)


def _head(sheet: Sheet, looks: _Looks, *, hat: bool) -> None:
    sheet.disc(*_at(sheet, 0, 0.215), 0.08, looks.skin, flat=1.14)
    _dome(sheet, 0.087, 0.222, 1.34, looks.hair)
    sheet.disc(*_at(sheet, 0.012, 0.229), 0.069, looks.skin, flat=0.92)
    for side in (-1, 1):
        sheet.disc(*_at(sheet, side * 0.079, 0.226), 0.017, looks.skin)
    for side in (-1, 1):
        sheet.disc(*_at(sheet, side * 0.03, 0.226), 0.0085, INK)
        sheet.stroke([_at(sheet, side * 0.02, 0.206), _at(sheet, side * 0.042, 0.207)], 0.005, looks.hair)
    smile = [_at(sheet, step * 0.006, 0.262 + 0.006 * (1 - step * step / 16)) for step in range(-4, 5)]
    sheet.stroke(smile, 0.006, mix(looks.skin, INK, 0.6))
    if hat:
        _dome(sheet, 0.09, 0.182, 1.2, looks.trim)
        sheet.stroke([_at(sheet, -0.082, 0.182), _at(sheet, 0.082, 0.182)], 0.03, mix(looks.trim, INK, 0.25))
        sheet.disc(*_at(sheet, 0, 0.074), 0.02, mix(looks.trim, WHITE, 0.3))


def _dome(sheet: Sheet, radius: float, base: float, tall: float, fill: Colour) -> None:
    """The upper half of an ellipse that stands on `base`."""
    turns = [math.pi * step / 40 for step in range(41)]
    sheet.polygon(
        [_at(sheet, radius * math.cos(turn), base - radius * tall * math.sin(turn)) for turn in turns], fill
    )


def _at(sheet: Sheet, across: float, y: float) -> Point:
    """A point `across` from the middle, in shares of the height both ways."""
    return 0.5 + across * sheet.ratio, y
