"""What is shown covered has no colour, few details, and no byte of the file."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from consentry.core.content import Frame
from consentry.media.covered import BLURS, FULL_SIDE, SIDES, Style, covered, plain

CHEQUERS = (np.indices((400, 600)).sum(axis=0) // 10 % 2 * 255).astype(np.uint8)
FRAME = Frame(600, 400, np.stack([CHEQUERS, 255 - CHEQUERS, CHEQUERS], axis=2).tobytes())


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("size", SIDES)
@pytest.mark.parametrize("style", Style)
def test_it_is_grey_and_as_small_as_asked_for(style, size):
    made = opened(covered(FRAME, style, size))
    assert (made.mode, max(made.size)) == ("L", SIDES[size])
    assert made.size[0] > made.size[1]


@pytest.mark.parametrize("blur", BLURS)
def test_blurring_takes_details_away(blur):
    values = np.asarray(opened(covered(FRAME, Style.BLUR, "large", blur)), dtype=float)
    assert values.std() < CHEQUERS.std() / 4


def test_a_stronger_blur_leaves_less():
    halves = np.zeros((96, 96, 3), np.uint8)
    halves[:, 30:60] = 255
    frame = Frame(96, 96, halves.tobytes())
    edges = {}
    for blur in BLURS:
        row = np.asarray(opened(covered(frame, Style.BLUR, "small", blur)), dtype=float)[48]
        edges[blur] = np.abs(np.diff(row)).max()
    assert edges["strong"] < edges["middle"] < edges["weak"]


def test_a_sketch_is_light_where_nothing_is():
    plane = Frame(100, 100, bytes([90]) * 30_000)
    assert np.asarray(opened(covered(plane, Style.SKETCH))).min() > 200


def test_the_still_itself_keeps_its_colours_and_is_written_anew():
    made = opened(plain(FRAME))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (600, 400))
    large = Frame(2 * FULL_SIDE, 10, bytes(2 * FULL_SIDE * 30))
    assert max(opened(plain(large)).size) == FULL_SIDE


@pytest.mark.parametrize(("wide", "high"), [(1, 1), (2, 300), (300, 1), (1, 9000)])
@pytest.mark.parametrize("style", Style)
def test_however_small_a_picture_is_nothing_of_it_is_left_in_a_sketch(style, wide, high):
    made = opened(covered(Frame(wide, high, bytes([200, 20, 20]) * wide * high), style))
    assert made.mode == "L"
    assert style is Style.BLUR or np.asarray(made).min() > 200


@pytest.mark.parametrize(("size", "blur"), [("huge", "strong"), ("small", "none")])
def test_there_is_no_other_size_and_no_way_without_blur(size, blur):
    with pytest.raises(KeyError):
        covered(FRAME, Style.BLUR, size, blur)
