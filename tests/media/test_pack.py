"""A frame that is written comes back as it was, whatever is in it, and is no larger than by the usual way."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from consentry.core.content import Frame
from consentry.media import drawing, edits
from consentry.media.decoder import PlainDecoder
from consentry.media.pack import packed
from consentry.media.strip import plain_png

DECODE = PlainDecoder().decode


def frame_of(pixels) -> Frame:
    height, width = pixels.shape[:2]
    return Frame(width, height, pixels.astype(np.uint8).tobytes())


@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_any_pixels_come_back(width: int, height: int, random):
    rgb = bytes(random.choice((0, 1, 127, 128, 254, 255)) for _ in range(width * height * 3))
    frame = Frame(width, height, rgb)
    assert DECODE(packed(frame)).frames == (frame,)


@pytest.mark.parametrize("name", ["place", "figure"])
def test_a_drawing_with_grain_is_hardly_larger_than_by_the_usual_way(name: str):
    grain = np.random.default_rng(1).normal(0, 2, (300, 400, 3))
    pixels = np.clip(np.asarray(getattr(drawing, name)(3, (400, 300))) + grain, 0, 255).astype(np.uint8)
    usual = io.BytesIO()
    Image.fromarray(pixels).save(usual, "png", compress_level=1)
    assert len(packed(frame_of(pixels))) < 1.05 * len(usual.getvalue())


def test_nothing_but_pixels_is_in_it():
    (frame,) = DECODE(edits.encoded(drawing.place(1), "png")).frames
    data = packed(frame)
    plain = plain_png(data)
    assert plain is not None
    assert plain.file == data
