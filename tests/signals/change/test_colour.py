import numpy as np
import pytest

from consentry.media.drawing import SKIN_TONES
from consentry.signals.change.colour import any_skin, chroma, is_dark_red, lab, may_be_skin, palette_of


def colour(*rgb):
    return lab(np.array([[rgb]], np.uint8))


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_colours_are_cielab(rgb, expected):
    assert colour(*rgb)[0, 0] == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("tone", SKIN_TONES)
@pytest.mark.parametrize("light", [0.75, 1.0])
def test_skin_of_every_tone_may_be_skin_in_dim_light_too(tone, light):
    assert may_be_skin(colour(*(round(value * light) for value in tone))).all()


@pytest.mark.parametrize(
    "rgb", [(128, 128, 128), (255, 255, 255), (0, 0, 0), (40, 90, 200), (60, 160, 70), (255, 0, 0)]
)
def test_grey_sky_grass_and_paint_may_not(rgb):
    assert not may_be_skin(colour(*rgb)).any()


def test_dark_red_is_neither_brown_nor_bright():
    assert is_dark_red(colour(125, 12, 16)).all()
    assert not is_dark_red(colour(104, 66, 46)).any()
    assert not is_dark_red(colour(255, 40, 40)).any()


def test_grey_has_no_chroma():
    assert chroma(colour(99, 99, 99))[0, 0] == pytest.approx(0, abs=0.1)


def test_a_palette_holds_the_colours_it_was_learnt_from_and_their_shades():
    tone = np.array(SKIN_TONES[2], np.uint8)
    pixels = lab(np.broadcast_to(tone, (20, 20, 3)))
    palette = palette_of(pixels, np.ones((20, 20), bool))
    assert palette.holds(pixels).all()
    assert palette.holds(lab((tone * 0.92).astype(np.uint8)[None, None])).all()
    assert not palette.holds(colour(*SKIN_TONES[0])).any()


def test_a_palette_leaves_out_colours_that_only_a_few_pixels_have():
    pixels = np.broadcast_to(np.array(SKIN_TONES[2], np.uint8), (40, 40, 3)).copy()
    pixels[0, 0] = (40, 90, 200)
    colours = lab(pixels)
    assert not palette_of(colours, np.ones((40, 40), bool)).holds(colour(40, 90, 200)).any()


@pytest.mark.parametrize("tone", SKIN_TONES)
def test_any_skin_holds_every_tone(tone):
    assert any_skin().holds(colour(*tone)).all()
