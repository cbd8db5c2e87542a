"""Builds hostile and odd pictures in memory. Nothing here is read from or written to a disk."""

import itertools
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, PngImagePlugin

from consentry.media.drawing import place

PNG_START = b"\x89PNG\r\n\x1a\n"


def saved(picture, kind, **settings):
    out = BytesIO()
    picture.save(out, kind, **settings)
    return out.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def chunks(png):
    """Every chunk of a PNG as (name, body)."""
    at = len(PNG_START)
    while at + 8 <= len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        yield name, png[at + 8 : at + 8 + length]
        at += 12 + length


def png_of(parts):
    return PNG_START + b"".join(chunk(name, body) for name, body in parts)


def zeros(count):
    """`count` zero bytes, deflated a little at a time."""
    deflate = zlib.compressobj(9)
    parts = [deflate.compress(bytes(min(left, 1 << 20))) for left in range(count, 0, -(1 << 20))]
    return b"".join([*parts, deflate.flush()])


def png(width, height, *, depth=8, colour=0, data=b"", extra=()):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return png_of([(b"IHDR", head), *extra, (b"IDAT", data), (b"IEND", b"")])


def pixel_bomb(side):
    """A PNG of `side` squared grey pixels in a few hundred kilobytes."""
    return png(side, side, data=zeros(side * (side + 1)))


def deep_pixel_bomb(side):
    """The same with 16 bits each of red, green, blue and transparency."""
    return png(side, side, depth=16, colour=6, data=zeros(side * (side * 8 + 1)))


def text_bomb(mib):
    return png(8, 8, data=zeros(72), extra=[(b"zTXt", b"k\0\0" + zeros(mib << 20))])


def profile_bomb(mib):
    return png(8, 8, data=zeros(72), extra=[(b"iCCP", b"k\0\0" + zeros(mib << 20))])


def gif(frames, *, screen=(64, 64)):
    """A GIF of `frames` one-pixel frames on a screen of any size."""
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    frame = b"\x21\xf9\x04\x00\x05\x00\x00\x00" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
    frame += b"\x02\x02\x4c\x01\x00"
    return head + frame * frames + b"\x3b"


def grown_gif(side):
    """A GIF with a small screen whose second frame reaches far beyond it."""
    small = gif(2, screen=(1, 1))
    at = small.rindex(b"\x2c") + 5
    return small[:at] + side.to_bytes(2, "little") * 2 + small[at + 4 :]


def talkative(kind, secret=b"54.3 N 10.1 E"):
    """A picture with every sort of metadata that `kind` can carry, `secret` in each."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = secret.decode()
    exif[0x0112] = 1
    exif.get_ifd(0x8825)[2] = (54.0, 3.0, 0.0)
    settings = {"exif": exif.tobytes(), "icc_profile": swapped_profile(), "xmp": b"<x>" + secret + b"</x>"}
    if kind == "png":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", secret.decode())
        info.add_text("Author", "Zo\u00eb " + secret.decode(), zip=True)
        info.add_itxt("XML:com.adobe.xmp", secret.decode())
        settings = settings | {"pnginfo": info, "dpi": (300, 300)}
        del settings["xmp"]
    if kind == "jpeg":
        settings = settings | {"comment": secret, "dpi": (300, 300)}
    if kind == "gif":
        settings = {"comment": secret}
    return saved(place(7, (160, 120)), kind, **settings)


def moving(kind, count=3, size=(48, 32), **settings):
    """An animation of `count` clearly different frames."""
    frames = [place(seed, size) for seed in range(count)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=80, **settings)


def undeclared_frames():
    """An APNG that declares two frames and carries three."""
    parts = [
        (name, struct.pack(">II", 2, 0)) if name == b"acTL" else (name, body)
        for name, body in chunks(moving("png"))
    ]
    return png_of(parts)


def oriented(picture, turn, kind="jpeg", **settings):
    """`picture` stored so that EXIF orientation `turn` shows it as it was."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = picture.transpose(undo[turn]) if turn in undo else picture
    return saved(stored, kind, exif=exif.tobytes(), **settings)


def xmp_oriented(picture):
    """A PNG that asks for half a turn in XMP only: browsers do not listen."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta tiff:Orientation="3"></x:xmpmeta>')
    return saved(picture, "png", pnginfo=info)


def srgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile():
    """An RGB profile in which red and blue have changed places."""
    profile = srgb_profile()
    return profile.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")


def with_gamma(picture, gamma):
    """A PNG that says its samples were encoded with `gamma`."""
    body = struct.pack(">I", round(gamma * 100_000))
    parts = itertools.chain.from_iterable(
        [(name, data), (b"gAMA", body)] if name == b"IHDR" else [(name, data)]
        for name, data in chunks(saved(picture, "png"))
    )
    return png_of(parts)


def jpeg_with_archive():
    """A JPEG that is a ZIP archive as well."""
    return saved(place(1, (64, 48)), "jpeg") + b"PK\x03\x04" + b"A" * 900 + b"PK\x05\x06" + bytes(18)


def jpeg_with_script():
    """A JPEG that is a web page as well."""
    jpeg = saved(place(1, (64, 48)), "jpeg")
    script = b"<script>alert(1)</script>"
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(script) + 2) + script + jpeg[2:] + b"</html>"


SVG = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>'
)
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(x) show\n%%EOF\n"
