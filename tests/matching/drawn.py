"""Pictures drawn for tests: fields, hills, suns and grain, no two alike."""

import io

import numpy as np
from PIL import Image, ImageDraw


def scene(seed, width=512, height=384):
    """A drawn scene as uint8[height, width, 3]: enough in it for a PDQ quality well over 50."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(base).resize((width, height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = rng.integers(0, width), rng.integers(0, height)
        w, h = rng.integers(width // 30, width // 4), rng.integers(height // 30, height // 4)
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        shape = pen.ellipse if rng.random() < 0.5 else pen.rectangle
        shape((int(x), int(y), int(x + w), int(y + h)), fill=colour)
    grain = rng.normal(0, 6, (height, width, 1))
    return np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)


def saved(rgb, kind, **options):
    """The bytes of `rgb` saved in the format `kind`."""
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, kind, **options)
    return out.getvalue()
