"""A still is shown to a service as a small JPEG."""

import base64
import io

import pytest
from PIL import Image

from consentry.core.content import Frame
from consentry.media.shown import data_url

STILL = Frame(300, 100, bytes([200, 40, 40]) * 30_000)


@pytest.mark.parametrize(("longest", "size"), [(1000, (300, 100)), (150, (150, 50))])
def test_a_still_is_shown_whole_and_no_larger_than_asked(longest, size):
    head, _, coded = data_url(STILL, longest, 88).partition(",")
    image = Image.open(io.BytesIO(base64.b64decode(coded)))
    assert head == "data:image/jpeg;base64"
    assert (image.format, image.size) == ("JPEG", size)
    assert all(abs(seen - put) < 8 for seen, put in zip(image.getpixel((9, 9)), (200, 40, 40), strict=True))
