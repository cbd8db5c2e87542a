"""One picture is one picture, whatever it was saved as."""

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageCms

from consentry.core.errors import BadInput, TooLarge
from consentry.core.match import NEAR, distance
from consentry.matching import _decode, hash_image, hash_rgb
from matching.drawn import saved, scene


def turned(rgb):
    """A JPEG whose pixels lie on their side and whose EXIF says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(np.rot90(rgb), "JPEG", quality=95, exif=exif)


def put(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def forms(rgb):
    """The picture in every form in which people save one."""
    image = Image.fromarray(rgb)
    grey = np.asarray(image.convert("L"))
    alpha = image.convert("RGBA")
    alpha.putalpha(Image.new("L", image.size, 255))
    return {
        "PNG": saved(rgb, "PNG"),
        "JPEG": saved(rgb, "JPEG", quality=80),
        "progressive JPEG": saved(rgb, "JPEG", quality=80, progressive=True),
        "CMYK JPEG": put(image.convert("CMYK"), "JPEG", quality=90),
        "EXIF-rotated JPEG": turned(rgb),
        "WebP": saved(rgb, "WEBP", quality=80),
        "AVIF": saved(rgb, "AVIF", quality=80),
        "GIF": saved(rgb, "GIF"),
        "palette PNG": put(image.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
        "web palette PNG": put(image.convert("P"), "PNG"),
        "grey PNG": saved(grey, "PNG"),
        "16-bit PNG": put(Image.fromarray(grey.astype(np.uint16) * 257), "PNG"),
        "1-bit PNG": put(image.convert("1"), "PNG"),
        "alpha PNG": put(alpha, "PNG"),
        "grey alpha PNG": put(alpha.convert("LA"), "PNG"),
    }


@pytest.mark.parametrize("seed", range(3))
def test_one_picture_matches_itself_in_every_pair_of_formats(seed):
    hashes = {name: hash_image(data) for name, data in forms(scene(seed, 480, 360)).items()}
    assert all(found.quality >= 50 for found in hashes.values())
    for (one, a), (other, b) in combinations(hashes.items(), 2):
        assert distance(a.bits, b.bits) <= NEAR, (one, other)


def test_the_hash_of_bytes_is_that_of_their_pixels():
    rgb = scene(1)
    assert hash_image(saved(rgb, "PNG")) == hash_rgb(rgb)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation):
    rgb = scene(2, 400, 300)
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    stored = Image.fromarray(rgb) if back is None else Image.fromarray(rgb).transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(_decode.rgb(put(stored, "PNG", exif=exif)), rgb)


def test_transparency_is_laid_over_white():
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert _decode.rgb(put(clear, "PNG")).min() == 255
    palette = Image.new("P", (20, 20), 3)
    palette.putpalette([0, 0, 0] * 256)
    assert _decode.rgb(put(palette, "GIF", transparency=3)).min() == 255


def test_sixteen_bits_are_scaled_and_not_clipped():
    deep = Image.fromarray(np.array([[0, 257, 32896, 65535]], np.uint16))
    assert _decode.rgb(put(deep, "PNG"))[0, :, 0].tolist() == [0, 1, 128, 255]


def test_colours_are_fitted_to_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = scene(3, 64, 64)
    assert np.array_equal(_decode.rgb(saved(plain, "PNG", icc_profile=profile)), plain)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = _decode.rgb(saved(plain, "PNG", icc_profile=srgb)).astype(int)
    assert np.abs(kept - plain).max() <= 1
    assert np.array_equal(_decode.rgb(saved(plain, "PNG", icc_profile=b"no profile")), plain)


@pytest.mark.parametrize("data", [b"", b"hello", saved(scene(1), "PNG")[:500], saved(scene(1), "BMP")])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(BadInput):
        hash_image(data)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded():
    huge = put(Image.new("1", (10_000, 5_001)), "PNG")
    with pytest.raises(TooLarge):
        hash_image(huge)
    with pytest.raises(TooLarge):
        hash_image(put(Image.new("1", (20_000, 10_000)), "PNG"))


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_has_the_hash_of_its_pixels_in_every_form(seed):
    """The bytes that Pillow holds are hashed where they lie; a copy must come to the same."""
    for data in forms(scene(seed, 300 + seed, 200)).values():
        assert hash_image(data) == hash_rgb(_decode.rgb(data))
