"""A picture hashed in the browser has the hash that the server would find, and does not leave the device."""

import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attacks.hostile_files import swapped_profile
from consentry.core.match import MIN_QUALITY
from consentry.matching.pdq import hash_rgb
from consentry.media import drawing
from consentry.web import pages
from support.running import Running

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

LOAD = """async source => {
  const blob = new Blob([source], {type: 'text/javascript'});
  window.pdq = await import(URL.createObjectURL(blob));
}"""

SAME_PIXELS = """([coded, width, height]) =>
  pdq.hashPixels(Uint8ClampedArray.from(atob(coded), c => c.charCodeAt(0)), width, height)"""

FILE = "coded => pdq.hashFile(new Blob([Uint8Array.from(atob(coded), c => c.charCodeAt(0))]))"

NOISE = """() => {
  const honest = CanvasRenderingContext2D.prototype.getImageData;
  CanvasRenderingContext2D.prototype.getImageData = function (...where) {
    const found = honest.apply(this, where);
    for (let i = 0; i < found.data.length; i += 4) found.data[i] ^= 1;
    return found;
  };
}"""
"""What browsers do that hide which device they run on."""


@pytest.fixture(scope="module")
def page() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; tools/debian gets it")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.evaluate(LOAD, pages.static("pdq.mjs").decode())
        yield page
        browser.close()


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def half_clear(picture: Image.Image) -> Image.Image:
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    return clear


WAYS = {
    "jpeg": lambda one: saved(one, "JPEG", quality=90),
    "low jpeg": lambda one: saved(one, "JPEG", quality=40),
    "png": lambda one: saved(one, "PNG"),
    "webp": lambda one: saved(one, "WEBP", quality=80),
    "palette": lambda one: saved(one.convert("P", palette=Image.Palette.ADAPTIVE), "PNG"),
    "grey": lambda one: saved(one.convert("L"), "PNG"),
    "turned": lambda one: saved(one, "JPEG", quality=90, exif=turned()),
    "profile": lambda one: saved(one, "JPEG", quality=90, icc_profile=swapped_profile()),
    "clear": lambda one: saved(half_clear(one), "PNG"),
}
SIZES = [(480, 360), (333, 417), (300, 200), (96, 96)]
PICTURES = [(way, seed) for seed in range(12) for way in WAYS]
"""108 picture files, drawn here."""


def apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_the_same_pixels_have_the_same_hash_and_quality(page):
    for seed in range(16):
        size = [*SIZES, (64, 64), (5, 5), (4, 90), (129, 65)][seed % 8]
        rgb = np.asarray(drawing.place(seed, size).convert("RGB"))
        rgba = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
        found = page.evaluate(SAME_PIXELS, [coded(rgba.tobytes()), size[0], size[1]])
        wanted = hash_rgb(rgb)
        assert (found["hash"], found["quality"]) == (wanted.hex, wanted.quality), size


def test_files_hash_on_the_device_as_they_do_on_the_server(page, server: Running):
    distances = {}
    for at, (way, seed) in enumerate(PICTURES):
        data = WAYS[way](drawing.place(seed, SIZES[at % len(SIZES)]))
        hashes = server.system.hasher.hashes(server.system.decoder.decode(data))
        assert hashes.quality >= MIN_QUALITY, "a picture that says nothing would prove nothing"
        distances[way, seed] = apart(page.evaluate(FILE, coded(data))["hash"], hashes.pdq[0].hex())
    opaque = [distance for (way, _), distance in distances.items() if way != "clear"]
    same = sum(distance == 0 for distance in distances.values())
    print(f"{same} of {len(distances)} the same; opaque ones at most {max(opaque)} bits apart")
    assert len(distances) >= 100
    assert same >= 0.96 * len(distances)
    assert max(opaque) <= 10


def test_a_browser_that_puts_noise_into_pixels_is_found_out(page):
    assert page.evaluate("() => pdq.canvasIsHonest()")
    noisy = page.context.browser.new_page()
    noisy.evaluate(LOAD, pages.static("pdq.mjs").decode())
    noisy.evaluate(NOISE)
    assert not noisy.evaluate("() => pdq.canvasIsHonest()")
    noisy.close()


def test_hashing_asks_nobody_anything(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(FILE, coded(WAYS["png"](drawing.place(3))))
    assert not asked


def test_what_is_no_picture_is_said_and_not_hashed(page):
    playwright = pytest.importorskip("playwright.sync_api")
    with pytest.raises(playwright.Error):
        page.evaluate(FILE, coded(b"these are no pixels"))
