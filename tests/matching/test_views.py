"""Views of a picture let a slightly cropped copy be found."""

import numpy as np

from consentry.core.match import NEAR, distance
from consentry.matching import hash_rgb
from consentry.matching.views import crops
from matching.drawn import scene


def test_crops_are_named_and_centred():
    views = dict(crops(np.zeros((1000, 2000, 3), np.uint8)))
    assert {name: view.shape[:2] for name, view in views.items()} == {
        "centre crop 2.5 %": (976, 1950),
        "centre crop 5 %": (950, 1900),
        "centre crop 7.5 %": (924, 1850),
        "centre crop 10 %": (900, 1800),
    }


def test_a_small_picture_has_no_crops_that_say_nothing():
    assert crops(np.zeros((64, 64, 3), np.uint8)) == []


def test_a_cropped_copy_is_near_a_crop_of_the_known_picture():
    known = scene(4, 800, 600)
    copy = known[18:-18, 24:-24]
    views = [hash_rgb(view).bits for _, view in crops(known)]
    assert min(distance(hash_rgb(copy).bits, view) for view in views) <= NEAR
