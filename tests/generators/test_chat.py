from consentry.generators.chat import ChatGenerator
from contracts.dialect import ENCODED, NAMED, DialectContract
from contracts.generator import PROMPT
from contracts.pictures import noise, picture, request
from contracts.service import as_json


def choice(**message):
    return {"choices": [{"message": {"role": "assistant", **message}}]}


def image(url):
    return {"type": "image_url", "image_url": {"url": url}}


class TestChatGenerator(DialectContract):
    kind = ChatGenerator
    silent = (
        {},
        {"choices": []},
        choice(content="I cannot."),
        choice(content=None, images=[]),
        choice(images=[image("")]),
    )
    odd = (
        {"choices": "x"},
        {"choices": [{}]},
        choice(images=[image("https://a.example/1.png")]),
        choice(images=[{}]),
        choice(content=[{"type": "text"}], images=[image(f"data:image/png;base64,{ENCODED}")]),
    )

    def answer(self, *images):
        shown = [[image(f"data:image/png;base64,{one}")] for one in images]
        return {"choices": [{"message": {"content": "Here it is.", "images": one}} for one in shown]}

    def test_what_an_answer_says_in_words_is_judged_as_a_rewritten_prompt(self):
        (made,), _ = self.made(as_json(self.answer(ENCODED)))
        assert made.caption == "Here it is."

    def test_words_and_pictures_are_messages(self):
        options = (*NAMED, ("resolution", "2K"), ("style", "x"))
        path, _, body = self.sent(request(picture(noise(1)), prompt=PROMPT, options=options, earlier=("a",)))
        assert path == "/v1/chat/completions"
        assert body["modalities"] == ["image", "text"]
        assert body["image_config"] == {"image_size": "2K"}
        assert body["model"] == "painter-1"
        first, now = body["messages"]
        assert first == {"role": "user", "content": "a"}
        assert [part["type"] for part in now["content"]] == ["text", "image_url"]
