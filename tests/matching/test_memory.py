"""What Pillow holds is read where it lies, and stays as long as it is read."""

import gc

import numpy as np
import pytest
from PIL import Image

from consentry.matching import _memory
from matching.drawn import scene


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (300, 200), (3000, 2500)])
def test_the_pixels_are_those_of_a_copy(size):
    rgb = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    image = Image.fromarray(rgb).copy()
    found = _memory.pixels(image)
    assert found.shape == (size[1], size[0], 4)
    assert np.array_equal(found[:, :, :3], rgb)
    assert not found.flags.writeable


def test_nothing_is_copied():
    image = Image.fromarray(scene(1, 300, 200)).copy()
    found = _memory.pixels(image)
    image.putpixel((10, 20), (1, 2, 3))
    assert found[20, 10, :3].tolist() == [1, 2, 3]


def test_the_pixels_outlive_the_picture():
    rgb = scene(2, 2000, 1500)
    image = Image.fromarray(rgb).copy()
    part = _memory.pixels(image)[100:, 50:]
    image.close()
    del image
    gc.collect()
    others = [Image.new("RGB", (2000, 1500), (7, 7, 7)) for _ in range(5)]
    assert np.array_equal(part[:, :, :3], rgb[100:, 50:])
    del others


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "1", "P"])
def test_other_kinds_of_picture_are_copied(mode):
    image = Image.fromarray(scene(3, 30, 20)).convert(mode)
    assert np.array_equal(_memory.pixels(image), np.asarray(image))


def test_a_picture_in_several_pieces_gives_a_copy():
    class Pieces(Image.Image):
        def __arrow_c_array__(self, _schema=None):
            raise ValueError("in several pieces")

    image = Image.fromarray(scene(5, 30, 20))
    image.__class__ = Pieces
    assert np.array_equal(_memory.pixels(image), scene(5, 30, 20))
