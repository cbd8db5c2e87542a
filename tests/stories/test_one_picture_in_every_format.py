"""A picture of a bank is found whatever it is saved as: "save it as GIF" is no way around.

Every form of it is put into a bank of its own, the only thing there, and every form is looked up.
"""

import io

import pytest
from PIL import Image

from consentry.media.drawing import place
from support.running import running

PICTURE = place(3, (640, 480))
TURNED = Image.Exif()
TURNED[0x0112] = 6
"""Stored lying on its side, to be turned by whoever shows it."""


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def deep(image: Image.Image) -> Image.Image:
    """16 bits for each pixel, in grey."""
    return image.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")


def see_through(image: Image.Image) -> Image.Image:
    """A little of what is behind shines through everywhere."""
    framed = image.convert("RGBA")
    framed.putalpha(Image.new("L", image.size, 250))
    return framed


FORMS = {
    "JPEG": saved(PICTURE, "JPEG", quality=85),
    "PNG": saved(PICTURE),
    "GIF": saved(PICTURE, "GIF"),
    "palette PNG": saved(PICTURE.convert("P", palette=Image.Palette.ADAPTIVE)),
    "CMYK JPEG": saved(PICTURE.convert("CMYK"), "JPEG", quality=90),
    "EXIF-turned JPEG": saved(PICTURE.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=TURNED),
    "1-bit PNG": saved(PICTURE.convert("1")),
    "16-bit PNG": saved(deep(PICTURE)),
    "alpha PNG": saved(see_through(PICTURE)),
    "WebP": saved(PICTURE, "WEBP", quality=80),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("forms")) as up:
        yield up


@pytest.mark.parametrize("banked", FORMS)
def test_a_bank_of_one_picture_finds_it_at_once_in_every_form(server, banked):
    with server.http("admin,screen") as http:
        assert http.post("/c/banks", json={"name": "ONE"}).status_code == 201
        added = http.post("/c/bank/ONE/content", files={"photo": ("a", FORMS[banked])})
        assert added.status_code == 200, added.json()
        missed = [
            form
            for form, data in FORMS.items()
            if "ONE" not in http.post("/m/lookup", files={"photo": ("b", data)}).json()["pdq"]
        ]
        http.delete("/c/bank/ONE")
    assert not missed


def test_another_picture_is_not_found(server):
    other = saved(place(4, (640, 480)), "JPEG")
    with server.http("admin,screen") as http:
        http.post("/c/banks", json={"name": "ONE"})
        http.post("/c/bank/ONE/content", files={"photo": ("a", FORMS["PNG"])})
        assert http.post("/m/lookup", files={"photo": ("b", other)}).json() == {"pdq": {}}
        http.delete("/c/bank/ONE")
