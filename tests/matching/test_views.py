"""Views of a picture let a slightly cropped copy be found."""

import numpy as np
import pytest

from consentry.core.errors import BadInput
from consentry.core.match import NEAR, distance
from consentry.matching import hash_rgb
from consentry.matching.views import crops, looks, parts, reduce_luma
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


def found_in(edited, known):
    """The name of the view of `edited` that is nearest to `known`, and how near."""
    bits = hash_rgb(known).bits
    return min((distance(view, bits), look.name) for look in looks(edited) for view in look.hash.dihedral)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("level", [0, 255])
def test_a_picture_in_a_border_is_found(seed, level):
    known = scene(seed, 600, 450)
    edited = np.pad(known, ((40, 40), (60, 60), (0, 0)), constant_values=level)
    assert distance(hash_rgb(edited).bits, hash_rgb(known).bits) > NEAR
    apart, name = found_in(edited, known)
    assert apart <= NEAR
    assert name in {"without border", "in its frame"}


def test_a_mirrored_picture_in_a_border_is_found():
    known = scene(4, 600, 450)
    edited = np.pad(known[:, ::-1], ((40, 40), (60, 60), (0, 0)), constant_values=255)
    assert found_in(edited, known)[0] <= NEAR


def test_a_screenshot_of_a_picture_is_found():
    known = scene(5, 540, 400)
    shot = np.full((1100, 540, 3), 250, np.uint8)
    shot[300:700] = known
    for row in (40, 80, 730, 760, 790, 1040):
        shot[row : row + 14, 30:300:7] = 30
    apart, name = found_in(shot, known)
    assert (apart <= NEAR, name) == (True, "in its frame")


def test_a_panel_of_a_collage_is_found():
    known, other = scene(6, 500, 400) // 2, scene(7, 500, 400) // 2 + 120
    apart, name = found_in(np.concatenate([known, other], axis=1), known)
    assert (apart <= NEAR, name) == (True, "panel")


def test_a_look_says_where_in_the_whole_picture_it_is():
    edited = np.pad(scene(8, 1600, 1200), ((100, 100), (200, 0), (0, 0)))
    look = next(look for look in looks(edited) if look.name == "without border")
    assert np.abs(np.subtract(look.box, (100, 1300, 200, 1800))).max() <= 3


def test_a_flat_picture_has_only_its_whole_to_look_at():
    assert [look.name for look in looks(np.full((500, 500, 3), 9, np.uint8))] == ["whole"]


@pytest.mark.parametrize("by", [1, 2, 3, 7])
def test_reduced_luma_is_the_mean(by):
    rgb = scene(9, 90, 60)
    height, width = 60 // by, 90 // by
    grey = rgb[: height * by, : width * by] @ np.array([0.299, 0.587, 0.114])
    means = grey.reshape(height, by, width, by).mean(axis=(1, 3))
    assert np.abs(reduce_luma(rgb, by) - means).max() <= 0.51


def test_reduced_luma_of_the_brightest_picture_does_not_run_over():
    assert (reduce_luma(np.full((257, 257, 3), 255, np.uint8), 257) == 255).all()


def test_parts_are_every_look_but_the_whole():
    edited = np.pad(scene(8, 900, 700), ((90, 90), (120, 0), (0, 0)))
    assert parts(edited) == looks(edited)[1:]
    assert parts(edited)


def test_looking_needs_colour_pixels():
    with pytest.raises(BadInput):
        looks(np.zeros((9, 9), np.uint8))
