from consentry.generators.xai import XaiGenerator
from contracts.dialect import ENCODED, NAMED, DialectContract
from contracts.generator import PROMPT
from contracts.pictures import noise, picture, request


class TestXaiGenerator(DialectContract):
    kind = XaiGenerator
    silent = (
        {},
        {"data": []},
        {"data": [{"url": "", "respect_moderation": False}]},
        {"data": [{"url": "https://a.example/1.png", "respect_moderation": False}]},
        {"data": [{"b64_json": ENCODED, "respect_moderation": False}]},
        {"data": [{"b64_json": ""}]},
    )
    odd = ({"data": [{"url": "https://a.example/1.png"}]}, {"data": "x"}, {"data": [7]})

    def answer(self, *images):
        return {"data": [{"b64_json": one, "revised_prompt": "a calm harbour"} for one in images]}

    def test_words_go_to_generations_and_pictures_to_edits_as_json(self):
        options = (*NAMED, ("aspect_ratio", "4:3"), ("style", "x"))
        path, _, body = self.sent(request(prompt=PROMPT, options=options))
        assert path == "/v1/images/generations"
        assert body == {
            "prompt": PROMPT,
            "n": 1,
            "response_format": "b64_json",
            "model": "painter-1",
            "aspect_ratio": "4:3",
        }
        path, _, body = self.sent(request(picture(noise(1)), prompt=PROMPT))
        assert path == "/v1/images/edits"
        assert body["image"]["type"] == "image_url"
        _, _, body = self.sent(request(picture(noise(1)), picture(noise(2)), prompt=PROMPT))
        assert len(body["images"]) == 2
