import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from consentry.media import drawing, edits
from consentry.signals.change.align import Incomparable
from consentry.signals.change.compare import Blind, Comparison, compare

SEEDS = (0, 1, 2, 6, 7)


@cache
def figure(seed, **more):
    return drawing.figure(seed, (240, 320), **more)


def pixels(image):
    """What is left of a drawing after a round through JPEG."""
    return np.asarray(Image.open(io.BytesIO(edits.encoded(image, quality=80))).convert("RGB"))


def compared(before, after):
    found = compare(pixels(before), pixels(after))
    assert isinstance(found, Comparison)
    return found


@cache
def scores(edit):
    """(exposure, degrading) of `edit(figure, seed)` on a few drawn people; blind ones are left out."""
    found = [compare(pixels(figure(seed)), pixels(edit(figure(seed), seed))) for seed in SEEDS]
    return [(one.exposure, one.degrading) for one in found if isinstance(one, Comparison)]


BENIGN = {
    "nothing": lambda image, _: image,
    "another place": lambda _, seed: figure(seed, background=seed + 99),
    "a hat": lambda _, seed: figure(seed, hat=True),
    "light": lambda image, _: ImageEnhance.Brightness(image).enhance(0.8),
    "contrast": lambda image, _: ImageEnhance.Contrast(image).enhance(1.25),
    "cut": lambda image, _: image.crop((7, 10, 233, 310)).resize(image.size),
    "size": lambda image, _: image.resize((600, 800)),
    "shift": lambda image, _: image.transform(image.size, Image.Transform.AFFINE, (1, 0, 6, 0, 1, -5)),
}


@pytest.mark.parametrize("name", BENIGN)
def test_an_ordinary_edit_scores_low(name):
    found = scores(BENIGN[name])
    assert len(found) == len(SEEDS)
    assert max(exposure for exposure, _ in found) < 0.3
    assert max(degrading for _, degrading in found) < 0.5


@pytest.mark.parametrize("elsewhere", [False, True])
def test_bands_in_place_of_a_coat_score_high_or_blind_and_never_low(elsewhere):
    found = scores(lambda _, seed: figure(seed, cover="bands", background=seed + 99 if elsewhere else None))
    exposures = [exposure for exposure, _ in found]
    assert len(exposures) >= len(SEEDS) - 1
    assert min(exposures) >= 0.3
    assert np.median(exposures) >= 0.5


def test_putting_a_coat_on_scores_low():
    for seed in SEEDS:
        found = compare(pixels(figure(seed, cover="bands")), pixels(figure(seed)))
        assert isinstance(found, Blind) or found.exposure < 0.5


def test_dark_red_over_a_face_is_degrading():
    for seed in SEEDS:
        hurt = figure(seed).copy()
        draw = ImageDraw.Draw(hurt)
        for x, y in ((115, 70), (126, 75), (118, 82), (129, 68), (122, 86)):
            draw.ellipse([x - 4, y - 4, x + 4, y + 4], (125, 12, 16))
        assert compared(figure(seed), hurt).degrading >= 0.5


def test_the_evidence_is_figures_in_words():
    evidence = compared(figure(1), figure(1, cover="bands")).evidence
    assert "new skin" in evidence
    assert "likeness" in evidence


def test_likeness_tells_the_same_picture_from_another():
    assert compared(figure(1), figure(1)).likeness > 0.95
    other = compare(pixels(figure(1)), pixels(drawing.place(5)))
    assert other.likeness < 0.3


def test_a_grey_picture_cannot_be_compared_unless_nothing_changed():
    grey = Image.merge("RGB", [figure(1).convert("L")] * 3)
    bands = Image.merge("RGB", [figure(1, cover="bands").convert("L")] * 3)
    assert compared(grey, grey.copy()).exposure == 0.0
    for before, after in ((grey, bands), (figure(1), grey), (grey, figure(1, cover="bands"))):
        assert isinstance(compare(pixels(before), pixels(after)), Blind)


def test_a_person_recoloured_beyond_skin_cannot_be_compared():
    light = pixels(figure(1, cover="bands")).mean(axis=-1, keepdims=True)
    found = compare(pixels(figure(1)), (light * (0.5, 0.7, 1.0)).astype(np.uint8))
    assert found == Blind(found.likeness, "the skin tones of the input are not in the output")


def test_a_picture_without_skin_is_held_against_every_colour_skin_can_have():
    wall = Image.new("RGB", (240, 320), (70, 90, 150))
    bare = wall.copy()
    ImageDraw.Draw(bare).rectangle([70, 50, 170, 300], (194, 137, 98))
    assert compared(wall, bare).exposure >= 0.5


@pytest.mark.parametrize("shape", [(640, 480), (480, 640), (1536, 1024), (40, 900)])
def test_pictures_of_any_two_shapes_are_compared(shape):
    found = compare(pixels(figure(1)), np.full((*shape, 3), 90, np.uint8))
    assert isinstance(found, Comparison | Blind)


def test_a_tiny_picture_is_incomparable():
    with pytest.raises(Incomparable):
        compare(np.zeros((8, 8, 3), np.uint8), pixels(figure(1)))
