"""What `/v1/responses` understands, and that everything else of it is refused by name."""

import base64

import pytest

from consentry.core.errors import BadInput
from consentry.web.gate.responses import _request
from support.callers import CALLER
from support.dialects import TOOL, url

OK = url(b"ok 1")
WORD = {"type": "input_text", "text": "x"}


def asked(**fields):
    return _request({"input": "a harbour", "tools": [TOOL], **fields}, CALLER)


def refused(**fields):
    with pytest.raises(BadInput) as caught:
        asked(**fields)
    return caught.value


def test_words_and_the_tools_settings_become_a_request():
    tool = {**TOOL, "quality": "high", "moderation": "low", "partial_images": 2, "output_compression": 80}
    found = asked(model="m", tools=[tool], instructions="in oil", user="ada", store=True, temperature=1)
    assert (found.route, found.prompt, found.earlier) == ("responses", "a harbour", ("in oil",))
    assert (found.size, found.place, found.consent) == ("640x480", "gb", "con_1")
    assert found.options == (("output_compression", "80"), ("quality", "high"))
    assert found.account.id.startswith("k1:")
    assert "ada" not in found.account.id


def test_pictures_may_be_in_messages_in_earlier_calls_and_in_the_mask():
    call = {"type": "image_generation_call", "result": base64.b64encode(b"ok 2").decode()}
    ask = {
        "role": "user",
        "content": [{"type": "input_text", "text": "x"}, {"type": "input_image", "image_url": OK}],
    }
    found = asked(input=[call, ask], tools=[{**TOOL, "input_image_mask": {"image_url": url(b"ok m")}}])
    assert [one.data for one in found.pictures] == [b"ok 1", b"ok 2", b"ok m"]


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": []},
        {"tools": None},
        {"tools": [{"type": "web_search"}]},
        {"tools": [TOOL, {"type": "web_search"}]},
        {"tools": [TOOL, TOOL]},
        {"tool_choice": "none"},
        {"tool_choice": {"type": "function", "name": "x"}},
        {"input": [{"type": "function_call", "name": "x"}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "x"}]}]},
        {"input": [{"role": "user", "content": [{"type": "input_audio"}]}]},
    ],
)
def test_what_makes_no_image_does_not_pass(fields):
    assert refused(**fields).code == "route_not_gated"


@pytest.mark.parametrize(
    "fields",
    [
        {"previous_response_id": "resp_0"},
        {"conversation": "conv_0"},
        {"prompt": {"id": "pmpt_0"}},
        {"background": True},
        {"input": [{"type": "image_generation_call", "id": "ig_0"}]},
        {"input": [{"type": "item_reference", "id": "msg_0"}]},
        {"input": [{"type": "item_reference", "id": "ig_0\x00"}]},
        {"input": [{"type": "image_generation_call"}]},
        {"previous_response_id": 7},
        {"previous_response_id": "resp_\ud800"},
        {"input": [{"role": "user", "content": [WORD, {"type": "input_image", "file_id": "file_0"}]}]},
        {
            "tools": [{**TOOL, "input_image_mask": {"file_id": "file_0"}}],
            "input": [{"role": "user", "content": [WORD, {"type": "input_image", "image_url": OK}]}],
        },
    ],
)
def test_what_is_kept_elsewhere_cannot_be_judged(fields):
    assert refused(**fields).code == "unresolvable_reference"


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": "x"},
        {"tools": [{**TOOL, "svg": {}}]},
        {"tools": [{**TOOL, "output_format": "svg"}]},
        {"tools": [{**TOOL, "action": "paint"}]},
        {"tools": [{**TOOL, "action": "edit"}]},
        {"tools": [{**TOOL, "input_image_mask": {"image_url": OK}}]},
        {"input": 7},
        {"input": []},
        {"input": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]},
        {"input": [{"type": "image_generation_call", "result": "%%%"}]},
        {"instructions": 7},
        {"user": 7},
    ],
)
def test_what_makes_no_sense_is_sent_back(fields):
    assert refused(**fields).status == 400


SAID = {"role": "user", "content": [WORD]}
NAMED = {"role": "user", "content": [WORD, {"type": "input_image", "file_id": "ig_1"}]}


@pytest.mark.parametrize(
    "fields",
    [
        {"previous_response_id": "resp_1", "input": "x"},
        {"previous_response_id": "resp_1", "input": [NAMED]},
        {"input": [SAID, {"type": "image_generation_call", "id": "ig_1"}]},
        {"input": [{"type": "item_reference", "id": "ig_1"}, SAID]},
        {"input": [NAMED]},
    ],
)
def test_what_our_own_record_holds_counts_however_it_is_named(fields):
    first = asked(input=[{"role": "user", "content": [WORD, {"type": "input_image", "image_url": OK}]}])
    CALLER.system.conversations.keep("dec_1", first, [b"ok made"])
    found = asked(**fields)
    assert (found.prompt, found.earlier) == ("x", ("x",))
    assert [one.data for one in found.befores] == [b"ok 1"]
    assert [one.data for one in found.sources] == [b"ok made", b"ok 1"]
    with pytest.raises(BadInput) as caught:
        asked(**fields, user="somebody else")
    assert caught.value.code == "unresolvable_reference"
