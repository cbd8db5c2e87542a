"""Measure what two constants rest on: how far the quick hash is from the exact one, and rounding from itself.

    python benchmarks/bounds.py FOLDER_OF_PHOTOGRAPHS...

A few photographs make many pictures: every large one is cut into disjoint squares of 540, of 640, of 800 and
of 1600 pixels and taken whole; small ones are laid side by side in fours, none twice. Each of these is saved
four times, at another size, JPEG quality and sampling of colour each time. It ends with an error if a quick
hash lies beyond the bound that is told.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from consentry.core.match import distance
from consentry.matching import _decode, _operator, _reference, hash_rgb, pdq
from consentry.matching.quick import LEAST_SIDE, quick_hash

LARGE = 800
"""Pixels; photographs with a shorter side are laid together."""
CUTS = (540, 640, 800, 1600)
"""Sides of the squares that large ones are cut into, in pixels."""
SAVED = ((1.0, 92, 0), (0.97, 75, 1), (0.99, 60, 2), (1.0, 40, 2))
"""Size, JPEG quality and sampling of colour of each time."""


def pictures(photographs: list[Image.Image]) -> Iterator[Image.Image]:
    """Different pictures made of the photographs."""
    large = [one for one in photographs if min(one.size) >= LARGE]
    small = [one for one in photographs if min(one.size) < LARGE]
    for one in large:
        yield one
        for side in CUTS:
            for top in range(0, one.height - side + 1, side):
                for left in range(0, one.width - side + 1, side):
                    yield one.crop((left, top, left + side, top + side))
    for first in range(0, len(small) - 3, 4):
        yield together(small[first : first + 4])


def together(four: list[Image.Image]) -> Image.Image:
    """Four photographs in two rows, not made any larger."""
    width, height = min(one.width for one in four), min(one.height for one in four)
    whole = Image.new("RGB", (2 * width, 2 * height))
    for place, one in enumerate(four):
        whole.paste(one.crop((0, 0, width, height)), (width * (place % 2), height * (place // 2)))
    return whole


def files(picture: Image.Image) -> Iterator[bytes]:
    """The picture as four files."""
    for share, quality, sampling in SAVED:
        size = int(picture.width * share), int(picture.height * share)
        one = picture if share == 1 else picture.resize(size, Image.Resampling.LANCZOS)
        out = BytesIO()
        one.save(out, "JPEG", quality=quality, subsampling=sampling)
        yield out.getvalue()


def rounding(rgb: np.ndarray) -> tuple[float, float, bool]:
    """How far coefficients and steps of quality are from the reference's; whether it had to be asked."""
    fast = _operator.shrink(rgb, _operator.bands(rgb.shape[0]), _operator.bands(rgb.shape[1]))
    slow = _reference.shrink(_reference.luma(rgb))
    apart = np.abs(_reference.cosines(fast, pdq.COSINES) - _reference.cosines(slow, pdq.COSINES)).max()
    steps = np.abs(fast - slow).max() * 2 * 100 / 255
    return float(apart), float(steps), pdq.finish(fast, exact=False) is None


def main() -> None:
    """Print the largest of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    asked = parser.parse_args()
    paths = [path for folder in asked.folders for path in sorted(folder.rglob("*.jpg"))]
    photographs = [Image.open(path).convert("RGB") for path in paths]
    bits: dict[int, list[int]] = defaultdict(list)
    most: dict[int, int] = defaultdict(int)
    rounded, made, saved = [], 0, 0
    for picture in pictures(photographs):
        made += 1
        for data in files(picture):
            saved += 1
            rgb = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
            quick, bound = quick_hash(data)
            if bound:
                small = _decode.reduced(data, LEAST_SIDE)
                scale = small.scale if small else 1
                bits[scale].append(max(map(distance, quick.dihedral, hash_rgb(rgb).dihedral)))
                most[bound] = max(most[bound], bits[scale][-1])
            if saved % 10 == 0:
                rounded.append(rounding(rgb))
    print(f"{len(photographs)} photographs, {made} pictures made of them, {saved} files")
    for scale, found in sorted(bits.items()):
        print(f"decoded to 1/{scale}: {len(found)} files, by bits off {np.bincount(found).tolist()}")
    print(f"quick hash: {sum(map(len, bits.values()))} files; the rest were decoded in full")
    for bound, found in sorted(most.items()):
        print(f"told that it is at most {bound} bits off: at most {found}")
    far, steps = max(one[0] for one in rounded), max(one[1] for one in rounded)
    print(f"rounding, {len(rounded)} files: coefficients at most {far:.4f} off, quality steps {steps:.5f}")
    asked_again = sum(one[2] for one in rounded) / len(rounded)
    print(f"worked out again in the reference's order: {asked_again:.3f} of them")
    if any(found > bound for bound, found in most.items()):
        sys.exit("the bound does not hold")


if __name__ == "__main__":
    main()
