import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.core.match import CANDIDATE, MIN_QUALITY, NEAR, PDQ_BITS, Hashes, Method, distance

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


def test_the_limits_are_those_that_were_measured():
    assert (PDQ_BITS, NEAR, CANDIDATE, MIN_QUALITY) == (256, 31, 60, 50)


def test_the_words_for_methods_never_change():
    assert {method.value for method in Method} == {"located", "exact", "near"}
