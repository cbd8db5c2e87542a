"""The label is there to be seen, and covers nothing of the picture."""

import io

import numpy as np
import pytest
from PIL import Image

from consentry.core.content import Picture
from consentry.core.errors import BadInput, SafetyUnavailable
from consentry.media import drawing, edits
from consentry.media.decoder import PlainDecoder
from consentry.media.label import labelled

DECODE = PlainDecoder().decode


def drawn(kind="png", size=(300, 200)):
    return DECODE(edits.encoded(drawing.place(1).resize(size), kind))


def pixels(picture):
    frame = picture.frames[0]
    return np.frombuffer(frame.rgb, np.uint8).reshape(frame.height, frame.width, 3)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "avif"])
def test_a_bar_with_words_stands_below_the_picture(kind):
    plain = drawn(kind)
    shown = labelled(plain, "Made by AI")
    again = DECODE(shown.data)
    assert (again.kind, again.sha256) == (kind, shown.sha256)
    assert again.frames[0].height == shown.frames[0].height == 216
    bar = pixels(again)[202:]
    assert bar.min() < 60
    assert bar.max() > 200


def test_nothing_of_the_picture_is_covered():
    plain = drawn()
    assert (pixels(labelled(plain, "Made by AI"))[:200] == pixels(plain)).all()
    assert (pixels(DECODE(labelled(plain, "Made by AI").data))[:200] == pixels(plain)).all()


@pytest.mark.parametrize("size", [(40, 40), (64, 900), (900, 64)])
def test_the_words_fit_whatever_the_shape(size):
    shown = pixels(labelled(drawn(size=size), "Made or changed by AI"))
    bar = shown[size[1] :]
    assert bar.max() > 120
    assert (bar[:, 0] < 60).all()
    assert (bar[:, -1] < 60).all()


def test_transparency_is_shown_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (100, 80), (0, 0, 0, 0)).save(out, "png")
    shown = labelled(DECODE(out.getvalue()), "Made by AI")
    assert (pixels(shown)[:80] == 255).all()


def test_an_animation_is_not_released_without_the_label_it_needs():
    out = io.BytesIO()
    stills = [drawing.place(seed).resize((60, 40)) for seed in (1, 2)]
    stills[0].save(out, "gif", save_all=True, append_images=stills[1:])
    with pytest.raises(BadInput) as stopped:
        labelled(DECODE(out.getvalue()), "Made by AI")
    assert (stopped.value.status, stopped.value.code) == (400, "animation_needs_label")
    assert "still image" in stopped.value.next_step


def test_what_nobody_could_decode_is_not_labelled():
    with pytest.raises(SafetyUnavailable):
        labelled(Picture(b"", "", "png"), "Made by AI")
