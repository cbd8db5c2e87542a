"""One picture is laid over another where its outlines fall best."""

import numpy as np
import pytest
from PIL import Image

from consentry.media.drawing import figure
from consentry.signals.change.align import SIDE, Incomparable, aligned

PERSON = figure(1, (240, 320))


def pixels(image):
    return np.asarray(image.convert("RGB"))


def apart(one, other):
    return np.abs(one.before.astype(int) - other.after.astype(int)).mean()


def test_the_same_picture_lies_on_itself():
    both = aligned(pixels(PERSON), pixels(PERSON))
    assert max(both.before.shape) == SIDE
    assert (both.before == both.after).all()
    assert both.likeness == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("cut", [(7, 10, 233, 310), (0, 0, 228, 304), (12, 16, 240, 320)])
def test_a_picture_that_was_cut_is_laid_back(cut):
    moved = PERSON.crop(cut).resize(PERSON.size)
    both = aligned(pixels(PERSON), pixels(moved))
    assert both.likeness > 0.7
    small = pixels(moved.resize(both.before.shape[1::-1]))
    assert apart(both, both) < np.abs(both.before.astype(int) - small).mean()


def test_another_size_is_no_difference():
    both = aligned(pixels(PERSON), pixels(PERSON.resize((600, 800))))
    assert apart(both, both) < 3


def test_other_pictures_are_less_alike_and_an_empty_one_is_like_nothing():
    other = aligned(pixels(PERSON), pixels(figure(9, (240, 320), background=77)))
    assert other.likeness < 0.9
    assert aligned(pixels(PERSON), pixels(Image.new("RGB", (240, 320)))).likeness == 0.0


@pytest.mark.parametrize("size", [(15, 99), (99, 15)])
def test_what_is_too_small_cannot_be_compared(size):
    for pair in (
        (pixels(PERSON), pixels(PERSON.resize(size))),
        (pixels(PERSON.resize(size)), pixels(PERSON)),
    ):
        with pytest.raises(Incomparable):
            aligned(*pair)
