import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.match import (
    CANDIDATE,
    MIN_QUALITY,
    NEAR,
    PDQ_BITS,
    Hashes,
    Method,
    Region,
    alike,
    distance,
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
