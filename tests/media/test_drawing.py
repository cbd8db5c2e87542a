import itertools

import numpy as np
import pdqhash
import pytest

from consentry.media.drawing import SKIN_TONES, figure, place

SIZE = (240, 320)


def pdq(picture):
    bits, quality = pdqhash.compute(np.asarray(picture))
    return bits, quality


def skin(picture):
    """Share of a picture in the colour of somebody's skin."""
    levels = np.asarray(picture).astype(int)
    return (np.abs(levels[:, :, None, :] - np.array(SKIN_TONES)).max(-1) <= 3).any(-1).mean()


def test_the_same_seed_draws_the_same():
    assert place(3).tobytes() == place(3).tobytes()
    assert figure(3).tobytes() == figure(3).tobytes()


def test_sizes_are_kept():
    assert place(1, (100, 70)).size == (100, 70)
    assert figure(1, (90, 120)).size == (90, 120)
    assert place(1).mode == figure(1).mode == "RGB"


def test_places_have_enough_in_them_to_be_told_apart():
    found = [pdq(place(seed, (240, 180))) for seed in range(24)]
    assert min(quality for _, quality in found) > 80
    assert min((one != other).sum() for (one, _), (other, _) in itertools.combinations(found, 2)) > 60


def test_people_are_told_apart_from_each_other():
    found = [pdq(figure(seed, SIZE)) for seed in range(20)]
    assert min(quality for _, quality in found) > 80
    assert min((one != other).sum() for (one, _), (other, _) in itertools.combinations(found, 2)) > 31


@pytest.mark.parametrize("tone", range(len(SKIN_TONES)))
def test_bands_show_much_more_skin_than_a_coat(tone):
    coat, bands = (skin(figure(5, SIZE, skin=tone, cover=cover)) for cover in ("full", "bands"))
    assert 0.01 < coat < 0.04
    assert 0.09 < bands < 0.2


def test_places_show_no_skin():
    assert max(skin(place(seed, SIZE)) for seed in range(16)) < 0.002


def test_only_what_was_asked_for_changes():
    plain = np.asarray(figure(5, SIZE))
    hat = np.asarray(figure(5, SIZE, hat=True))
    bands = np.asarray(figure(5, SIZE, cover="bands"))
    assert (plain[100:] == hat[100:]).all()
    assert (plain[:75] == bands[:75]).all()
    assert (plain[100:] != bands[100:]).any()
    assert (
        np.asarray(figure(5, SIZE, background=1))[:20] != np.asarray(figure(5, SIZE, background=2))[:20]
    ).any()


def test_a_seed_alone_brings_every_tone():
    shades = set()
    for seed in range(30):
        levels = np.asarray(figure(seed, (60, 80)))
        shades |= {tone for tone in SKIN_TONES if (levels == tone).all(-1).any()}
    assert shades == set(SKIN_TONES)
