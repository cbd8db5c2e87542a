"""Four kinds of calm places and things, drawn in shapes: a harbour, a valley, a town, a shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from consentry.media.sheet import Colour, Sheet, mix, wave

WHITE: Final[Colour] = (250, 251, 252)
INK: Final[Colour] = (34, 40, 56)


@dataclass(frozen=True, slots=True)
class Mood:
    """The colours of one drawing. None is near a skin tone, so that tests can tell people from places."""

    sky: Colour
    """High in the sky."""
    haze: Colour
    """Low in the sky."""
    far: Colour
    """Far hills."""
    near: Colour
    """Trees and grass close by."""
    water: Colour
    """The sea, a river."""
    walls: tuple[Colour, ...]
    """Houses, books, pots."""


MOODS: Final = (
    Mood(
        (104, 168, 214), (226, 240, 244), (128, 160, 178), (66, 124, 92), (62, 122, 158),
        ((238, 240, 236), (186, 70, 92), (240, 214, 98), (112, 160, 188), (92, 140, 118)),
    ),
    Mood(
        (72, 96, 150), (214, 208, 232), (110, 112, 158), (58, 92, 104), (70, 92, 140),
        ((232, 232, 242), (130, 104, 168), (232, 208, 96), (86, 130, 168), (156, 74, 122)),
    ),
    Mood(
        (132, 190, 190), (240, 244, 224), (132, 172, 160), (86, 132, 72), (72, 142, 148),
        ((244, 244, 234), (84, 134, 142), (232, 220, 96), (170, 60, 84), (120, 150, 96)),
    ),
    Mood(
        (48, 62, 104), (128, 146, 190), (72, 84, 128), (40, 60, 84), (44, 66, 112),
        ((206, 212, 230), (92, 104, 156), (214, 204, 108), (70, 112, 140), (124, 62, 108)),
    ),
)  # fmt: skip
"""A clear morning, a violet evening, a green noon, a blue night."""

_SHELF_END: Final = 0.94

Scene = Callable[[Sheet, Random, Mood], None]


def harbour(sheet: Sheet, random: Random, mood: Mood) -> None:
    """Gabled houses on a quay, their reflection, and sails."""
    quay = random.uniform(0.56, 0.64)
    _sky(sheet, random, mood, quay)
    sheet.polygon([*wave(random, quay - 0.16, 0.1), (1, quay), (0, quay)], mood.far)
    left = -0.02
    while left < 1:
        width = random.uniform(0.07, 0.13)
        _house(sheet, random, mood, (left, left + width, quay), random.uniform(0.16, 0.34))
        left += width + random.choice((0.0, 0.0, 0.03))
    sheet.gradient(quay, 1, mix(mood.water, WHITE, 0.25), mix(mood.water, INK, 0.35))
    sheet.mirror(quay, min(quay, 1 - quay), 0.42)
    sheet.box(0, quay - 0.012, 1, quay + 0.022, mix(mood.far, INK, 0.45))
    _ripples(sheet, random, mood, quay + 0.04)
    for _ in range(random.randint(2, 4)):
        _boat(sheet, random, mood, random.uniform(0.08, 0.92), random.uniform(quay + 0.12, 0.92))


def valley(sheet: Sheet, random: Random, mood: Mood) -> None:
    """Snowy peaks, ploughed hills, a cottage and trees."""
    _sky(sheet, random, mood, 0.6)
    for _ in range(random.randint(4, 6)):
        _peak(sheet, random, mood, random.uniform(0, 1), random.uniform(0.18, 0.36))
    cottage = random.uniform(0.12, 0.7)
    for layer, base in enumerate((0.52, 0.64, 0.8)):
        _hill(sheet, random, base, mix(mix(mood.far, mood.near, 0.2 + 0.3 * layer), WHITE, 0.3 - 0.1 * layer))
        if layer == 1:
            _house(sheet, random, mood, (cottage, cottage + 0.15, 0.79), 0.15)
        for x in sorted(random.uniform(0, 1) for _ in range(random.randint(3, 6))):
            _tree(sheet, random, mood, x, base + random.uniform(0.03, 0.09), 0.07 + 0.035 * layer)


def town(sheet: Sheet, random: Random, mood: Mood) -> None:
    """Two rows of tall buildings with windows, and a street with trees."""
    _sky(sheet, random, mood, 0.9)
    for share, low, high in ((0.65, 0.35, 0.72), (0.15, 0.2, 0.52)):
        left = random.uniform(-0.06, 0)
        while left < 1:
            width = random.uniform(0.08, 0.16)
            wall = mix(random.choice(mood.walls), mood.far, share)
            _tower(sheet, random, (left, 0.88 - random.uniform(low, high), left + width, 0.88), wall)
            left += width + random.uniform(0, 0.02)
    sheet.box(0, 0.88, 1, 1, mix(mood.far, INK, 0.5))
    for step in range(9):
        sheet.box(step / 8 - 0.03, 0.935, step / 8 + 0.03, 0.95, mix(WHITE, mood.haze, 0.4))
    for _ in range(random.randint(5, 9)):
        _tree(sheet, random, mood, random.uniform(0, 1), 0.89, random.uniform(0.07, 0.1))


def shelf(sheet: Sheet, random: Random, mood: Mood) -> None:
    """Books, bowls and plants on shelves."""
    wall = mix(mood.haze, mood.far, 0.45)
    sheet.gradient(0, 1, mix(wall, WHITE, 0.3), wall)
    rows = random.choice((2, 3))
    for row in range(1, rows + 1):
        board = row / rows - 0.05
        left = 0.03
        while left < _SHELF_END:
            left = random.choice((_books, _books, _pot, _bowl))(sheet, random, mood, left, board, 0.8 / rows)
        sheet.box(0, board, 1, board + 0.03, mix(WHITE, mood.haze, 0.3))
        sheet.box(0, board + 0.03, 1, board + 0.045, mix(wall, INK, 0.45))


SCENES: Final[tuple[Scene, ...]] = (harbour, valley, town, shelf)


def _sky(sheet: Sheet, random: Random, mood: Mood, horizon: float) -> None:
    sheet.gradient(0, horizon, mood.sky, mood.haze)
    sheet.disc(
        random.uniform(0.12, 0.88), random.uniform(0.1, 0.26), random.uniform(0.045, 0.075), (252, 246, 206)
    )
    for _ in range(random.randint(3, 6)):
        x, y = random.uniform(0, 1), random.uniform(0.06, 0.3)
        for _ in range(6):
            puff = random.uniform(0.025, 0.055)
            sheet.disc(x + random.uniform(-0.07, 0.07), y, puff, mix(mood.haze, WHITE, 0.4), flat=0.55)


def _house(sheet: Sheet, random: Random, mood: Mood, base: tuple[float, float, float], height: float) -> None:
    left, right, floor = base
    wall, roof = random.choice(mood.walls), mix(random.choice(mood.walls[1:]), INK, 0.5)
    top, middle = floor - height, (left + right) / 2
    sheet.box(left, top, right, floor, wall)
    sheet.polygon(
        [(left - 0.008, top), (middle, top - random.uniform(0.05, 0.11)), (right + 0.008, top)], roof
    )
    glass = mix(mood.sky, INK, 0.55)
    rows, columns = max(1, round(height / 0.085)), random.choice((2, 3))
    for row in range(rows):
        for column in range(columns):
            x = left + (right - left) * (column + 0.5) / columns
            y = top + height * (row + 0.45) / rows
            _window(sheet, x, y, (right - left) / columns * 0.27, height / rows * 0.27, glass)


def _window(sheet: Sheet, x: float, y: float, across: float, down: float, glass: Colour) -> None:
    sheet.box(x - across - 0.004, y - down - 0.005, x + across + 0.004, y + down + 0.005, WHITE)
    sheet.box(x - across, y - down, x + across, y + down, glass)
    sheet.box(x - 0.0015, y - down, x + 0.0015, y + down, WHITE)


def _tower(sheet: Sheet, random: Random, place: tuple[float, float, float, float], wall: Colour) -> None:
    left, top, right, floor = place
    sheet.box(left, top, right, floor, wall)
    sheet.box(left, top, left + (right - left) * 0.14, floor, mix(wall, INK, 0.18))
    rows, columns = max(2, round((floor - top) / 0.062)), random.choice((3, 4))
    lit, dark = (250, 238, 170), mix(wall, INK, 0.62)
    for row in range(rows):
        for column in range(columns):
            x = left + (right - left) * (0.24 + 0.7 * column / columns)
            y = top + (floor - top) * (row + 0.3) / rows
            pane = random.choice((lit, dark, dark, dark))
            sheet.box(x, y, x + (right - left) * 0.42 / columns, y + 0.028, pane)


def _ripples(sheet: Sheet, random: Random, mood: Mood, top: float) -> None:
    for _ in range(90):
        y = top + (1 - top) * random.random() ** 0.8
        x, length = random.uniform(-0.05, 1), random.uniform(0.02, 0.09) * (0.5 + y)
        light = mix(mood.water, random.choice((WHITE, WHITE, INK)), random.uniform(0.15, 0.4))
        sheet.stroke([(x, y), (x + length, y)], 0.004, light)


def _boat(sheet: Sheet, random: Random, mood: Mood, x: float, y: float) -> None:
    big = 0.1 + 0.12 * (y - 0.5)
    hull = random.choice((INK, *mood.walls[1:]))
    sheet.stroke([(x, y), (x, y - big * 1.5)], 0.006, INK)
    sheet.polygon(
        [(x + 0.006, y - big * 1.45), (x + 0.006, y - big * 0.2), (x + big * 0.55, y - big * 0.2)], WHITE
    )
    sheet.polygon(
        [(x - 0.006, y - big * 1.2), (x - 0.006, y - big * 0.2), (x - big * 0.4, y - big * 0.2)],
        mix(WHITE, random.choice(mood.walls), 0.5),
    )
    sheet.polygon(
        [(x - big * 0.6, y - big * 0.1), (x + big * 0.65, y - big * 0.1), (x + big * 0.45, y + big * 0.16),
         (x - big * 0.45, y + big * 0.16)],
        hull,
    )  # fmt: skip


def _peak(sheet: Sheet, random: Random, mood: Mood, x: float, height: float) -> None:
    top, half = 0.56 - height, height * random.uniform(0.55, 0.8)
    rock = mix(mood.far, INK, random.uniform(0.1, 0.3))
    sheet.polygon([(x - half, 0.6), (x, top), (x + half, 0.6)], rock)
    sheet.polygon([(x, top), (x + half, 0.6), (x + half * 0.15, 0.6)], mix(rock, INK, 0.22))
    snow = 0.28
    edge = [
        (x + half * snow * (1 - step / 3), top + (0.6 - top) * snow * (1.25 if step % 2 else 0.95))
        for step in range(7)
    ]
    sheet.polygon([(x, top), *edge], mix(WHITE, mood.haze, 0.2))


def _hill(sheet: Sheet, random: Random, base: float, ground: Colour) -> None:
    line = wave(random, base, 0.07)
    sheet.polygon([*line, (1, 1), (0, 1)], ground)
    furrow = mix(ground, random.choice((WHITE, INK)), 0.2)
    for step in range(1, 8):
        sheet.stroke([(x, y + 0.028 * step) for x, y in line], 0.006, furrow)


def _tree(sheet: Sheet, random: Random, mood: Mood, x: float, y: float, big: float) -> None:
    leaf = mix(mood.near, INK, random.uniform(0.1, 0.45))
    sheet.stroke([(x, y), (x, y - big)], big * 0.14, mix(INK, mood.far, 0.2))
    if random.choice((True, False)):
        for step in range(3):
            half, base = big * (0.62 - 0.14 * step) * sheet.ratio, y - big * (0.35 + 0.45 * step)
            sheet.polygon(
                [(x - half, base), (x, base - big * 0.85), (x + half, base)], mix(leaf, WHITE, 0.08 * step)
            )
        return
    for _ in range(6):
        crown = (x + random.uniform(-0.3, 0.3) * big * sheet.ratio, y - big * random.uniform(0.9, 1.4))
        sheet.disc(*crown, big * random.uniform(0.32, 0.48), mix(leaf, WHITE, random.uniform(0, 0.16)))


def _books(sheet: Sheet, random: Random, mood: Mood, left: float, board: float, room: float) -> float:
    for _ in range(random.randint(3, 7)):
        thick, tall = random.uniform(0.02, 0.045), room * random.uniform(0.6, 0.95)
        spine = mix(random.choice(mood.walls), INK, random.choice((0, 0.12, 0.4)))
        sheet.box(left, board - tall, left + thick - 0.003, board, spine, rounded=0.006)
        band = mix(spine, random.choice((WHITE, INK)), 0.6)
        for y in (0.14, random.uniform(0.3, 0.6)):
            sheet.box(left, board - tall * (1 - y), left + thick - 0.003, board - tall * (0.94 - y), band)
        left += thick
    return left + 0.02


def _pot(sheet: Sheet, random: Random, mood: Mood, left: float, board: float, room: float) -> float:
    middle, tall, glaze = left + 0.05, room * 0.32, random.choice(mood.walls)
    for _ in range(9):
        tip = (middle + random.uniform(-0.07, 0.07), board - room * random.uniform(0.6, 0.98))
        sheet.stroke([(middle, board - tall), tip], 0.012, mix(mood.near, WHITE, random.uniform(0, 0.3)))
        sheet.disc(*tip, 0.02, mix(mood.near, INK, random.uniform(0, 0.35)), flat=1.4)
    sheet.polygon(
        [
            (middle - 0.04, board - tall),
            (middle + 0.04, board - tall),
            (middle + 0.028, board),
            (middle - 0.028, board),
        ],
        glaze,
    )
    sheet.box(
        middle - 0.045, board - tall - 0.012, middle + 0.045, board - tall + 0.018, mix(glaze, INK, 0.25)
    )
    return left + 0.12


def _bowl(sheet: Sheet, random: Random, mood: Mood, left: float, board: float, room: float) -> float:
    middle, wide, glaze = left + 0.07, 0.075, random.choice(mood.walls)
    for step in range(3):
        fruit = mix(random.choice(mood.walls[1:]), WHITE, 0.1)
        sheet.disc(middle + (step - 1) * 0.032, board - room * 0.3, 0.035, fruit)
    rim = board - room * 0.26
    sheet.polygon(
        [(middle - wide * (1 - t * t * 0.62), rim + (board - rim) * t) for t in (0, 0.4, 0.7, 0.9, 1)]
        + [(middle + wide * (1 - t * t * 0.62), rim + (board - rim) * t) for t in (1, 0.9, 0.7, 0.4, 0)],
        glaze,
    )
    sheet.box(middle - wide, rim, middle + wide, rim + 0.014, mix(glaze, INK, 0.35))
    return left + 0.17
