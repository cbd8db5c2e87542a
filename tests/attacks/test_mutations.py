"""Thousands of damaged pictures: whatever is in them, the decoder answers and goes on.

Every mutation follows from the seed, so that a failure can be seen again.
"""

import os
import random
import time
import zlib

import pytest

from attacks.hostile_files import chunks, moving, png_of, saved, talkative
from consentry.media.decoder import SandboxDecoder
from consentry.media.drawing import place
from consentry.media.limits import TROUBLES, Limits

SHORT_CASES = 600
"""Mutations in every run: a few seconds."""

DEEP_SECONDS = float(os.environ.get("CONSENTRY_FUZZ_SECONDS", "600"))
"""How long the deep run goes on."""

EDGES = [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\x80\0\0\0", b"\0\0\0\x01", b"\xff\0\xff\0"]


def seeds():
    scene = place(11, (72, 56))
    ghost = scene.convert("RGBA")
    ghost.putalpha(scene.convert("L"))
    kinds = ("jpeg", "png", "webp", "gif", "avif")
    return [
        *(saved(scene, kind) for kind in kinds),
        *(moving(kind, 2) for kind in kinds[1:]),
        *(talkative(kind) for kind in kinds),
        *(saved(ghost, kind) for kind in ("png", "webp", "avif")),
        saved(scene, "jpeg", progressive=True),
        saved(scene.convert("CMYK"), "jpeg"),
        saved(scene.quantize(16), "png", transparency=3),
    ]


def mutated(data, chance):
    """`data` with some bytes changed, cut out, doubled or set to numbers at the edge."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 40))):
        at = chance.randrange(len(found))
        match chance.randrange(6):
            case 0 | 1:
                found[at] = chance.randrange(256)
            case 2:
                found[at] ^= 1 << chance.randrange(8)
            case 3:
                del found[at : at + chance.randrange(1, 64)]
            case 4:
                found[at:at] = found[at : at + chance.randrange(1, 64)]
            case _:
                at = chance.randrange(min(96, len(found)))
                found[at : at + 4] = chance.choice(EDGES)
        if not found:
            return b"\0"
    return bytes(found)


def mutated_png(data, chance):
    """A PNG whose chunks were changed and whose checksums are right again, so that it is read further."""
    parts = list(chunks(data))
    at = chance.randrange(len(parts))
    name, body = parts[at]
    if name == b"IDAT" and chance.random() < 0.7:
        parts[at] = (name, zlib.compress(mutated(zlib.decompress(body), chance), 1))
    elif body:
        parts[at] = (name, mutated(body, chance))
    if chance.random() < 0.2:
        parts.insert(chance.randrange(len(parts)), chance.choice(parts))
    return png_of(parts)


def cases(seed):
    """Damaged pictures without end."""
    chance = random.Random(seed)
    originals = seeds()
    while True:
        data = chance.choice(originals)
        is_png = data.startswith(b"\x89PNG") and chance.random() < 0.6
        yield mutated_png(data, chance) if is_png else mutated(data, chance)


def check(decoder, data):
    """Every answer is a picture or a known word; what was read can be written anew, or says why not."""
    picture = decoder.decode(data)
    assert bool(picture.frames) != bool(picture.trouble)
    assert picture.trouble in {"", *TROUBLES}
    for frame in picture.frames:
        assert len(frame.rgb) == frame.width * frame.height * 3
    return picture.trouble


def test_damaged_pictures_never_stop_the_decoder(decoder):
    seen = {check(decoder, data) for data, _ in zip(cases("short"), range(SHORT_CASES), strict=False)}
    assert {"", "corrupt"} <= seen
    assert decoder.decode(seeds()[0]).frames


@pytest.mark.deep
@pytest.mark.timeout(DEEP_SECONDS * 2 + 300)
def test_damaged_pictures_never_stop_the_decoder_at_length():
    end = time.monotonic() + DEEP_SECONDS
    words = set()
    with SandboxDecoder(Limits(max_pixels=4_000_000, seconds=10), workers=1) as decoder:
        for data in cases(time.time_ns()):
            words.add(check(decoder, data))
            if time.monotonic() > end:
                break
    assert {"", "corrupt"} <= words
