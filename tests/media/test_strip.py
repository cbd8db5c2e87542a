"""A plain PNG keeps its pixels as they were packed, and nothing else; any other is left to the encoder."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from attacks.hostile_files import chunk, chunks, moving, oriented, png_of, saved, talkative
from consentry.media.drawing import place
from consentry.media.limits import Limits
from consentry.media.reencode import clean
from consentry.media.strip import plain_png

PLACE = place(7, (160, 120))
PNG = saved(PLACE, "png")
HEADER, *_ = chunks(PNG)
PACKED = b"".join(body for name, body in chunks(PNG) if name == b"IDAT")
END = (b"IEND", b"")


def built(*, header=HEADER[1], packed=PACKED, before=(), after=()):
    """A PNG of the same pixels with other parts."""
    return png_of([(b"IHDR", header), *before, (b"IDAT", packed), *after, END])


def header(**other):
    names = ("width", "height", "depth", "colour", "packing", "filters", "interlaced")
    found = dict(zip(names, struct.unpack(">IIBBBBB", HEADER[1]), strict=True)) | other
    return struct.pack(">IIBBBBB", *found.values())


def kept_of(data):
    """The file that is left of `data`; None if it is not plain."""
    plain = plain_png(data)
    return plain and plain.file


def pixels(data):
    return Image.open(BytesIO(data)).convert("RGBA").tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_the_pixels_are_kept_as_they_were_packed(mode):
    data = saved(PLACE.convert(mode), "png")
    plain = plain_png(data)
    kept = plain.file
    assert [name for name, _ in chunks(kept)] == [b"IHDR", b"IDAT", b"IEND"]
    assert pixels(kept) == pixels(data)
    assert kept_of(kept) == kept
    assert plain.may_hide == (mode == "RGBA")
    assert pixels(plain.quick) == pixels(data)


def test_what_is_said_beside_the_pixels_and_after_them_is_gone():
    spoken = ((b"tEXt", b"a\0secret"), (b"caBX", b"secret"), (b"eXIf", b""), (b"PLTE", b"sec" * 3))
    data = built(before=spoken, after=((b"tEXt", b"b\0secret"),)) + b"secret" * 9
    assert kept_of(data) == built()
    assert b"secret" not in clean(data, Limits())


def test_pixels_in_many_parts_are_joined():
    parts = [(b"IDAT", PACKED[at : at + 700]) for at in range(0, len(PACKED), 700)]
    assert len(parts) > 3
    assert kept_of(png_of([HEADER, *parts, END])) == built()


@pytest.mark.parametrize("gamma", [45_455, 47_000])
def test_an_ordinary_gamma_is_left_out(gamma):
    assert kept_of(built(before=((b"gAMA", struct.pack(">I", gamma)),))) == built()


def test_a_gamma_that_srgb_overrides_is_left_out():
    parts = ((b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 99_000)))
    assert kept_of(built(before=parts)) == built()


FEW = zlib.compress(zlib.decompress(PACKED)[:-1])
MORE = zlib.compress(zlib.decompress(PACKED) + b"x")
ODD_FILTER = zlib.compress(b"\x05" + zlib.decompress(PACKED)[1:])
EMPTY_BLOCKS = PACKED[:2] + b"\0\0\0\xff\xff" * 20_000 + PACKED[2:]
NOT_PLAIN = {
    "no PNG": saved(PLACE, "jpeg"),
    "nothing": b"",
    "cut off": PNG[:-13],
    "cut in its pixels": PNG[:900],
    "without an end": png_of([HEADER, (b"IDAT", PACKED)]),
    "a wrong checksum": PNG[:-16] + b"\0\0\0\0" + PNG[-12:],
    "two headers": built(before=(HEADER,)),
    "no header first": png_of([(b"tEXt", b"a\0b"), HEADER, (b"IDAT", PACKED), END]),
    "a short header": built(header=HEADER[1][:-1]),
    "no pixels": png_of([HEADER, END]),
    "pixels in two places": png_of(
        [HEADER, (b"IDAT", PACKED[:900]), (b"tEXt", b"a\0b"), (b"IDAT", PACKED[900:]), END]
    ),
    "a chunk that nobody knows": built(before=((b"NEWc", b""),)),
    "a profile": saved(PLACE, "png", icc_profile=b"profile"),
    "another gamma": built(before=((b"gAMA", struct.pack(">I", 99_000)),)),
    "half a gamma": built(before=((b"gAMA", b"\0\0"),)),
    "other light": built(before=((b"cICP", b"\x09\x10\0\x01"),)),
    "a see-through colour": built(before=((b"tRNS", bytes(6)),)),
    "turned": oriented(PLACE, 6, "png"),
    "moving": moving("png"),
    "16 bits": saved(PLACE.convert("I;16"), "png"),
    "1 bit": saved(PLACE.convert("1"), "png"),
    "a palette": saved(PLACE.quantize(32), "png"),
    "interlaced": built(header=header(interlaced=1)),
    "filtered otherwise": built(header=header(filters=1)),
    "packed otherwise": built(header=header(packing=1)),
    "too few pixels": built(packed=FEW),
    "a pixel too many": built(packed=MORE),
    "bytes after the pixels": built(packed=PACKED + b"secret"),
    "pixels that never end": built(packed=PACKED[:-5]),
    "no packed pixels": built(packed=b"secret"),
    "an unknown filter": built(packed=ODD_FILTER),
    "room for something else": built(packed=EMPTY_BLOCKS),
    "more chunks than anybody writes": built(before=((b"tEXt", b""),) * 5_000),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_encoder(name):
    assert plain_png(NOT_PLAIN[name]) is None


def test_a_length_beyond_the_file_is_no_chunk():
    assert plain_png(PNG[:8] + struct.pack(">I4s", 2**32 - 1, b"IHDR") + PNG[16:]) is None


def test_colours_under_full_transparency_are_not_kept():
    hidden = PLACE.convert("RGBA")
    hidden.putalpha(0)
    cleaned = clean(saved(hidden, "png"), Limits())
    assert set(Image.open(BytesIO(cleaned)).convert("RGBA").get_flattened_data()) == {(255, 255, 255, 0)}


def test_an_opaque_picture_with_room_for_transparency_is_kept_as_it_is():
    assert clean(saved(PLACE.convert("RGBA"), "png"), Limits()) == kept_of(
        saved(PLACE.convert("RGBA"), "png")
    )


def test_what_the_encoder_writes_is_plain():
    assert plain_png(clean(talkative("png"), Limits()))
    assert chunk(*END) in clean(talkative("png"), Limits())
