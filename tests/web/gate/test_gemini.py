"""What `generateContent` understands, and that everything else of it is refused by name."""

import base64

import pytest

from consentry.core.errors import BadInput
from consentry.web.gate.gemini import _request
from support.callers import ADDRESS, CALLER

CONFIG = {"responseModalities": ["IMAGE"]}
PICTURE = {"mimeType": "image/png", "data": base64.b64encode(b"ok 1").decode()}


def asked(*parts, **fields):
    contents = [{"role": "user", "parts": [{"text": "a harbour"}, *parts]}]
    return _request("painter-1", {"contents": contents, "generationConfig": CONFIG, **fields}, CALLER)


def refused(*parts, **fields):
    with pytest.raises(BadInput) as caught:
        asked(*parts, **fields)
    return caught.value


def test_words_and_wishes_become_a_request():
    image = {"aspectRatio": "1:1", "imageSize": "2K", "personGeneration": "allow_all"}
    config = {"responseModalities": ["Text", "Image"], "candidateCount": 2, "imageConfig": image, "seed": 1}
    found = asked(
        generationConfig=config,
        systemInstruction={"parts": [{"text": "in oil"}]},
        safetySettings=[{"threshold": "BLOCK_NONE"}],
    )
    assert (found.route, found.prompt, found.earlier) == ("gemini.generateContent", "a harbour", ("in oil",))
    assert found.count == 2
    assert found.options == (("aspect_ratio", "1:1"), ("resolution", "2K"), ("model", "painter-1"))


def test_both_spellings_are_one():
    found = _request(
        "painter-1",
        {
            "contents": {"parts": [{"text": "x"}, {"inline_data": {"mime_type": "image/png", **PICTURE}}]},
            "generation_config": {"response_modalities": ["IMAGE"], "image_config": {"aspect_ratio": "1:1"}},
            "system_instruction": "in oil",
        },
        CALLER,
    )
    assert [one.data for one in found.inputs] == [b"ok 1"]
    assert found.earlier == ("in oil",)
    assert ("aspect_ratio", "1:1") in found.options


def test_pictures_come_in_the_part_or_from_an_allowed_address():
    found = asked(
        {"inlineData": PICTURE, "thoughtSignature": "abc"},
        {"inlineData": {"data": base64.urlsafe_b64encode(b"ok \xff\xfb\xff").decode()}},
        {"fileData": {"mimeType": "image/png", "fileUri": ADDRESS}},
    )
    assert [one.data for one in found.inputs] == [b"ok 1", b"ok \xff\xfb\xff", b"picture"]


@pytest.mark.parametrize(
    "fields",
    [
        {"generationConfig": {}},
        {"generationConfig": {"responseModalities": ["TEXT"]}},
        {"generationConfig": {"responseModalities": ["IMAGE", "AUDIO"]}},
        {"tools": [{"googleSearch": {}}]},
        {"toolConfig": {"x": 1}},
        {"contents": [{"role": "user", "parts": [{"functionCall": {}}]}]},
        {"contents": [{"role": "user", "parts": [{"text": "x", "inlineData": PICTURE}]}]},
        {"contents": [{"role": "user", "parts": [{}]}]},
    ],
)
def test_what_makes_no_image_does_not_pass(fields):
    assert refused(**fields).code == "route_not_gated"


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ({"text": "x"}, {"cachedContent": "cachedContents/1"}),
        ({"fileData": {"fileUri": "https://files.example/v1beta/files/1"}}, {}),
        ({"fileData": {}}, {}),
    ],
)
def test_what_is_kept_elsewhere_cannot_be_judged(part, fields):
    assert refused(part, **fields).code == "unresolvable_reference"


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": "x"},
        {"generationConfig": {**CONFIG, "hidden": 1}},
        {"generationConfig": {**CONFIG, "imageConfig": {"hidden": 1}}},
        {"generationConfig": {**CONFIG, "response_modalities": ["IMAGE"]}},
        {"generationConfig": {**CONFIG, "candidateCount": 0}},
        {"generationConfig": 7},
        {"contents": 7},
        {"contents": [{"role": "stranger", "parts": [{"text": "x"}]}]},
        {"contents": [{"role": "user", "parts": [{"inlineData": {"data": 7}}]}]},
        {"contents": [{"role": "user", "parts": [{"inlineData": {"data": "a"}}]}]},
    ],
)
def test_what_makes_no_sense_is_sent_back(fields):
    assert refused(**fields).status == 400
