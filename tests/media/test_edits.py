from io import BytesIO

import numpy as np
import pdqhash
import pytest
from PIL import Image

from consentry.media.drawing import place
from consentry.media.edits import captioned, cropped, encoded, mirrored, recompressed, resized
from consentry.media.normalise import kind_of

ORIGINAL = encoded(place(4, (320, 240)))


def opened(data):
    return Image.open(BytesIO(data))


def away(one, other):
    return (
        pdqhash.compute(np.asarray(opened(one)))[0] != pdqhash.compute(np.asarray(opened(other)))[0]
    ).sum()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "avif"])
def test_pictures_are_written_in_the_kind_asked_for(kind):
    assert kind_of(encoded(place(4, (64, 48)), kind)) == kind


@pytest.mark.parametrize("edit", [resized, recompressed, cropped, mirrored, captioned])
def test_an_edit_takes_bytes_and_brings_a_jpeg_every_time_the_same(edit):
    data = edit(ORIGINAL)
    assert kind_of(data) == "jpeg"
    assert data == edit(ORIGINAL) != ORIGINAL


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (resized(ORIGINAL, 0.25), (80, 60)),
        (recompressed(ORIGINAL, 20), (320, 240)),
        (cropped(ORIGINAL, 0.1), (288, 216)),
        (mirrored(ORIGINAL), (320, 240)),
        (captioned(ORIGINAL, "a calm day"), (320, 269)),
    ],
)
def test_sizes_are_as_said(data, size):
    assert opened(data).size == size


def test_small_edits_stay_near_and_a_mirror_image_does_not():
    for data in (resized(ORIGINAL), recompressed(ORIGINAL), cropped(ORIGINAL, 0.02)):
        assert away(ORIGINAL, data) <= 31
    assert away(ORIGINAL, mirrored(ORIGINAL)) > 60
    assert away(ORIGINAL, mirrored(mirrored(ORIGINAL))) <= 31


def test_lower_quality_is_smaller():
    assert len(recompressed(ORIGINAL, 20)) < len(recompressed(ORIGINAL, 80))
