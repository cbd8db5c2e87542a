import random

import pytest

from consentry.media.cover import FIRST_REACH, GROWTH, Cover, _apart, _array


def flat(level):
    return bytes([level] * (16 * 16 * 3))


def offered(cover, levels):
    for place, level in enumerate(levels):
        if cover.is_new(flat(level)):
            cover.keep(flat(level), (place, level))
    return cover.items


def test_the_first_frame_is_always_kept():
    assert Cover(3).is_new(flat(0))


def test_a_frame_like_one_that_is_kept_is_not_new_however_long_ago_that_was():
    assert offered(Cover(9), [10, 90, 200, 90, 10, 12]) == ((0, 10), (1, 90), (2, 200))


def test_exactly_the_reach_is_not_new():
    cover = Cover(9)
    cover.keep(flat(100), 0)
    assert not cover.is_new(flat(100 + int(FIRST_REACH)))
    assert cover.is_new(flat(101 + int(FIRST_REACH)))


def test_a_small_part_that_changes_is_seen():
    changed = bytearray(flat(100))
    for cell in range(16 * 16 // 8):
        changed[3 * cell] = 160
    cover = Cover(9)
    cover.keep(flat(100), 0)
    assert cover.is_new(bytes(changed))


def test_one_frame_among_very_many_is_kept():
    levels = [100] * 5000 + [250] + [101] * 5000
    assert offered(Cover(2), levels) == ((0, 100), (5000, 250))


def test_never_more_than_may_be_and_the_reach_grows_for_it():
    cover = Cover(4)
    assert len(offered(cover, range(0, 256, 2))) <= 4
    assert cover.reach > FIRST_REACH


@pytest.mark.parametrize("seed", range(5))
def test_nothing_offered_is_further_than_six_times_the_reach_from_what_is_left(seed):
    chance = random.Random(seed)
    cover, offered_ = Cover(8), []
    for place in range(300):
        small = bytes(chance.choices(range(256), k=12)) * 64
        offered_.append(small)
        if cover.is_new(small):
            cover.keep(small, place)
    kept = [_array(offered_[place]) for place in cover.items]
    bound = cover.reach / (1 - 1 / GROWTH)
    for small in offered_:
        assert min(_apart(one[None], _array(small))[0] for one in kept) <= bound
