"""Paper and pencil for the drawings: shapes in shares of the sheet, smooth edges, soft grain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

_FINE: Final = 2
"""Drawn this many times larger and reduced at the end: smooth edges."""


class Sheet:
    """A sheet from (0, 0) at the top left to (1, 1) at the bottom right; lengths are shares of its height."""

    def __init__(self, size: tuple[int, int], ground: Colour) -> None:
        """`size` in pixels, filled with `ground`."""
        self.size = size
        self.ratio = size[1] / size[0]
        self.image = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), ground)
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, point: Point) -> Point:
        return point[0] * self.image.width, point[1] * self.image.height

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        """A filled polygon."""
        self._draw.polygon([self._at(point) for point in points], fill=fill)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: Colour, rounded: float = 0
    ) -> None:
        """A filled rectangle with corners `rounded` by a share of the height."""
        corners = [self._at((left, top)), self._at((max(left, right), max(top, bottom)))]
        self._draw.rounded_rectangle(corners, radius=rounded * self.image.height, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, flat: float = 1.0) -> None:
        """A filled circle, or an ellipse `flat` times as high as wide."""
        across = radius * self.ratio
        corners = [self._at((x - across, y - radius * flat)), self._at((x + across, y + radius * flat))]
        self._draw.ellipse(corners, fill=fill)

    def stroke(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """A line with round ends and joints, `width` in shares of the height."""
        pixels = max(1, round(width * self.image.height))
        self._draw.line([self._at(point) for point in points], fill=fill, width=pixels, joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def gradient(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """A band across the sheet that goes from one colour to the other."""
        first, last = round(top * self.image.height), round(bottom * self.image.height)
        for row in range(first, last):
            share = (row - first) / max(1, last - first - 1)
            self._draw.line([(0, row), (self.image.width, row)], fill=mix(upper, lower, share))

    def lay(self, picture: Image.Image, soft: float) -> None:
        """Cover the sheet with `picture`, a little out of focus."""
        blurred = picture.filter(ImageFilter.GaussianBlur(soft * self.size[1]))
        self.image.paste(blurred.resize(self.image.size, Image.Resampling.BICUBIC))

    def mirror(self, level: float, depth: float, strength: float) -> None:
        """Reflect what stands above `level` into the `depth` below it, as water does."""
        height, line = round(depth * self.image.height), round(level * self.image.height)
        above = self.image.crop((0, line - height, self.image.width, line))
        below = self.image.crop((0, line, self.image.width, line + height))
        turned = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(_FINE))
        self.image.paste(Image.blend(below, turned, strength), (0, line))

    def grain(self, random: Random, strength: float) -> None:
        """Lay soft irregular light and shade over everything, as paper and weather do."""
        for cells in (9, 40, 160):
            across = max(2, round(cells / self.ratio))
            noise = Image.frombytes("L", (across, cells), random.randbytes(across * cells))
            grey = noise.resize(self.image.size, Image.Resampling.BICUBIC).point(_softer(strength))
            self.image = ImageChops.overlay(self.image, Image.merge("RGB", (grey, grey, grey)))
        self._draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        """The drawing in the size asked for."""
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a `share` of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def wave(random: Random, base: float, height: float, steps: int = 48) -> list[Point]:
    """A skyline of gentle hills from left to right, around `base`."""
    shapes = [
        (random.uniform(0.6, 1) / n, random.uniform(1.5, 3) * n, random.uniform(0, 6.3)) for n in (1, 2, 4)
    ]
    return [
        (x / steps, base - height * sum(a * math.sin(f * x / steps * 3.14 + p) for a, f, p in shapes) / 2)
        for x in range(steps + 1)
    ]


def _softer(strength: float) -> list[int]:
    """A table that draws grey levels towards the middle, leaving `strength` of their spread."""
    return [round(127.5 + (level - 127.5) * strength) for level in range(256)]
