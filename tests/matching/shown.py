"""What people show a picture in: a phone's screen, a card with a caption."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from matching.drawn import scene


def on_phone(rgb):
    """A picture on a phone's screen, with the same names and buttons around each."""
    screen = Image.new("RGB", (540, 1100), (250, 250, 250))
    pen, font = ImageDraw.Draw(screen), ImageFont.load_default(24)
    screen.paste(Image.fromarray(rgb).resize((540, 400)), (0, 250))
    for line in range(8):
        pen.text((20, 20 + 27 * line), f"somebody writes line {line} here", "black", font)
        pen.text((20, 680 + 34 * line), f"good morning from the lake {line * 7}", "black", font)
    for place in range(5):
        pen.rectangle((40 + 100 * place, 1010, 80 + 100 * place, 1050), outline="black", width=4)
    return np.asarray(screen)


def on_card(rgb):
    """A picture on a card, with the same words above and below each."""
    card = Image.new("RGB", (620, 640), "white")
    pen, font = ImageDraw.Draw(card), ImageFont.load_default(32)
    card.paste(Image.fromarray(rgb).resize((560, 420)), (30, 130))
    for line, words in enumerate(("LOOK AT THIS ONE", "what a day it was")):
        pen.text((30, 10 + 50 * line), words, "black", font)
        pen.text((30, 555 + 38 * line), words.upper(), "black", font)
    return np.asarray(card)


def captioned(rgb):
    """A picture with the same large letters across each."""
    whole = Image.fromarray(rgb)
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(rgb.shape[0] // 7)
    for top, words in ((0.02, "WHAT A VIEW"), (0.8, "IN THE MORNING")):
        place = (rgb.shape[1] * 0.05, rgb.shape[0] * top)
        pen.text(place, words, "white", font, stroke_width=3, stroke_fill="black")
    return np.asarray(whole)


def turned(rgb, degrees):
    """A picture turned by a few degrees, its corners lost."""
    return np.asarray(Image.fromarray(rgb).rotate(degrees, Image.Resampling.BICUBIC))


def part(seed, share=0.2, degrees=4):
    """A drawn scene, and a copy of it with a share of each side cut off that was turned besides."""
    known = scene(seed, 640, 480)
    left, top = int(640 * share * 0.3), int(480 * share * 0.6)
    cut = known[top : top + int(480 * (1 - share)), left : left + int(640 * (1 - share))]
    return known, turned(cut, degrees)
