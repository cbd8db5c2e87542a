"""A picture inside another one is found where it is."""

import numpy as np
import pytest

from consentry.matching.boxes import (
    NEIGHBOURHOOD,
    Box,
    clear_edges,
    even_rows,
    in_frame,
    longest,
    panels,
    seams,
    whole,
    without_border,
)
from matching.drawn import scene


def grey(seed, width=300, height=200):
    return scene(seed, width, height)[:, :, 1].copy()


def framed(inner, top, bottom, left, right, level):
    return np.pad(inner, ((top, bottom), (left, right)), constant_values=level)


@pytest.mark.parametrize("level", [0, 255, 130])
def test_a_border_is_peeled_off(level):
    picture = framed(grey(1), 20, 31, 12, 0, level)
    top, bottom, left, right = without_border(picture)
    assert abs(top - 20) <= 1
    assert abs(bottom - 220) <= 1
    assert abs(left - 12) <= 1
    assert right == 312


def test_a_border_within_a_border_is_peeled_off():
    inner = framed(grey(2), 15, 15, 15, 15, 255)
    picture = framed(inner, 30, 30, 0, 0, 0)
    assert without_border(picture) == Box(45, 245, 15, 315)


def test_what_has_no_border_is_left_whole():
    assert without_border(grey(3)) == whole(grey(3))


def test_an_even_picture_is_not_peeled_away():
    flat = np.full((100, 100), 77, np.uint8)
    assert even_rows(flat) == (0, 0)
    assert without_border(flat) == whole(flat)


def test_the_picture_in_a_screenshot_is_found_in_spite_of_text_around_it():
    picture = framed(grey(4), 150, 250, 20, 20, 250)
    for row in (20, 60, 380, 420, 500):
        picture[row : row + 12, 30:200:6] = 20
    top, bottom, left, right = in_frame(picture)
    assert abs(top - 150) <= 2
    assert abs(bottom - 350) <= 2
    assert abs(left - 20) <= 2
    assert abs(right - 320) <= 2


def test_a_picture_without_background_is_in_no_frame():
    rng = np.random.default_rng(0)
    assert in_frame(rng.integers(0, 256, (200, 300), dtype=np.uint8)) is None
    assert in_frame(np.full((200, 300), 9, np.uint8)) is None


def test_the_seam_between_two_pictures_is_found():
    two = np.concatenate([grey(5) // 2, grey(6) // 2 + 120], axis=0)
    assert 200 in seams(two)
    assert any(box[:2] == (0, 200) for box in panels(two))
    assert any(box[2:] == (0, 200) for box in panels(two.T))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_how_clear_an_edge_is_agrees_with_counting_every_pixel(seed):
    rng = np.random.default_rng(seed)
    shown = (rng.integers(0, 60, (300, 1)) + rng.integers(0, 4, (300, 64))).astype(np.uint8)
    steps = np.sort(np.abs(np.diff(shown.astype(int), axis=0)), axis=1)[:, 2 * shown.shape[1] // 5]
    padded = np.pad(steps, NEIGHBOURHOOD, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURHOOD + 1)
    plain = steps - 2 * np.median(around, axis=1)
    plain[:8] = plain[-8:] = -1
    clear = clear_edges(shown)
    assert (plain >= 5).any()
    assert np.array_equal(np.where(plain >= 5, plain, -1), np.where(clear >= 5, clear, -1))


def test_an_even_picture_and_a_tiny_one_have_no_seams():
    assert seams(np.full((200, 200), 5, np.uint8)) == []
    assert seams(np.zeros((10, 300), np.uint8)) == []


def test_the_longest_run_forgives_a_small_gap():
    there = np.zeros(50, bool)
    there[[*range(3, 8), *range(20, 30), *range(32, 40)]] = True
    assert longest(there) == (20, 40)
    assert longest(np.zeros(5, bool)) == (0, 0)
