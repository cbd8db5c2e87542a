from random import Random

import numpy as np
import pytest

from consentry.media.drawing import SKIN_TONES
from consentry.media.scenery import MOODS, SCENES, WHITE
from consentry.media.sheet import Sheet


def drawn(scene, mood, seed=1):
    sheet = Sheet((160, 120), WHITE)
    scene(sheet, Random(seed), mood)
    return np.asarray(sheet.finished())


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("mood", MOODS, ids=["morning", "evening", "noon", "night"])
def test_a_scene_has_detail_and_hardly_anything_in_the_colour_of_skin(scene, mood):
    picture = drawn(scene, mood).astype(int)
    assert picture.std() > 20
    away = np.abs(picture[:, :, None, :] - np.array(SKIN_TONES)).max(-1).min(-1)
    assert (away <= 8).mean() < 0.002


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_another_seed_is_another_place(scene):
    one, other = drawn(scene, MOODS[0], 1), drawn(scene, MOODS[0], 2)
    assert (one == drawn(scene, MOODS[0], 1)).all()
    assert (np.abs(one.astype(int) - other) > 30).mean() > 0.1
