"""The quick way finds what the exact way finds.

With CONSENTRY_PHOTOS=folder, the photographs there are looked at too.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from consentry.core.match import distance
from consentry.matching import Index, hash_image
from consentry.matching.quick import BOUND, quick_hash, search_image
from matching.drawn import saved, scene
from matching.sets import flipped

PHOTOS = os.environ.get("CONSENTRY_PHOTOS", "")


def apart(data):
    """Most bits in any view between the quick hash and the exact one, and the bound that was told."""
    quick, bound = quick_hash(data)
    exact = hash_image(data)
    return max(map(distance, quick.dihedral, exact.dihedral)), bound


@cache
def pictures():
    """JPEGs of drawn scenes in many sizes and qualities, tame and garish, upright and lying."""
    rng = np.random.default_rng(1)
    made = []
    for seed in range(24):
        width, height = (int(side) for side in rng.integers(520, 1000, 2))
        rgb = scene(seed, width, height)
        if seed % 3:
            soft = Image.fromarray(rgb).resize((width // 3, height // 3)).resize((width, height))
            rgb = np.asarray(soft)
        exif = Image.Exif()
        exif[0x0112] = seed % 9
        look = {"quality": int(rng.integers(40, 98)), "subsampling": seed % 3, "progressive": seed % 4 == 0}
        made.append(saved(rgb, "JPEG", exif=exif, **look))
    return made


def test_drawn_pictures_are_within_the_bound_that_is_told():
    told = [apart(data) for data in pictures()]
    assert sum(bound > 0 for _, bound in told) > 16
    assert all(bits <= bound for bits, bound in told)


def test_what_cannot_be_quick_is_exact():
    rgb = scene(1, 800, 800)
    flat = np.full((800, 800, 3), 90, np.uint8)
    for data in (saved(rgb, "PNG"), saved(scene(2, 300, 300), "JPEG"), saved(flat, "JPEG")):
        assert quick_hash(data) == (hash_image(data), 0)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def agree(files):
    """Search each file both ways in an index that holds hashes at and around the radius of all of them."""
    exact = [hash_image(data) for data in files]
    near = np.stack([found.array[n % 8] for n, found in enumerate(exact)])
    with Index() as index:
        for bits in (0, 20, 29, 30, 31, 32, 33, 34, 40):
            ids = np.arange(len(near), dtype=np.uint64) * 1000 + np.uint64(bits)
            index.add(ids[:: bits % 4 + 1], flipped(near, bits, bits)[:: bits % 4 + 1])
        for data, found in zip(files, exact, strict=True):
            for radius in (0, 15, 31):
                assert same(search_image(data, index, radius), index.search(found.array, radius))
    with Index() as index:
        index.add(np.arange(len(near), dtype=np.uint64), flipped(near, 33))
        assert not any(len(search_image(data, index)[0]) for data in files)


def test_both_ways_find_the_same_in_drawn_pictures():
    agree(pictures())


def test_both_ways_find_the_same_in_photographs_if_there_are_any():
    files = [path.read_bytes() for path in sorted(Path(PHOTOS).rglob("*.jpg"))] if PHOTOS else pictures()[:4]
    agree(files)
    assert max(bits for bits, bound in map(apart, files) if bound) <= BOUND
