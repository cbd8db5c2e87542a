"""Features of a picture are always the same ones, survive being kept, and refuse what they are not."""

import numpy as np
import pytest

from consentry.core.errors import BadInput
from consentry.matching import hash_luma
from consentry.matching.features import ASKED, KEPT, SIDE, asked_both_ways, features, framed, unpacked
from matching.drawn import scene


@pytest.mark.parametrize(("size", "frame"), [((800, 400), (256, 512)), ((100, 300), (512, 171))])
def test_every_picture_is_brought_to_one_size(size, frame):
    assert framed(scene(1, *size)).shape == frame


def test_a_line_of_pixels_is_still_a_frame():
    assert framed(np.zeros((1, 3000, 3), np.uint8)).shape == (1, SIDE)


@pytest.mark.parametrize(("shape", "kind"), [((9, 9), "u1"), ((9, 9, 3), "f8"), ((0, 9, 3), "u1")])
def test_a_frame_needs_colour_pixels(shape, kind):
    with pytest.raises(BadInput):
        framed(np.zeros(shape, kind))


def test_the_same_picture_has_the_same_features_each_time():
    one, again = (features(framed(scene(2))) for _ in range(2))
    assert one.packed() == again.packed()
    assert len(one) > KEPT / 2


def test_a_frame_is_known_by_its_own_hash_and_size():
    frame = framed(scene(3, 640, 480))
    found = features(frame)
    assert (found.pdq, found.height, found.width) == (hash_luma(frame).bits, 384, 512)


def test_no_more_corners_are_kept_than_were_asked_for():
    frame = framed(scene(4))
    assert (
        len(features(frame, 50)) <= 50 < len(features(frame)) <= KEPT < len(features(frame, ASKED)) <= ASKED
    )


@pytest.mark.parametrize("size", [(500, 500), (5, 5)])
def test_a_flat_picture_has_none(size):
    assert len(features(framed(np.full((*size, 3), 90, np.uint8)))) == 0


def test_what_is_kept_comes_back_bit_for_bit():
    made = [features(framed(scene(seed))) for seed in (5, 6)] + [features(framed(scene(7)[:4, :4]))]
    kept = b"".join(one.packed() for one in made)
    for one, back in zip(made, unpacked(kept), strict=True):
        assert np.array_equal(one.points, back.points)
        assert np.array_equal(one.descriptors, back.descriptors)
        assert (one.pdq, one.height, one.width) == (back.pdq, back.height, back.width)
        assert one.patches == back.patches
    assert made[0].patches
    assert unpacked(b"") == []


def test_a_known_picture_takes_eleven_kilobytes():
    assert len(features(framed(scene(8))).packed()) <= 36 * KEPT + 200


@pytest.mark.parametrize(("head", "cut", "more"), [(b"CTF1", 1, b""), (b"CTF9", 0, b""), (b"CTF1", 0, b"x")])
def test_bytes_that_are_no_features_are_refused(head, cut, more):
    kept = features(framed(scene(9))).packed()
    with pytest.raises(BadInput) as refused:
        unpacked(head + kept[4 : len(kept) - cut] + more)
    assert refused.value.code == "bad_features"


def test_corners_of_the_mirrored_frame_are_those_that_would_be_found_in_it():
    frame = framed(scene(2))
    mirrored = np.ascontiguousarray(frame[:, ::-1])
    straight, turned = asked_both_ways(frame, mirrored)
    assert np.array_equal(straight.descriptors, features(frame, ASKED).descriptors)
    found = features(mirrored, ASKED)
    apart = np.bitwise_count(turned.descriptors[:, None] ^ found.descriptors[None]).sum(axis=2, dtype=int)
    assert np.mean(apart.min(axis=1) <= 15) > 0.7
    assert [len(one) for one in asked_both_ways(*[np.full((90, 90), 9, np.uint8)] * 2)] == [0, 0]
