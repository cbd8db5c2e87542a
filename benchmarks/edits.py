"""Fifty-two things that people do to a picture before they post it again."""

from collections.abc import Callable
from functools import partial
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Rng = np.random.Generator
Edit = Callable[[Image.Image, Image.Image, Rng], Image.Image]
"""What makes of a picture, and of another one that may stand beside it, the picture that is posted."""
GREETING = "good morning from the lake"


def scaled(share: float, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Made smaller."""
    return image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BICUBIC)


def squeezed(kind: str, quality: int, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Saved at a low quality, or with few colours."""
    out = BytesIO()
    image.save(out, kind, **({"quality": quality} if quality else {}))
    return Image.open(BytesIO(out.getvalue())).convert("RGB")


def middle(share: float, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Cut to its middle."""
    return ImageOps.crop(image, (int(image.width * share / 2), int(image.height * share / 2)) * 2)


def cut(share: float, image: Image.Image, _other: Image.Image, rng: Rng) -> Image.Image:
    """Cut to a part anywhere in it."""
    width, height = int(image.width * (1 - share)), int(image.height * (1 - share))
    left, top = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def bordered(share: float, colour: str, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With an even border."""
    return ImageOps.expand(image, int(share * max(image.size)), colour)


def captioned(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With a line of text on a bar below."""
    bar = image.height // 7
    whole = ImageOps.expand(image, (0, 0, 0, bar), "white")
    font = ImageFont.load_default(bar // 2)
    ImageDraw.Draw(whole).text((bar // 3, image.height + bar // 5), GREETING, "black", font)
    return whole


def boxed(ratio: float, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With bars that give it another shape."""
    width = max(image.width, int(image.height * ratio))
    return ImageOps.pad(image, (width, int(width / ratio)), color="black")


def on_blur(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """On a square made of itself, blurred."""
    side = int(1.2 * max(image.size))
    ground = image.resize((side, side)).filter(ImageFilter.GaussianBlur(side / 30))
    ground.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return ground


def on_phone(dark: bool, image: Image.Image, _other: Image.Image, rng: Rng) -> Image.Image:
    """As a phone shows it, with names and buttons around it."""
    paper, ink = ((20, 20, 24), (230, 230, 230)) if dark else ((252, 252, 252), (25, 25, 25))
    screen = Image.new("RGB", (600, 1300), paper)
    pen, font = ImageDraw.Draw(screen), ImageFont.load_default(26)
    shown = ImageOps.contain(image, (600, 860))
    top = int(rng.integers(150, 1300 - 250 - shown.height + 1))
    screen.paste(shown, ((600 - shown.width) // 2, top))
    pen.text((40, 20), f"{rng.integers(24)}:{rng.integers(10, 60)}", ink, font)
    pen.ellipse((24, 84, 80, 140), (int(rng.integers(255)), 120, 90))
    pen.text((96, 96), f"somebody_{rng.integers(99)}", ink, font)
    for line in range(3):
        pen.text((30, top + shown.height + 20 + 38 * line), f"{GREETING} {rng.integers(999)}", ink, font)
    for place in range(4):
        pen.rectangle((70 + 140 * place, 1230, 110 + 140 * place, 1270), outline=ink, width=4)
    return screen


def turned(degrees: float, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Turned by a few degrees, its corners lost."""
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def transposed(how: Image.Transpose, image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Mirrored, or turned by a right angle."""
    return image.transpose(how)


def lettered(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With big letters across it."""
    whole, pen = (copy := image.copy()), ImageDraw.Draw(copy)
    font = ImageFont.load_default(image.height // 9)
    for top, words in ((0.03, "WHAT A VIEW"), (0.84, "IN THE MORNING")):
        place = (image.width * 0.06, image.height * top)
        pen.text(place, words, "white", font, stroke_width=2, stroke_fill="black")
    return whole


def watermarked(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With a pale name all over it."""
    layer = Image.new("RGBA", image.size)
    pen, font = ImageDraw.Draw(layer), ImageFont.load_default(image.height // 12)
    for place in range(12):
        at = (image.width * (place % 3) / 3, image.height * (place // 3) / 4)
        pen.text(at, "example.org", (255, 255, 255, 90), font)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def stickered(share: float, image: Image.Image, _other: Image.Image, rng: Rng) -> Image.Image:
    """With a round sticker on it."""
    whole, side = image.copy(), int((share * image.width * image.height) ** 0.5)
    left, top = int(rng.integers(image.width - side)), int(rng.integers(image.height - side))
    ImageDraw.Draw(whole).ellipse((left, top, left + side, top + side), "gold", "black", side // 20)
    return whole


def barred(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """With a black bar across its middle."""
    whole = image.copy()
    box = (image.width * 0.2, image.height * 0.4, image.width * 0.8, image.height * 0.52)
    ImageDraw.Draw(whole).rectangle(box, "black")
    return whole


def blocky(image: Image.Image, _other: Image.Image, rng: Rng) -> Image.Image:
    """With a part of it in coarse blocks."""
    whole, (width, height) = image.copy(), (image.width // 3, image.height // 3)
    left, top = int(rng.integers(image.width - width)), int(rng.integers(image.height - height))
    part = image.crop((left, top, left + width, top + height)).resize((8, 8))
    whole.paste(part.resize((width, height), Image.Resampling.NEAREST), (left, top))
    return whole


def enhanced(
    kind: Callable[[Image.Image], ImageEnhance._Enhance], much: float, image: Image.Image, *_: object
) -> Image.Image:
    """Brighter, darker, or more colourful."""
    return kind(image).enhance(much)


def filtered(by: ImageFilter.Filter, image: Image.Image, *_: object) -> Image.Image:
    """Blurred or sharpened."""
    return image.filter(by)


def greyed(image: Image.Image, *_: object) -> Image.Image:
    """Without colours."""
    return image.convert("L").convert("RGB")


def tinted(image: Image.Image, *_: object) -> Image.Image:
    """In shades of one colour."""
    return ImageOps.colorize(image.convert("L"), "#201008", "#ffe8c0")


def grained(image: Image.Image, _other: Image.Image, rng: Rng) -> Image.Image:
    """With grain."""
    noisy = np.asarray(image) + rng.normal(0, 20, (image.height, image.width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def stretched(image: Image.Image, *_: object) -> Image.Image:
    """Made wider."""
    return image.resize((int(image.width * 1.3), image.height))


def slanted(image: Image.Image, _other: Image.Image, _rng: Rng) -> Image.Image:
    """Seen at an angle."""
    slope = (1, 0.05, 0, 0.03, 1, 0, 0.0001, 0.0001)
    return image.transform(image.size, Image.Transform.PERSPECTIVE, slope, Image.Resampling.BICUBIC)


def beside(down: bool, image: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """Beside another one, or above it."""
    pair = [image, other.resize(image.size)]
    first = int(rng.integers(2))
    size = (image.width, 2 * image.height) if down else (2 * image.width, image.height)
    whole = Image.new("RGB", size)
    whole.paste(pair[first])
    whole.paste(pair[1 - first], (0, image.height) if down else (image.width, 0))
    return whole


def one_of_four(image: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """As one of four."""
    parts = [image, other.resize(image.size), ImageOps.invert(other.resize(image.size)), greyed(other)]
    whole = Image.new("RGB", (2 * image.width, 2 * image.height))
    for place, part in enumerate(rng.permutation(4).tolist()):
        at = (image.width * (place % 2), image.height * (place // 2))
        whole.paste(parts[part].resize(image.size), at)
    return whole


def inset(image: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
    """Small, on another one."""
    ground = other.resize((2 * image.width, 2 * image.height))
    ground.paste(image, (int(rng.integers(image.width)), int(rng.integers(image.height))))
    return ground


def then(*edits: Edit) -> Edit:
    """One after the other."""

    def all_of_them(image: Image.Image, other: Image.Image, rng: Rng) -> Image.Image:
        for edit in edits:
            image = edit(image, other, rng)
        return image

    return all_of_them


MIRROR = partial(transposed, Image.Transpose.FLIP_LEFT_RIGHT)
EDITS: dict[str, Edit] = {
    "half the size": partial(scaled, 0.5),
    "a quarter of the size": partial(scaled, 0.25),
    "JPEG at 30": partial(squeezed, "JPEG", 30),
    "JPEG at 10": partial(squeezed, "JPEG", 10),
    "WebP at 40": partial(squeezed, "WEBP", 40),
    "GIF": partial(squeezed, "GIF", 0),
    "middle 97.5 %": partial(middle, 0.025),
    "middle 95 %": partial(middle, 0.05),
    "middle 90 %": partial(middle, 0.1),
    "middle 80 %": partial(middle, 0.2),
    "cut by 5 %": partial(cut, 0.05),
    "cut by 10 %": partial(cut, 0.1),
    "cut by 20 %": partial(cut, 0.2),
    "cut by 40 %": partial(cut, 0.4),
    "white border 5 %": partial(bordered, 0.05, "white"),
    "black border 10 %": partial(bordered, 0.1, "black"),
    "caption bar": captioned,
    "letterbox 16:9": partial(boxed, 16 / 9),
    "tall 9:16": partial(boxed, 9 / 16),
    "on its own blur": on_blur,
    "phone, light": partial(on_phone, False),
    "phone, dark": partial(on_phone, True),
    "mirrored": MIRROR,
    "upside down": partial(transposed, Image.Transpose.ROTATE_180),
    "turned 90": partial(transposed, Image.Transpose.ROTATE_90),
    "turned 2 degrees": partial(turned, 2),
    "turned 5 degrees": partial(turned, 5),
    "turned 10 degrees": partial(turned, 10),
    "lettered": lettered,
    "watermarked": watermarked,
    "sticker 5 %": partial(stickered, 0.05),
    "sticker 15 %": partial(stickered, 0.15),
    "bar across": barred,
    "a part in blocks": blocky,
    "brighter": partial(enhanced, ImageEnhance.Brightness, 1.4),
    "darker": partial(enhanced, ImageEnhance.Brightness, 0.6),
    "more contrast": partial(enhanced, ImageEnhance.Contrast, 1.6),
    "more colour": partial(enhanced, ImageEnhance.Color, 2.0),
    "grey": greyed,
    "tinted": tinted,
    "blurred": partial(filtered, ImageFilter.GaussianBlur(2)),
    "sharpened": partial(filtered, ImageFilter.UnsharpMask(2, 200)),
    "grained": grained,
    "stretched": stretched,
    "slanted": slanted,
    "two across": partial(beside, False),
    "two down": partial(beside, True),
    "one of four": one_of_four,
    "inset": inset,
    "mirrored in a border": then(MIRROR, partial(bordered, 0.06, "white")),
    "cut by 10 %, lettered": then(partial(cut, 0.1), lettered),
    "cut by 5 %, on a phone": then(partial(cut, 0.05), partial(on_phone, True)),
}
"""By name, in the order in which they are reported."""
