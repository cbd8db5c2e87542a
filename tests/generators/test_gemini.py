import pytest

from consentry.core.errors import BadInput
from consentry.generators.gemini import GeminiGenerator
from contracts.dialect import ENCODED, NAMED, DialectContract
from contracts.generator import PROMPT
from contracts.pictures import noise, picture, request
from contracts.service import as_json


def candidate(*parts, **more):
    return {"candidates": [{"content": {"parts": list(parts)}, "finishReason": "STOP", **more}]}


PART = {"inlineData": {"mimeType": "image/png", "data": ENCODED}}


class TestGeminiGenerator(DialectContract):
    kind = GeminiGenerator
    silent = (
        {},
        {"candidates": []},
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
        {"promptFeedback": {"blockReason": "SAFETY"}, **candidate(PART)},
        {"candidates": [{"finishReason": "IMAGE_SAFETY"}]},
        candidate(PART, finishReason="IMAGE_SAFETY"),
        candidate(PART, finishReason="NO_IMAGE"),
        candidate({"text": "I cannot."}),
        candidate({**PART, "thought": True}),
    )
    odd = (
        {"candidates": "x"},
        {"promptFeedback": "x"},
        candidate(PART, PART),
        candidate({"inlineData": "x"}),
        candidate({"fileData": {"fileUri": "https://a.example/1.png"}}),
    )

    def answer(self, *images):
        parts = [
            [{"text": "Here."}, {"inlineData": {"mimeType": "image/png", "data": one}}] for one in images
        ]
        return {"candidates": [{"content": {"parts": one}, "finishReason": "STOP"} for one in parts]}

    def test_what_an_answer_says_in_words_is_judged_as_a_rewritten_prompt(self):
        (made,), _ = self.made(as_json(self.answer(ENCODED)))
        assert made.caption == "Here."

    def test_words_and_pictures_are_turns(self):
        options = (*NAMED, ("aspect_ratio", "4:3"), ("resolution", "2K"))
        path, headers, body = self.sent(
            request(picture(noise(1)), prompt=PROMPT, options=options, earlier=("a",))
        )
        assert path == "/v1/models/painter-1:generateContent"
        assert headers["x-goog-api-key"] == "sk-upstream"
        first, now = body["contents"]
        assert first == {"role": "user", "parts": [{"text": "a"}]}
        assert now["parts"][0] == {"text": PROMPT}
        assert now["parts"][1]["inlineData"]["mimeType"] == "image/png"
        assert body["generationConfig"]["imageConfig"] == {"aspectRatio": "4:3", "imageSize": "2K"}

    @pytest.mark.parametrize("name", ["../files", "a/b", "x?key=1"])
    def test_the_name_of_a_generator_cannot_lead_to_another_address(self, name):
        path, _, _ = self.sent(request(prompt=PROMPT, options=(("model", name),)))
        assert path.startswith("/v1/models/")
        assert path.count("/") == 3
        assert "?" not in path

    def test_without_the_name_of_a_generator_nobody_can_be_asked(self):
        with pytest.raises(BadInput, match="model"):
            self.sent(request(prompt=PROMPT))
