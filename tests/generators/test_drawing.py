import io

import numpy as np
import pytest
from PIL import Image

from consentry.core.errors import SetupTrouble
from consentry.generators.drawing import MAX_SIDE, DrawingGenerator
from consentry.media import edits
from consentry.media.decoder import PlainDecoder
from consentry.media.drawing import SKIN_TONES, figure
from consentry.signals.drawn_detector import skin_share
from contracts.generator import GeneratorContract, make
from contracts.pictures import request, unreadable

SUMMER = "make it look like a summer day"


def drawn(asked, **more):
    (made,) = make(DrawingGenerator(**more), asked)
    return np.asarray(Image.open(io.BytesIO(made.data)).convert("RGB"))


def person(seed=7, **more):
    return PlainDecoder().decode(edits.encoded(figure(seed, **more), "png"))


def pixels(one):
    return np.frombuffer(one.frames[0].rgb, np.uint8).reshape(one.frames[0].height, -1, 3)


class TestDrawingGenerator(GeneratorContract):
    @pytest.fixture
    def generator(self):
        return DrawingGenerator()

    @pytest.fixture
    def before(self):
        return person()

    @pytest.fixture
    def broken(self):
        class Unreadable(DrawingGenerator):
            async def make(self, asked):
                return await super().make(request(unreadable(), prompt=asked.prompt))

        return Unreadable()


def test_the_same_words_give_the_same_drawings_and_each_of_several_is_another():
    asked = request(prompt="a harbour", count=2)
    one, other = make(DrawingGenerator(), asked)
    assert one.data != other.data
    assert make(DrawingGenerator(), asked)[0].data == one.data


def test_words_about_a_person_give_a_person_in_a_coat():
    place, portrait = drawn(request(prompt="a harbour")), drawn(request(prompt="a portrait of a friend"))
    assert skin_share(place) < 0.005 < skin_share(portrait) < 0.04


@pytest.mark.parametrize(
    ("wanted", "size"),
    [("320x240", (320, 240)), ("auto", (640, 480)), ("big", (640, 480)), ("9999x100", (MAX_SIDE, 100))],
)
def test_the_size_is_as_asked_for_within_limits(wanted, size):
    assert drawn(request(size=wanted)).shape[1::-1] == size


def test_a_new_background_leaves_the_person_and_changes_the_rest():
    before = person()
    after = drawn(request(before, prompt="put a lighthouse in the background"))
    assert np.array_equal(after[260:450, 220:260], pixels(before)[260:450, 220:260])
    assert (after[:200, :100] != pixels(before)[:200, :100]).mean() > 0.9


def test_a_hat_changes_the_head_only():
    before = person()
    changed = (drawn(request(before, prompt="give her a hat")) != pixels(before)).any(axis=-1)
    assert changed[:150].any()
    assert not changed[200:].any()


def test_any_other_wish_makes_it_brighter():
    before = person()
    assert drawn(request(before, prompt="brighten the picture")).mean() > pixels(before).mean()


@pytest.mark.parametrize("skin", range(len(SKIN_TONES)))
def test_a_surprise_shows_more_than_its_input_on_the_same_person(skin):
    before = person(skin=skin)
    after = drawn(request(before, prompt=SUMMER), surprises={SUMMER: "bands"})
    assert skin_share(after) > 0.25
    head = slice(70, 190), slice(170, 310)
    assert np.array_equal(after[head], pixels(before)[head])
    assert np.array_equal(after[:, :80], pixels(before)[:, :80])
    assert np.abs(after[340, 240].astype(int) - SKIN_TONES[skin]).max() <= 8


def test_a_surprise_without_an_input_is_a_figure_in_bands():
    assert skin_share(drawn(request(prompt=SUMMER), surprises={SUMMER: "bands"})) > 0.2


def test_other_words_are_no_surprise():
    assert skin_share(drawn(request(person(), prompt="a hat"), surprises={SUMMER: "bands"})) < 0.04


def test_there_is_no_surprise_but_bands():
    with pytest.raises(SetupTrouble):
        DrawingGenerator({SUMMER: "something else"})
