"""Frames are found by the number of their video and their place in it, until it is taken out."""

import numpy as np

from consentry.core.match import FrameHash
from consentry.matching.frame_index import FrameIndex

ONE, TWO, FAR = b"\x00" * 32, b"\x0f" * 32, b"\xff" * 32
BIT = bytes([1]) + b"\x00" * 31


def video(*hashes, quality=100):
    return [FrameHash(hash_, quality, number) for number, hash_ in enumerate(hashes)]


def test_a_frame_is_found_in_every_video_that_has_it():
    index = FrameIndex()
    index.add(7, video(ONE, TWO))
    index.add(2**40, video(TWO, BIT))
    found = index.near([FAR, ONE], 1)
    assert {number: sorted(rows) for number, rows in found.items()} == {7: [(1, 0)], 2**40: [(1, 1)]}
    assert index.near([ONE], 0) == {7: [(0, 0)]}


def test_what_is_taken_out_is_not_found_and_may_come_back():
    index = FrameIndex()
    for number in (1, 2):
        index.add(number, video(ONE, TWO))
    index.remove([1, 99])
    assert 1 not in index
    assert set(index.near([ONE], 31)) == {2}
    index.add(1, video(ONE))
    assert index.near([ONE, TWO], 31)[1] == [(0, 0)]


def test_places_are_those_of_telling_frames_each_hash_once():
    index = FrameIndex()
    index.add(1, [*video(FAR, quality=49), *video(ONE, ONE, TWO)])
    assert index.near([TWO], 0) == {1: [(0, 1)]}
    assert index.near([FAR], 0) == {}


def test_a_video_with_nothing_to_tell_is_there_and_found_by_nothing():
    index = FrameIndex()
    index.add(1, video(ONE, quality=0))
    assert 1 in index
    assert index.near([ONE], 31) == {}
    assert index.near([], 31) == {}
    index.remove([1])
    assert 1 not in index


def test_it_finds_what_comparing_with_everything_finds():
    random = np.random.default_rng(3)
    videos = {n: [random.bytes(32) for _ in range(20)] for n in range(30)}
    index = FrameIndex()
    for number, hashes in videos.items():
        index.add(number, video(*hashes))
    asked = [videos[n][n % 20] for n in range(0, 30, 3)]
    found = {(n, row) for n, rows in index.near(asked, 31).items() for row in rows}
    assert found == {(n, (place, n % 20)) for place, n in enumerate(range(0, 30, 3))}
