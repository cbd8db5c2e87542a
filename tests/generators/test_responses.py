from consentry.generators.responses import ResponsesGenerator
from contracts.dialect import ENCODED, NAMED, DialectContract
from contracts.generator import PROMPT
from contracts.pictures import noise, picture, request


def call(**more):
    return {"output": [{"type": "image_generation_call", **more}]}


class TestResponsesGenerator(DialectContract):
    kind = ResponsesGenerator
    several = False
    carries = frozenset({"mask"})
    silent = (
        {},
        {"output": []},
        {"output": [{"type": "message", "content": [{"type": "output_text", "text": "I cannot."}]}]},
        call(status="failed", result=ENCODED),
        call(status="completed", result=None),
    )
    odd = ({"output": "x"}, {"output": [7]}, call(result=7))

    def answer(self, *images):
        call = {"type": "image_generation_call", "status": "completed"}
        return {"output": [{**call, "result": one, "revised_prompt": "a calm harbour"} for one in images]}

    def test_the_tool_must_be_used_and_nothing_is_kept_there(self):
        options = (*NAMED, ("quality", "high"))
        path, _, body = self.sent(request(picture(noise(1)), prompt=PROMPT, options=options, size="640x480"))
        assert path == "/v1/responses"
        assert body["tools"] == [{"type": "image_generation", "quality": "high", "size": "640x480"}]
        assert (body["tool_choice"], body["store"]) == ({"type": "image_generation"}, False)
        assert body["model"] == "painter-1"
        (message,) = body["input"]
        assert [part["type"] for part in message["content"]] == ["input_text", "input_image"]

    def test_each_of_several_images_is_a_call_of_its_own(self):
        _, asked = self.made_several(3)
        assert len(asked) == 3

    def made_several(self, count):
        from contracts.service import as_json  # noqa: PLC0415 - only here

        return self.made(as_json(self.answer(ENCODED)), request(prompt=PROMPT, count=count))
