"""What every dialect rests on: shapes are checked, images are base64, and addresses are not followed."""

import base64

import pytest

from consentry.core.errors import UpstreamTrouble
from consentry.core.ports import Made
from consentry.generators import calling
from contracts.pictures import noise, picture, request

ENCODED = base64.b64encode(b"image").decode()


def failed(function, *args):
    with pytest.raises(UpstreamTrouble) as caught:
        function(*args)
    return caught.value.code == "upstream_failed"


def test_what_has_another_shape_is_a_failure():
    assert failed(calling.thing, [])
    assert failed(calling.thing, None)
    assert failed(calling.things, {"a": 1})
    assert failed(calling.things, ["a"])
    assert (calling.thing({}), calling.things(None), calling.things([{}])) == ({}, [], [{}])


def test_an_image_is_base64_or_not_there():
    assert calling.image(ENCODED, "a caption") == Made(b"image", "a caption")
    assert calling.image(None) == calling.image("") == Made(b"")
    assert len(calling.image(ENCODED, "x" * 40_000).caption) == calling.MAX_CAPTION
    assert all(failed(calling.image, found) for found in ("%%%", 7, ["a"], "é"))


def test_a_data_url_is_an_image_and_an_address_is_not_followed():
    assert calling.shown(f"data:image/png;base64,{ENCODED}", "c") == Made(b"image", "c")
    assert calling.shown(None) == calling.shown("") == Made(b"")
    for url in ("https://a.example/1.png", f"data:text/html;base64,{ENCODED}", f"data:image/png,{ENCODED}"):
        assert failed(calling.shown, url)


def test_what_is_missing_is_empty_and_what_is_too_much_is_a_failure():
    one = Made(b"1")
    assert calling.filled([one], 3) == [one, Made(b""), Made(b"")]
    assert failed(calling.filled, [one, one], 1)


def test_pictures_and_wishes_go_as_services_take_them():
    before = picture(noise(1))
    assert base64.b64decode(calling.data_url(before).removeprefix("data:image/png;base64,")) == before.data
    asked = request(options=(("quality", "high"), ("n", "9"), ("size", ""), ("frame_count", "4")))
    assert calling.wishes(asked, frozenset({"quality", "size", "frame_count"})) == {
        "quality": "high",
        "frame_count": 4,
    }


def test_earlier_words_stand_before_the_prompt_where_no_picture_shows_them():
    assert calling.words(request(prompt="now", earlier=("a", "b"))) == "a\nb\nnow"
    assert calling.words(request(picture(noise(1)), prompt="now", earlier=("a",))) == "now"
    assert calling.words(request(prompt="now", earlier=("a",), made=(picture(noise(1)),))) == "now"


def test_a_key_is_shown_only_if_there_is_one():
    assert calling.bearer("k") == {"Authorization": "Bearer k"}
    assert calling.bearer("") == {}
