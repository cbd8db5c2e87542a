from io import BytesIO

import pytest
from PIL import Image

from attacks.hostile_files import (
    jpeg_with_archive,
    jpeg_with_script,
    moving,
    oriented,
    saved,
    talkative,
)
from consentry.core.errors import BadInput
from consentry.media.decoder import PlainDecoder
from consentry.media.drawing import place
from consentry.media.limits import Limits
from consentry.media.normalise import kind_of
from consentry.media.reencode import clean, renewed

PLACE = place(7, (160, 120))
SECRET = b"54.3 N 10.1 E"
KINDS = ("jpeg", "png", "webp", "gif", "avif")


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_is_gone_and_the_format_stays(kind):
    data = talkative(kind, SECRET)
    assert SECRET in data
    cleaned = clean(data, Limits())
    assert kind_of(cleaned) == kind
    assert SECRET not in cleaned
    picture = opened(cleaned)
    picture.load()
    assert not set(picture.info) & {"exif", "icc_profile", "xmp", "comment", "Comment", "Author"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_looks_like_what_was_judged(kind):
    data = talkative(kind, SECRET)
    (before,), (after,) = (
        PlainDecoder().decode(data).frames,
        PlainDecoder().decode(clean(data, Limits())).frames,
    )
    differences = [abs(one - other) for one, other in zip(before.rgb, after.rgb, strict=True)]
    assert sum(differences) / len(differences) < 4


@pytest.mark.parametrize("kind", KINDS)
def test_trailing_bytes_are_gone(kind):
    cleaned = clean(saved(PLACE, kind) + b"PK\x03\x04 and more", Limits())
    assert b"PK\x03\x04" not in cleaned


@pytest.mark.parametrize("made", [jpeg_with_archive, jpeg_with_script])
def test_a_picture_that_is_something_else_as_well_is_only_a_picture_then(made):
    data = made()
    cleaned = clean(data, Limits())
    assert cleaned.endswith(b"\xff\xd9")
    for part in (b"PK\x03\x04", b"<script>", b"</html>"):
        assert part not in cleaned


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_orientation_is_worked_into_the_pixels(kind):
    cleaned = opened(clean(oriented(PLACE, 6, kind), Limits()))
    assert cleaned.size == PLACE.size
    assert cleaned.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("kind", ["gif", "png", "webp", "avif"])
def test_animation_is_kept(kind):
    settings = {} if kind == "avif" else {"loop": 3}
    cleaned = opened(clean(moving(kind, 3, **settings), Limits()))
    assert cleaned.n_frames == 3
    for index in range(3):
        cleaned.seek(index)
        cleaned.load()
        assert cleaned.info["duration"] == 80
    assert cleaned.info.get("loop") == settings.get("loop")


def test_the_still_that_stands_in_for_an_animation_is_kept():
    cover, *rest = [place(seed, (48, 32)) for seed in range(3)]
    data = saved(cover, "png", save_all=True, append_images=rest, default_image=True, duration=[50, 70])
    cleaned = opened(clean(data, Limits()))
    assert cleaned.default_image
    assert cleaned.n_frames == 3
    assert cleaned.convert("RGB").tobytes() == cover.tobytes()


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "avif"])
def test_transparency_is_kept_and_what_it_hides_is_not(kind):
    hidden = PLACE.convert("RGBA")
    hidden.putalpha(Image.linear_gradient("L").resize(PLACE.size).point([0] * 128 + [255] * 128))
    cleaned = opened(
        clean(saved(hidden, kind, **({"exact": True} if kind == "webp" else {})), Limits())
    ).convert("RGBA")
    colours = set(cleaned.crop((0, 0, 160, 40)).get_flattened_data())
    assert {alpha for *_, alpha in colours} == {0}
    assert len(colours) <= (1 if kind in {"png", "gif"} else 40)
    assert cleaned.getpixel((80, 110))[3] == 255


@pytest.mark.parametrize("kind", ["gif", "png", "webp"])
def test_a_moving_see_through_picture_keeps_both(kind):
    frames = []
    for at in (0, 20, 40):
        frame = Image.new("RGBA", (64, 48))
        frame.paste((180, 30, 40, 255), (at, 10, at + 20, 30))
        frames.append(frame)
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=60, disposal=2)
    before, after = PlainDecoder().decode(data), PlainDecoder().decode(clean(data, Limits()))
    assert len(before.frames) == len(after.frames) == 6
    for one, other in zip(before.frames, after.frames, strict=True):
        assert sum(abs(a - b) for a, b in zip(one.rgb, other.rgb, strict=True)) / len(one.rgb) < 5


def test_cleaning_twice_is_as_good_as_once():
    once = clean(saved(PLACE, "png"), Limits())
    assert clean(once, Limits()) == once


def test_limits_hold_when_cleaning_too():
    with pytest.raises(BadInput) as trouble:
        clean(saved(PLACE, "png"), Limits(max_pixels=100))
    assert trouble.value.code == "too_many_pixels"


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_the_quick_file_shows_what_the_file_that_leaves_shows(mode):
    data = saved(PLACE.convert(mode), "png")
    cleaned, quick = renewed(data, Limits())
    assert cleaned == clean(data, Limits())
    assert PlainDecoder().decode(quick).frames == PlainDecoder().decode(cleaned).frames


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_that_is_long_only_when_unpacked_is_renewed_as_well(mode):
    data = saved(PLACE.convert(mode), "png")
    limits = Limits(max_bytes=len(data))
    cleaned, quick = renewed(data, limits)
    assert len(data) < PLACE.width * PLACE.height * len(mode)
    assert PlainDecoder(limits).decode(quick).frames == PlainDecoder().decode(cleaned).frames != ()
