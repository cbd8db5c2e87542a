"""Files made to hurt whoever opens them: each is refused with a word, in time, by a child that lives on."""

import time

import pytest
from PIL import Image

from attacks import hostile_files as files
from consentry.core.errors import BadInput
from consentry.media.drawing import place

HARMLESS = files.saved(place(3, (64, 48)), "png")


def canvas_webp():
    """A one-pixel WebP that claims the largest canvas there is."""
    body = files.saved(Image.new("RGB", (1, 1)), "webp")[12:]
    side = (16_383).to_bytes(3, "little")
    extended = b"VP8X" + (10).to_bytes(4, "little") + b"\x02\0\0\0" + side * 2
    animated = b"ANIM" + (6).to_bytes(4, "little") + bytes(6)
    whole = b"WEBP" + extended + animated + body
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole


BOMBS = {
    "900 MP of grey": (lambda: files.pixel_bomb(30_000), "too_many_pixels"),
    "169 MP of grey": (lambda: files.pixel_bomb(13_000), "too_many_pixels"),
    "88 MP of 16-bit colour": (lambda: files.deep_pixel_bomb(9_400), "too_many_pixels"),
    "500 MB of text": (lambda: files.text_bomb(500), "corrupt"),
    "500 MB of profile": (lambda: files.profile_bomb(500), "corrupt"),
    "a GIF on a screen of 3.6 GP": (lambda: files.gif(1, screen=(60_000, 60_000)), "too_many_pixels"),
    "a GIF of 20,000 frames": (lambda: files.gif(20_000), "too_many_frames"),
    "a GIF that grows": (lambda: files.grown_gif(60_000), "too_many_pixels"),
    "a WebP canvas of 268 MP": (canvas_webp, "too_many_pixels"),
    "an APNG that hides a frame": (files.undeclared_frames, "corrupt"),
    "a drawing in XML": (lambda: files.SVG, "unsupported"),
    "a page description": (lambda: files.EPS, "unsupported"),
    "a file of 21 MiB": (lambda: b"GIF89a" + bytes(21 << 20), "too_large"),
    "nothing": (lambda: b"", "unsupported"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_a_word_and_the_child_lives(decoder, name):
    make, word = BOMBS[name]
    data = make()
    (child,) = decoder._idle.queue
    started = time.monotonic()
    picture = decoder.decode(data)
    assert time.monotonic() - started < 10
    assert (picture.trouble, picture.frames) == (word, ())
    with pytest.raises(BadInput) as refused:
        decoder.clean(data)
    assert refused.value.code == word
    assert list(decoder._idle.queue) == [child]
    assert decoder.decode(HARMLESS).frames


@pytest.mark.parametrize("make", [files.jpeg_with_archive, files.jpeg_with_script])
def test_a_picture_that_is_something_else_too_is_judged_and_only_a_picture_leaves(decoder, make):
    data = make()
    assert decoder.decode(data).frames
    cleaned = decoder.clean(data)
    assert cleaned.startswith(b"\xff\xd8")
    assert cleaned.endswith(b"\xff\xd9")
    for part in (b"PK\x03\x04", b"PK\x05\x06", b"<script>", b"</html>"):
        assert part not in cleaned


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "avif"])
def test_a_file_cut_anywhere_never_brings_half_a_picture(decoder, kind):
    data = files.saved(place(5, (96, 72)), kind)
    for part in range(1, 8):
        picture = decoder.decode(data[: len(data) * part // 8])
        assert picture.trouble in {"corrupt", "unsupported"}


def test_no_trouble_says_anything_about_the_picture(decoder):
    secret = b"54.3 N 10.1 E"
    data = files.talkative("png", secret)[:400]
    with pytest.raises(BadInput) as refused:
        decoder.clean(data)
    assert refused.value.__cause__ is None
    assert secret.decode() not in f"{refused.value!r} {refused.value.message} {refused.value.next_step}"
