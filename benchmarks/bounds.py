"""Measure what two constants rest on: how far the quick hash is from the exact one, and rounding from itself.

    python benchmarks/bounds.py FOLDER_OF_PHOTOGRAPHS [--count 2000]

Each picture is a window of a photograph, or four photographs side by side, at a random size and JPEG quality.
"""

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from consentry.core.match import MIN_QUALITY, distance
from consentry.matching import _operator, _reference, hash_rgb, pdq
from consentry.matching.quick import quick_hash


def windows(photographs: list[Image.Image], count: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Pictures made of the photographs."""
    for _ in range(count):
        picture = photographs[rng.integers(len(photographs))]
        if min(picture.size) < 800:
            four = [photographs[place] for place in rng.integers(0, len(photographs), 4)]
            width, height = (int(side) for side in rng.integers(200, 480, 2))
            picture = Image.new("RGB", (2 * width, 2 * height))
            for place, one in enumerate(four):
                picture.paste(one.resize((width, height)), (width * (place % 2), height * (place // 2)))
        share = rng.uniform(0.3, 1)
        width, height = int(picture.width * share), int(picture.height * share)
        left, top = rng.integers(0, picture.width - width + 1), rng.integers(0, picture.height - height + 1)
        window = picture.crop((left, top, left + width, top + height))
        if rng.random() < 0.3:
            window = window.resize((int(width * rng.uniform(0.6, 1)), int(height * rng.uniform(0.6, 1))))
        yield window


def main() -> None:
    """Print the largest of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    photographs = [Image.open(path).convert("RGB") for path in sorted(asked.folder.rglob("*.jpg"))]
    bits, rounding, steps, again = [], [], [], 0
    for window in windows(photographs, asked.count, rng):
        out = BytesIO()
        quality = int(rng.integers(30, 98))
        window.save(out, "JPEG", quality=quality, subsampling=int(rng.integers(0, 3)))
        rgb = np.asarray(Image.open(BytesIO(out.getvalue())).convert("RGB"))
        exact = hash_rgb(rgb)
        quick, bound = quick_hash(out.getvalue())
        if bound:
            bits.append(max(map(distance, quick.dihedral, exact.dihedral)))
        fast = _operator.shrink(rgb, _operator.bands(rgb.shape[0]), _operator.bands(rgb.shape[1]))
        again += pdq.finish(fast, exact=False) is None
        slow = _reference.shrink(_reference.luma(rgb))
        rounding.append(
            np.abs(_reference.cosines(fast, pdq.COSINES) - _reference.cosines(slow, pdq.COSINES)).max()
        )
        steps.append(np.abs(fast - slow).max() * 2 * 100 / 255)
    print(f"{asked.count} pictures made of {len(photographs)} photographs, quality {MIN_QUALITY} or not")
    print(f"quick hash: {len(bits)} pictures, bits apart {np.bincount(bits).tolist()}, most {max(bits)}")
    print(f"rounding of coefficients: most {max(rounding):.4f}; of quality steps: most {max(steps):.5f}")
    print(f"worked out again in the reference's order: {again / asked.count:.3f} of the pictures")


if __name__ == "__main__":
    main()
