import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.match import (
    CANDIDATE,
    MIN_QUALITY,
    NEAR,
    PDQ_BITS,
    STEP,
    VIDEO_SHARE,
    FrameHash,
    Hashes,
    Match,
    Method,
    Region,
    alike,
    distance,
    in_step,
    percent,
    same_video,
    telling,
)

hashes = st.binary(min_size=32, max_size=32)


@given(hashes, hashes, hashes)
def test_distance_is_a_distance(one, other, third):
    assert distance(one, one) == 0
    assert distance(one, other) == distance(other, one)
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert (distance(one, other) == 0) is (one == other)


@given(hashes, st.sets(st.integers(0, PDQ_BITS - 1)))
def test_distance_counts_the_bits_that_differ(one, flipped):
    other = int.from_bytes(one)
    for bit in flipped:
        other ^= 1 << bit
    assert distance(one, other.to_bytes(32)) == len(flipped)


def test_hashes_of_unequal_length_are_not_compared():
    with pytest.raises(ValueError, match=r"^hashes of unequal length cannot be compared$"):
        distance(b"\x00" * 32, b"\x00" * 31)


@pytest.mark.parametrize(("quality", "good"), [(0, False), (49, False), (50, True), (100, True)])
def test_only_a_picture_with_enough_in_it_is_good_to_match(quality, good):
    assert Hashes("", (), quality).good is good


def test_a_view_is_called_by_its_name_or_told_from_the_picture_as_it_stands():
    named = Hashes("", (b"", b""), 0, views=("", "panel, mirrored"))
    assert [named.view(0), named.view(1)] == ["", "panel, mirrored"]
    nameless = Hashes("", (b"", b""), 0)
    assert [nameless.view(0), nameless.view(1)] == ["", "another view"]


def test_the_limits_are_those_that_were_measured():
    assert (PDQ_BITS, NEAR, CANDIDATE, MIN_QUALITY) == (256, 31, 60, 50)


def test_the_words_for_methods_never_change():
    assert {method.value for method in Method} == {"located", "exact", "near", "partial"}


def test_a_region_is_a_part_of_a_picture():
    assert Region(0.25, 0.5, 0.75, 1.0).area == 0.25
    assert Region(0.0, 0.0, 1.0, 1.0).area == 1.0
    assert Region(0.5, 0.5, 0.5, 0.5).area == 0.0


@pytest.mark.parametrize(
    "sides",
    [(-0.1, 0, 1, 1), (0, -0.1, 1, 1), (0, 0, 1.1, 1), (0, 0, 1, 1.1), (0.6, 0, 0.5, 1), (0, 0.6, 1, 0.5)],
)
def test_what_is_no_part_of_a_picture_is_no_region(sides):
    said = "^a region has fractions from 0 to 1, each side's beginning before its end$"
    with pytest.raises(ValueError, match=said):
        Region(*sides)


def seen(number: int = 0, quality: int = 50, sha256: str = "", *more: int) -> Hashes:
    return Hashes(sha256, tuple(one.to_bytes(32) for one in (number, *more)), quality)


def test_the_same_bytes_are_alike_however_little_is_in_them():
    assert alike(seen(0, 0, "ab"), seen(2**250 - 1, 0, "ab"))
    assert not alike(seen(0, 0, "ab"), seen(0, 0, "cd"))


def test_two_pictures_whose_bytes_nobody_knows_are_not_alike_for_that():
    assert not alike(seen(0), seen(2**250 - 1))


def test_pictures_are_alike_up_to_the_distance_that_counts_as_the_same():
    assert alike(seen(0), seen(2**31 - 1))
    assert not alike(seen(0), seen(2**32 - 1))


@pytest.mark.parametrize(("one", "other"), [(49, 50), (50, 49), (49, 49)])
def test_with_too_little_in_either_only_the_bytes_count(one, other):
    assert not alike(seen(0, one), seen(0, other))


def test_any_view_of_one_may_be_like_any_view_of_the_other():
    far = 2**250 - 1
    assert alike(seen(far, 50, "", 2**120 - 1), seen(2**200 - 1, 50, "", 2**120 - 1))


ONE, TWO = bytes(32), b"\x01" * 32


def test_the_telling_frames_are_those_with_enough_in_them_each_hash_once_the_first_of_them():
    frames = [FrameHash(ONE, 49), FrameHash(ONE, 50, 1), FrameHash(TWO, 51, 2), FrameHash(ONE, 100, 3)]
    assert telling(frames) == (frames[1], frames[2])
    assert telling(()) == ()


def test_a_frame_is_the_first_at_the_beginning_unless_somebody_says_otherwise():
    assert FrameHash(ONE, 50) == FrameHash(ONE, 50, number=0, milliseconds=0)


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, 0), (1, 0, 0), (1, 3, 33), (2, 3, 66), (3, 3, 100), (1, 1000, 0)]
)
def test_percent_are_rounded_down(part, whole, expected):
    assert percent(part, whole) == expected


@pytest.mark.parametrize(
    ("shares", "same"),
    [((49, 49), False), ((50, 0), True), ((0, 50), True), ((0, 0, 50), True), ((49, 49, 49), False)],
)
def test_half_of_either_video_or_half_in_step_makes_them_the_same(shares, same):
    assert VIDEO_SHARE == 50
    assert same_video(*shares) is same


def test_frames_that_lie_the_same_while_apart_run_in_step():
    assert in_step([(0, 7000), (4000, 11_000), (8000, 15_000)], 8000) == 100
    assert in_step([(0, 7000), (4000, 11_000), (8000, 15_000)], 16_000) == 50
    assert in_step([(0, -7000), (4000, -3000), (8000, 1000)], 8000) == 100


def test_fewer_than_three_frames_of_either_video_do_not_run():
    assert in_step([(0, 0), (8000, 8000)], 8000) == 0
    assert in_step([(0, 0), (0, 500), (0, 900), (8000, 8000)], 8000) == 0
    assert in_step([(0, 0), (500, 0), (900, 0), (8000, 8000)], 8000) == 0
    assert in_step([], 8000) == 0


def test_a_run_is_as_long_as_it_is_in_the_video_where_it_is_shorter():
    assert in_step([(0, 0), (4000, 4700), (8000, 9400)], 10_000) == 80
    assert in_step([(0, 0), (4300, 4000), (8700, 8000)], 10_000) == 80


def test_frames_may_be_off_by_half_a_step_and_not_by_more_than_a_step():
    off = STEP // 2
    assert in_step([(0, 0), (4000, 4000 + off), (8000, 8000)], 8000) == 100
    assert in_step([(0, 0), (4000, 4000 + STEP), (8000, 8000 + 2 * STEP)], 8000) == 0


def test_the_longest_run_counts_and_never_for_more_than_all():
    short = [(0, 50_000), (100, 50_100), (200, 50_200)]
    long = [(0, 0), (4000, 4000), (9000, 9000)]
    assert in_step(short + long, 10_000) == in_step(long + short, 10_000) == 90
    assert in_step(long, 5000) == 100
    assert in_step(long, 0) == 0


def test_of_a_video_only_the_frames_are_kept_and_of_a_picture_everything():
    frames = (FrameHash(ONE, 60),)
    video = Hashes("ab", (ONE, TWO), 60, "cd", ("frame 0", "frame 0, mirrored"), frames, (0, 0))
    assert video.kept() == Hashes("ab", (), 60, "cd", (), frames, ())
    still = Hashes("ab", (ONE,), 60, "cd")
    assert still.kept() is still


def test_a_match_of_pictures_is_of_the_whole_of_both():
    match = Match("e", "bank", Method.NEAR, 3)
    assert (match.query_percent, match.known_percent, match.step_percent) == (100, 100, 0)
