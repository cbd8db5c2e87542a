"""Among many known pictures the one that is shown is found, and none that was forgotten."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from consentry.matching.feature_index import COMMON, LOOKED_AT, FeatureIndex
from consentry.matching.features import ASKED, features, framed
from matching.drawn import scene
from matching.shown import captioned, on_card, on_phone, part


def kept(*pictures):
    return [features(framed(rgb)) for rgb in pictures]


@pytest.fixture(scope="module")
def index():
    made = FeatureIndex()
    made.add((seed, kept(scene(seed, 640, 480))) for seed in range(40))
    return made


@pytest.mark.parametrize("seed", [0, 7, 20, 39])
def test_the_picture_that_a_part_is_of_is_found_and_no_other(index, seed):
    _, copy = part(seed)
    assert [(found.number, found.view) for found in index.look(copy)] == [(seed, "as it is")]


def test_a_mirrored_part_is_found_and_says_so(index):
    _, copy = part(5)
    (found,) = index.look(np.ascontiguousarray(copy[:, ::-1]))
    assert (found.number, found.view) == (5, "mirrored")


def test_two_known_pictures_side_by_side_are_both_found_nearest_first(index):
    both = np.concatenate([scene(3, 640, 480), scene(11, 640, 480)], axis=1)
    found = index.look(both)
    assert {one.number for one in found} == {3, 11}
    assert found == sorted(found, key=lambda one: one.aligned.distance)


@pytest.mark.parametrize("show", [on_phone, on_card, captioned])
def test_a_frame_that_known_pictures_are_in_finds_none_of_them(show):
    index = FeatureIndex()
    index.add((seed, kept(show(scene(seed)))) for seed in range(50, 60))
    for seed in range(70, 76):
        assert index.look(show(scene(seed))) == []


def test_what_was_removed_is_found_no_more_and_the_others_still_are():
    index = FeatureIndex()
    index.add((seed, kept(scene(seed, 640, 480))) for seed in range(4))
    index.remove([2, 99])
    assert (len(index), 2 in index, 1 in index) == (3, False, True)
    assert index.look(part(2)[1]) == []
    assert [found.number for found in index.look(part(1)[1])] == [1]


def test_a_number_given_again_stands_for_the_new_picture_only():
    index = FeatureIndex()
    index.add([(1, kept(scene(1, 640, 480)))])
    index.add([(1, kept(scene(2, 640, 480)))])
    assert index.look(part(1)[1]) == []
    assert [found.number for found in index.look(part(2)[1])] == [1]


def test_any_still_of_a_picture_counts_and_the_picture_once():
    index = FeatureIndex()
    index.add([(8, kept(scene(1, 640, 480), scene(2, 640, 480), scene(2, 640, 480)))])
    assert [found.number for found in index.look(part(2)[1])] == [8]


@pytest.mark.parametrize("side", [3, 300])
def test_a_flat_picture_finds_nothing_and_is_never_found(side):
    picture = np.full((side, side, 3), 7, np.uint8)
    index = FeatureIndex()
    assert index.look(scene(1)) == []
    index.add([(1, kept(picture)), (2, kept(scene(1)))])
    assert len(index) == 2
    assert index.look(picture) == []


def test_few_are_looked_at_closely_and_what_all_have_says_nothing():
    index = FeatureIndex()
    one = kept(scene(1))
    index.add((number, one) for number in range(COMMON + 1))
    query = features(framed(scene(1)), ASKED)
    assert index.proposed(query) == []
    index.remove(range(LOOKED_AT, COMMON + 1))
    assert len(index.proposed(query)) == LOOKED_AT
    index.add([(50, one)])
    assert len(index.proposed(query)) == LOOKED_AT


def test_asking_goes_on_while_others_change_it():
    index = FeatureIndex()
    index.add([(0, kept(scene(0, 640, 480)))])
    copy, others = part(0)[1], [(seed, kept(scene(seed))) for seed in range(1, 9)]

    def change():
        for _ in range(20):
            index.add(others)
            index.remove(range(1, 9))

    with ThreadPoolExecutor(2) as pool:
        changing = pool.submit(change)
        answers = [[found.number for found in index.look(copy)] for _ in range(20)]
        changing.result(60)
    assert answers == [[0]] * 20
