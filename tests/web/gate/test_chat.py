"""What `/v1/chat/completions` understands, and that everything else of it is refused by name."""

import pytest

from consentry.core.errors import BadInput
from consentry.web.gate.chat import _request
from support.callers import ADDRESS, CALLER
from support.dialects import url

USER = {"role": "user", "content": "a harbour"}


def asked(**fields):
    return _request({"messages": [USER], "modalities": ["image", "text"], **fields}, CALLER)


def refused(**fields):
    with pytest.raises(BadInput) as caught:
        asked(**fields)
    return caught.value


def test_words_and_wishes_become_a_request():
    found = asked(
        model="m", n=2, user="ada", image_config={"aspect_ratio": "1:1", "image_size": "2K"}, seed=7
    )
    assert (found.route, found.prompt, found.count) == ("chat.completions", "a harbour", 2)
    assert found.options == (("aspect_ratio", "1:1"), ("resolution", "2K"), ("model", "m"))
    assert found.account.id.startswith("k1:")


def test_pictures_may_be_on_either_side():
    image = {"type": "image_url", "image_url": {"url": url(b"ok 1")}}
    remote = {"type": "image_url", "image_url": {"url": ADDRESS}}
    made = {
        "role": "assistant",
        "content": None,
        "images": [{"type": "image_url", "image_url": {"url": url(b"ok 2")}}],
    }
    found = asked(
        messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, image, remote]}, made, USER]
    )
    assert [one.data for one in found.inputs] == [b"ok 1", b"picture"]
    assert [one.data for one in found.made] == [b"ok 2"]
    assert found.earlier == ("x",)


@pytest.mark.parametrize(
    "fields",
    [
        {"modalities": None},
        {"modalities": ["text"]},
        {"modalities": "audio"},
        {"tools": [{"type": "function"}]},
        {"tool_choice": "auto"},
        {"functions": [{}]},
        {"response_format": {"type": "json_object"}},
        {"audio": {"voice": "x"}},
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]},
        {"messages": [{"role": "assistant", "content": "x", "tool_calls": [{}]}, USER]},
    ],
)
def test_what_makes_no_image_does_not_pass(fields):
    assert refused(**fields).code == "route_not_gated"


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": "x"},
        {"image_config": {"hidden": "x"}},
        {"image_config": 7},
        {"messages": "a harbour"},
        {"messages": []},
        {"messages": [{"role": "user", "content": 7}]},
        {"messages": [{"content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file_1"}}]}]},
        {"n": 0},
        {"n": 11},
    ],
)
def test_what_makes_no_sense_is_sent_back(fields):
    assert refused(**fields).status == 400
