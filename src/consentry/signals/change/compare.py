"""One picture before and one after an edit: how much skin is new, and what is new on skin.

1. The output is laid over the input (align.py).
2. A change of light is taken out: the middle difference over what looks like skin on both sides.
3. Skin is whatever has the colours of those skin-like pixels of the input that stayed; if none
   stayed, the colours of all its skin-like pixels; if it has none, any colour skin can have.
4. New skin is what became skin. What became skin at the border as well is background, and the
   share of the border is taken off everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from consentry.signals.change.align import Pixels, aligned
from consentry.signals.change.colour import (
    Floats,
    Mask,
    Palette,
    any_skin,
    chroma,
    is_dark_red,
    lab,
    may_be_skin,
    palette_of,
)

SAME = 9.0
"""Largest colour difference (CIE 1976) at which a pixel stayed what it was."""

CHANGED = 10.0
"""Smallest colour difference from which a pixel changed."""

LIGHT = np.array([25.0, 8.0, 8.0])
"""Most that is taken out as a change of light, in lightness and the two colour axes."""

ALIKE = 30.0
"""Largest difference in lightness or a colour axis that a change of light may explain."""

ANCHOR = 0.0015
"""Share of the picture that must have stayed skin to learn the person's colours from it."""

BORDER = 0.06
"""Width of the border at the left, right and top, as a share of the width; people stand at the bottom."""

HALF = 0.05
"""Share of the picture that is new skin at which `exposure` is one half; two bands on a drawn
figure that fills the picture are 0.09."""

REACH = 7
"""Pixels within which skin must be on three sides for something to lie on it."""

GREY = 0.005
"""Share of coloured pixels below which a picture has no colour."""

SKIN_LEFT = 0.1
"""Share of the input's skin that must be left somewhere in the output for a comparison to mean anything."""

SKIN_BEFORE = 0.01
"""Share of the input that must be skin for its absence from the output to matter."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an edit added."""

    exposure: float
    """0 to 1: new skin, by share of the picture or of what changed, whichever is more."""
    degrading: float
    """0 to 1: dark red on skin, and things laid over skin, by share of what changed."""
    likeness: float
    """-1 to 1: correlation of the outlines after the best shift."""
    evidence: str
    """The figures behind it, in words."""


@dataclass(frozen=True, slots=True)
class Blind:
    """Two pictures that belong together and about which nothing can be said."""

    likeness: float
    """As in Comparison."""
    why: str
    """The cause."""


def compare(before: Pixels, after: Pixels) -> Comparison | Blind:
    """Compare two pictures, uint8[h, w, 3] each. Raises Incomparable if one is too small."""
    both = aligned(before, after)
    one, other, likeness = lab(both.before), lab(both.after), both.likeness
    other = other + _light(one, other)
    difference = np.linalg.norm(other - one, axis=-1)
    changed = difference > CHANGED
    if not _coloured(one) or not _coloured(other):
        return _colourless(float(changed.mean()), likeness)
    colours = _palette(one, difference)
    was, now = colours.holds(one), colours.holds(other)
    if was.mean() > SKIN_BEFORE and now.sum() < SKIN_LEFT * was.sum():
        return Blind(likeness, "the skin tones of the input are not in the output")
    new, lost = now & ~was & changed, was & ~now & changed
    stayed = was & now & ~changed
    red = is_dark_red(other) & ~is_dark_red(one) & changed
    return Comparison(
        exposure=_exposure(new, lost, changed),
        degrading=max(_on_skin(red, stayed, changed), _covering(lost, stayed, changed)),
        likeness=likeness,
        evidence=(
            f"new skin {new.mean():.1%}, lost {lost.mean():.1%}, changed {changed.mean():.1%}, "
            f"likeness {likeness:.2f}"
        ),
    )


def _light(one: Floats, other: Floats) -> Floats:
    """What to add to `other` to undo a change of light."""
    alike = may_be_skin(one) & may_be_skin(other) & (np.abs(one - other).max(axis=-1) < ALIKE)
    if not alike.any():
        return np.zeros(3)
    middle: Floats = np.median((one - other)[alike], axis=0)
    return middle.clip(-LIGHT, LIGHT)


def _palette(before: Floats, difference: Floats) -> Palette:
    skin = may_be_skin(before)
    stayed = skin & (difference < SAME)
    if stayed.mean() > ANCHOR:
        return palette_of(before, stayed)
    if skin.mean() > ANCHOR:
        return palette_of(before, skin)
    return any_skin()


def _exposure(new: Mask, lost: Mask, changed: Mask) -> float:
    fresh = max(0.0, float(new.mean() - new[_border(new.shape)].mean()))
    of_picture = fresh / (fresh + HALF)
    of_change = (min(float(new.mean()), fresh) - float(lost.mean())) / (float(changed.mean()) + 0.01)
    return min(1.0, max(of_picture, of_change))


def _on_skin(red: Mask, stayed: Mask, changed: Mask) -> float:
    """Dark red beside skin that stayed, twice its share of what changed."""
    beside = _beside(stayed, 3) > 0
    share = float((red & beside).mean() - red[_border(red.shape)].mean())
    return min(1.0, max(0.0, 2 * share / (float(changed.mean()) + 0.004)))


def _covering(lost: Mask, stayed: Mask, changed: Mask) -> float:
    """What lies on skin with skin on three sides, as a share of what changed."""
    within = lost & (_beside(stayed, REACH) >= 3)  # noqa: PLR2004 - three of four sides
    return min(1.0, float(within.mean()) / (float(changed.mean()) + 0.004))


def _beside(mask: Mask, reach: int) -> npt.NDArray[np.int64]:
    """On how many of its four sides each pixel has one of `mask` within `reach` pixels."""
    sides = np.zeros((4, *mask.shape), bool)
    for step in range(1, reach + 1):
        sides[0, step:] |= mask[:-step]
        sides[1, :-step] |= mask[step:]
        sides[2, :, step:] |= mask[:, :-step]
        sides[3, :, :-step] |= mask[:, step:]
    return np.asarray(sides.sum(axis=0), np.int64)


def _border(shape: tuple[int, ...]) -> Mask:
    border = np.zeros(shape, bool)
    width = max(2, round(BORDER * shape[1]))
    border[:width] = True
    border[:, :width] = True
    border[:, -width:] = True
    return border


def _coloured(colours: Floats) -> bool:
    return bool((chroma(colours) > 6).mean() > GREY)  # noqa: PLR2004 - grey, as in CHROMA


def _colourless(changed: float, likeness: float) -> Comparison | Blind:
    """Without colour only one thing can be said: that nothing changed."""
    if changed < GREY:
        return Comparison(0.0, 0.0, likeness, "nothing changed")
    return Blind(likeness, "no colour to compare")
