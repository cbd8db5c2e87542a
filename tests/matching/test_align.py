"""A part of a known picture is recognised and placed; what only has its frame or caption is not."""

from itertools import permutations

import numpy as np
import pytest

from consentry.core.match import NEAR, Region, distance
from consentry.matching import hash_rgb
from consentry.matching.align import ALIGNED, CELLS, PATCHED, Aligned, align, fit, pairs
from consentry.matching.features import ASKED, Features, features, framed
from matching.drawn import scene
from matching.shown import captioned, on_card, on_phone, part, turned


def tried(query, known):
    frame = framed(query)
    return align(frame, features(frame, ASKED), features(framed(known)))


def corners(points, seed=1):
    bits = np.random.default_rng(seed).integers(0, 256, (len(points), 32), np.uint8)
    return Features(np.array(points, np.float32).reshape(-1, 2), bits, 400, 512, bytes(32))


def same(query, known):
    found = tried(query, known)
    return found is not None and found.same


def test_most_parts_that_were_turned_are_recognised_where_pdq_sees_nothing():
    drawn = [part(seed) for seed in range(12)]
    assert all(distance(hash_rgb(copy).bits, hash_rgb(known).bits) > NEAR for known, copy in drawn)
    assert sum(same(copy, known) for known, copy in drawn) >= 10


def test_it_says_which_part_of_the_known_picture_is_there():
    known = scene(7, 640, 480)
    found = tried(known[96:480, 160:640], known)
    assert found.region.left == pytest.approx(0.25, abs=0.02)
    assert found.region.top == pytest.approx(0.2, abs=0.02)
    assert found.region.right == pytest.approx(1, abs=0.02)
    assert found.region.bottom == pytest.approx(1, abs=0.02)


def test_of_a_picture_within_another_all_is_there():
    known = scene(8, 640, 480)
    found = tried(np.pad(known // 2, ((300, 40), (90, 200), (0, 0)), constant_values=80), known)
    assert found.same
    assert found.region.area == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("degrees", [15, 90, 180])
def test_a_turned_copy_is_recognised(degrees):
    known = scene(9, 640, 480)
    assert same(turned(known, degrees), known)


def test_a_stretched_copy_is_recognised():
    known = scene(9, 640, 480)
    assert same(known[::3, ::2], known)


SHOWN = {"phone": on_phone, "card": on_card, "caption": captioned}


@pytest.mark.parametrize("name", SHOWN)
def test_two_pictures_in_the_same_frame_are_not_taken_for_one(name):
    shown = [SHOWN[name](scene(seed)) for seed in range(20, 26)]
    assert not any(same(one, other) for one, other in permutations(shown, 2))


@pytest.mark.parametrize("name", ["phone", "card"])
def test_corners_alone_would_have_taken_them_for_one(name):
    one, other = (SHOWN[name](scene(seed)) for seed in (20, 21))
    assert tried(one, other).cells >= CELLS


def test_pale_pictures_on_the_same_screen_are_told_apart_by_what_is_within_it():
    screens = [on_phone(255 - (255 - scene(seed)) // 3) for seed in range(5)]
    found = [tried(one, other) for one, other in permutations(screens, 2)]
    assert any(one is not None and one.distance <= ALIGNED for one in found)
    assert not any(one is not None and one.same for one in found)
    assert all(same(screen, screen) for screen in screens)


def test_a_patch_that_is_not_shown_is_not_compared():
    known = scene(12, 640, 480)
    found = tried(known[:, 260:], known)
    assert found.patched == 0


def test_pictures_with_nothing_in_common_are_not_laid_over_one_another():
    scenes = [scene(seed) for seed in range(30, 36)]
    assert not any(same(one, other) for one, other in permutations(scenes, 2))


def test_the_same_corners_are_laid_the_same_way_each_time():
    rng = np.random.default_rng(5)
    known = corners(rng.uniform(0, 400, (60, 2)))
    moved = known.points + rng.normal(0, 6, known.points.shape).astype(np.float32)
    other = Features(moved, known.descriptors, 400, 512, bytes(32))
    assert len({fit(other, known)[0].tobytes() for _ in range(5)}) == 1


def test_every_condition_has_to_hold():
    whole = Region(0, 0, 1, 1)
    assert Aligned(ALIGNED, PATCHED, CELLS, whole).same
    assert not Aligned(ALIGNED + 1, PATCHED, CELLS, whole).same
    assert not Aligned(ALIGNED, PATCHED + 1, CELLS, whole).same
    assert not Aligned(ALIGNED, PATCHED, CELLS - 1, whole).same


@pytest.mark.parametrize("many", [0, 1, CELLS - 1])
def test_a_few_corners_say_nothing(many):
    one = corners([(30 * place, 7 * place * place) for place in range(many)])
    assert fit(one, one) is None


def test_corners_on_one_line_or_one_spot_cannot_be_laid():
    line = corners([(20 * place, 20 * place) for place in range(12)])
    spot = corners([(50 + place % 3, 60 + place // 3) for place in range(12)])
    assert fit(line, line) is None
    assert fit(spot, spot) is None


def test_each_corner_counts_once():
    one = corners([(30 * place, 7 * place * place) for place in range(8)])
    twice = Features(np.tile(one.points, (2, 1)), np.tile(one.descriptors, (2, 1)), 400, 512, bytes(32))
    mine, theirs = pairs(one, twice)
    assert len(mine) == len(theirs) == len({tuple(place) for place in theirs.tolist()}) == 8


@pytest.mark.parametrize("stretch", [(0.05, 0.05), (9, 9), (3, 1)])
def test_a_picture_made_too_small_too_large_or_too_wide_is_not_laid(stretch):
    rng = np.random.default_rng(3)
    one = corners(rng.uniform(0, 500, (40, 2)))
    other = Features(one.points * np.float32(stretch), one.descriptors, 400, 512, bytes(32))
    assert fit(one, one) is not None
    assert fit(other, one) is None
