import hashlib
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from attacks.hostile_files import (
    chunks,
    gif,
    grown_gif,
    moving,
    oriented,
    pixel_bomb,
    png,
    saved,
    srgb_profile,
    swapped_profile,
    undeclared_frames,
    with_gamma,
    xmp_oriented,
    zeros,
)
from consentry.core.errors import BadInput
from consentry.media.decoder import PlainDecoder
from consentry.media.drawing import place
from consentry.media.limits import PROFILE_IGNORED, TRANSPARENT, Limits
from consentry.media.normalise import NORMALISATION, as_trouble, kind_of, orientation

PLACE = place(7, (160, 120))
KINDS = ("jpeg", "png", "webp", "gif", "avif")


def frames(data, limits=None):
    picture = PlainDecoder(limits).decode(data)
    assert picture.trouble == ""
    return [Image.frombytes("RGB", (frame.width, frame.height), frame.rgb) for frame in picture.frames]


def notes(data):
    return PlainDecoder().decode(data).notes


def trouble(data, **limits):
    return PlainDecoder(Limits(**limits)).decode(data).trouble


def apart(one, other):
    """Mean difference of two pictures, in levels of 255."""
    assert one.size == other.size
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def test_the_definition_has_a_name():
    assert NORMALISATION == "n1"


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_told_apart_by_their_first_bytes(kind):
    assert kind_of(saved(PLACE, kind)) == kind
    assert kind_of(saved(PLACE, kind)[:3]) in {kind, ""}


@pytest.mark.parametrize("data", [b"", b"\xff", b"BM", b"%!PS", b"<svg>", b"II*\0", b"\0\0\0\x0cjP  "])
def test_other_kinds_are_unsupported(data):
    assert trouble(data) == "unsupported"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_in_every_format_is_nearly_the_same_pixels(kind):
    (found,) = frames(saved(PLACE, kind, **({} if kind in {"png", "gif"} else {"quality": 92})))
    assert apart(found, PLACE) < (9 if kind == "gif" else 5)


def test_a_cmyk_jpeg_is_nearly_the_same_pixels():
    (found,) = frames(saved(PLACE.convert("CMYK"), "jpeg", quality=95))
    assert apart(found, PLACE) < 3


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_exif_orientation_is_applied(kind, turn):
    (found,) = frames(oriented(PLACE, turn, kind))
    assert apart(found, PLACE) < 8


def test_orientation_in_xmp_is_not_believed():
    assert frames(xmp_oriented(PLACE)) == [PLACE]


@pytest.mark.parametrize(
    "exif",
    [
        None,
        b"",
        b"Exif\0\0II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\0\x09",
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0",
    ],
)
def test_orientation_that_cannot_be_read_is_upright(exif):
    assert orientation(exif) == 1


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_the_colour_profile_is_worked_in(kind):
    (found,) = frames(saved(PLACE, kind, icc_profile=swapped_profile()))
    red, green, blue = PLACE.split()
    assert apart(found, Image.merge("RGB", (blue, green, red))) < 8


def test_an_srgb_profile_changes_nothing_to_speak_of():
    (found,) = frames(saved(PLACE, "png", icc_profile=srgb_profile()))
    assert apart(found, PLACE) < 0.5


@pytest.mark.parametrize("profile", [b"nonsense", srgb_profile()[:200], b"\0" * 4000])
def test_a_broken_profile_is_ignored_and_noted(profile):
    data = saved(PLACE, "png", icc_profile=profile)
    assert frames(data) == [PLACE]
    assert notes(data) == (PROFILE_IGNORED,)


def test_a_profile_for_other_colours_is_ignored_and_noted():
    grey = PLACE.convert("L")
    data = saved(grey, "png", icc_profile=srgb_profile())
    assert frames(data) == [grey.convert("RGB")]
    assert notes(data) == (PROFILE_IGNORED,)


def test_a_gamma_trick_is_seen_as_a_browser_shows_it():
    dark = Image.new("RGB", (8, 8), (60, 60, 60))
    (found,) = frames(with_gamma(dark, 1.0))
    # 255 * (60 / 255) ** (1 / 2.2): linear samples look brighter.
    assert found.getpixel((0, 0)) == (132, 132, 132)
    assert frames(with_gamma(PLACE, 0.45455)) == [PLACE]
    assert frames(with_gamma(PLACE, 0.0)) == [PLACE]


def test_transparency_is_laid_over_white_and_over_black():
    half = Image.new("RGBA", (4, 4), (200, 100, 0, 128))
    on_white, on_black = frames(saved(half, "png"))
    assert on_white.getpixel((0, 0)) == (227, 177, 127)
    assert on_black.getpixel((0, 0)) == (100, 50, 0)
    assert notes(saved(half, "png")) == (TRANSPARENT,)


def test_what_shows_only_on_black_is_seen():
    ghost = Image.new("RGBA", PLACE.size, "white")
    ghost.putalpha(PLACE.convert("L"))
    on_white, on_black = frames(saved(ghost, "png"))
    assert on_white.convert("L").getextrema() == (255, 255)
    assert apart(on_black, PLACE.convert("L").convert("RGB")) < 1


def test_an_alpha_channel_that_hides_nothing_adds_no_frame():
    assert frames(saved(PLACE.convert("RGBA"), "png")) == [PLACE]


@pytest.mark.parametrize(
    ("picture", "settings"),
    [
        (PLACE.convert("1"), {}),
        (PLACE.convert("L"), {}),
        (PLACE.quantize(64), {}),
        (PLACE.quantize(64), {"transparency": 3}),
        (PLACE.convert("L"), {"transparency": 255}),
        (PLACE, {"transparency": (1, 2, 3)}),
        (PLACE.convert("LA"), {}),
        (PLACE.convert("RGBA"), {}),
    ],
    ids=["1", "L", "P", "P with transparency", "L keyed", "RGB keyed", "LA", "RGBA"],
)
def test_every_mode_becomes_rgb(picture, settings):
    found = frames(saved(picture, "png", **settings))[0]
    expected = picture.convert("RGB")
    if "transparency" in settings:
        # Whatever is keyed out is white now; the rest is as it was.
        assert apart(found, expected) < 40
    else:
        assert found == expected


def test_sixteen_bit_grey_is_scaled_and_not_clipped():
    ramp = Image.frombytes("I;16", (256, 1), b"".join(bytes([0x80, level]) for level in range(256)))
    (found,) = frames(saved(ramp, "png"))
    assert [found.getpixel((x, 0)) for x in (0, 1, 128, 255)] == [
        (0, 0, 0),
        (1, 1, 1),
        (128, 128, 128),
        (255, 255, 255),
    ]


def test_sixteen_bit_colour_is_scaled_and_not_clipped():
    data = png(
        2, 1, depth=16, colour=2, data=zlib.compress(b"\0" + bytes.fromhex("40ff80017fffffff00ff0100"))
    )
    (found,) = frames(data)
    assert [found.getpixel((x, 0)) for x in (0, 1)] == [(0x40, 0x80, 0x7F), (255, 0, 1)]


@pytest.mark.parametrize("kind", ["gif", "png", "webp", "avif"])
def test_every_frame_of_an_animation_is_there(kind):
    found = frames(moving(kind, 3, size=(96, 64)))
    assert len(found) == 3
    for seed, frame in enumerate(found):
        assert apart(frame, place(seed, (96, 64))) < 12


def test_a_moving_webp_shows_the_page_wherever_no_frame_lies():
    patch = Image.new("RGBA", (64, 48))
    patch.paste((180, 30, 40, 255), (0, 10, 20, 30))
    data = saved(patch, "webp", save_all=True, append_images=[patch.transpose(Image.Transpose.ROTATE_180)])
    on_white, on_black, *rest = frames(data)
    assert on_white.getpixel((60, 2)) == (255, 255, 255)
    assert on_black.getpixel((60, 2)) == (0, 0, 0)
    assert len(rest) == 2


def test_the_still_that_stands_in_for_an_animation_is_there():
    cover, *rest = [place(seed, (48, 32)) for seed in range(3)]
    data = saved(cover, "png", save_all=True, append_images=rest, default_image=True, duration=50)
    assert frames(data) == [cover, *rest]


def test_an_animation_with_undeclared_frames_is_refused():
    assert trouble(moving("png")) == ""
    assert trouble(undeclared_frames()) == "corrupt"


def test_of_a_jpeg_with_several_pictures_the_first_is_taken():
    out = BytesIO()
    PLACE.save(out, "mpo", save_all=True, append_images=[place(8, PLACE.size)], quality=95)
    (found,) = frames(out.getvalue())
    assert apart(found, PLACE) < 5


def test_limits_refuse_and_never_cut_down():
    four = moving("gif", 4, size=(20, 10))
    assert trouble(four, max_frames=4) == ""
    assert trouble(four, max_frames=3) == "too_many_frames"
    assert trouble(moving("webp", 4), max_frames=3) == "too_many_frames"
    assert trouble(four, max_total_pixels=800) == ""
    assert trouble(four, max_total_pixels=799) == "too_many_pixels"
    assert trouble(four, max_pixels=199) == "too_many_pixels"
    assert trouble(four, max_bytes=len(four)) == ""
    assert trouble(four, max_bytes=len(four) - 1) == "too_large"


def test_a_frame_that_outgrows_the_limit_is_refused():
    assert trouble(grown_gif(40), max_pixels=1599) == "too_many_pixels"
    assert trouble(grown_gif(40), max_total_pixels=1600) == "too_many_pixels"


def test_both_backgrounds_count_against_the_limit():
    clear = saved(Image.new("RGBA", (10, 10)), "png")
    assert trouble(clear, max_total_pixels=200) == ""
    assert trouble(clear, max_total_pixels=199) == "too_many_pixels"


def test_a_picture_without_pixels_is_corrupt():
    assert trouble(png(0, 0, data=zeros(1))) == "corrupt"
    assert trouble(gif(1, screen=(0, 0))[:-1] + b";") in {"", "corrupt"}


def test_too_many_pixels_are_refused_before_they_are_unpacked():
    assert trouble(pixel_bomb(9000)) == "too_many_pixels"


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_file_is_corrupt(kind):
    data = saved(PLACE, kind)
    assert trouble(data[: len(data) // 2]) == "corrupt"


def test_the_same_bytes_give_the_same_pixels():
    data = saved(PLACE, "jpeg")
    seen = {hashlib.sha256(frames(data)[0].tobytes()).hexdigest() for _ in range(3)}
    assert len(seen) == 1


def test_chunks_of_a_png_can_be_walked():
    assert next(name for name, _ in chunks(saved(PLACE, "png"))) == b"IHDR"


def test_only_our_own_error_leaves_as_trouble():
    for raised, word in [
        (MemoryError(), "too_much_memory"),
        (Image.DecompressionBombError(), "too_many_pixels"),
        (RecursionError(), "corrupt"),
        (KeyError("x"), "corrupt"),
    ]:
        with pytest.raises(BadInput) as seen, as_trouble():
            raise raised
        assert seen.value.code == word
        assert seen.value.__cause__ is None
