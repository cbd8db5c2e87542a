import base64
import json
import logging
from email.parser import BytesParser
from email.policy import HTTP

import pytest

from consentry.core.errors import UpstreamTrouble
from consentry.generators import calling
from consentry.generators.openai import OpenAIGenerator
from consentry.guard import Gatekeeper, Uses
from consentry.guard.gatekeeper import keys_from
from contracts.generator import PROMPT, GeneratorContract, make
from contracts.pictures import flat, noise, picture, request
from contracts.service import Reply, as_json, service
from support.gate import Issuer

ISSUER = Issuer()
PERMITS = ISSUER.permits
IMAGE = b"bytes of a made image"
ENCODED = base64.b64encode(IMAGE).decode()


def answering(reply):
    return service(lambda _path, _body: reply)


def images(*found):
    return as_json({"created": 1, "data": list(found)})


def ask(reply, asked=None, **more):
    with answering(reply) as upstream:
        return make(
            OpenAIGenerator(upstream.url, "sk-upstream", PERMITS, **more), asked or request(prompt=PROMPT)
        )


def code_of(reply, asked=None, **more):
    with pytest.raises(UpstreamTrouble) as caught:
        ask(reply, asked, **more)
    return caught.value.code


def parts_of(headers, body):
    """Name, file name and content of each part of a multipart form."""
    head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + body)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in form.iter_parts()
    ]


class TestOpenAIGenerator(GeneratorContract):
    @pytest.fixture
    def generator(self):
        def answer(_path, body):
            asked_for_three = b'"n":3' in body
            return images(*[{"b64_json": ENCODED}] * (3 if asked_for_three else 1))

        with service(answer) as upstream:
            yield OpenAIGenerator(upstream.url, "sk-upstream", PERMITS)

    @pytest.fixture
    def before(self):
        return picture(noise(1))

    @pytest.fixture
    def permitted(self):
        gatekeeper = Gatekeeper(
            keys_from(ISSUER.vkey), "generator", Uses(ISSUER.clock.now()), ISSUER.clock.now
        )
        with answering(images({"b64_json": ENCODED})) as upstream:
            yield OpenAIGenerator(upstream.url, "sk-upstream", PERMITS), gatekeeper, upstream.asked

    @pytest.fixture
    def broken(self):
        with answering(as_json({"error": {"message": "SECRET picture aGVsbG8="}}, 500)) as upstream:
            yield OpenAIGenerator(upstream.url, "sk-upstream", PERMITS)


def test_words_go_to_generations_as_json_with_nothing_that_weakens():
    with answering(images({"b64_json": ENCODED, "revised_prompt": "a calm harbour"})) as upstream:
        generator = OpenAIGenerator(upstream.url, "sk-upstream", PERMITS, model="painter-1")
        made = make(generator, request(prompt=PROMPT, size="1024x1024"))
    ((path, headers, body),) = upstream.asked
    assert path == "/v1/images/generations"
    assert headers["authorization"] == "Bearer sk-upstream"
    assert json.loads(body) == {"prompt": PROMPT, "n": 1, "size": "1024x1024", "model": "painter-1"}
    assert [(one.data, one.caption) for one in made] == [(IMAGE, "a calm harbour")]


def test_an_upstream_that_wants_no_key_is_sent_none():
    with answering(images({"b64_json": ENCODED})) as upstream:
        make(OpenAIGenerator(upstream.url, "", PERMITS), request(prompt=PROMPT))
    assert "authorization" not in upstream.asked[0][1]


def test_wishes_about_form_are_passed_on_and_whatever_weakens_is_not():
    options = (("moderation", "low"), ("quality", "high"), ("n", "9"), ("safety_settings", "off"))
    options += (("output_compression", "80"), ("style", ""), ("model", "theirs"))
    with answering(images({"b64_json": ENCODED})) as upstream:
        make(OpenAIGenerator(upstream.url, "k", PERMITS), request(prompt=PROMPT, options=options))
        make(
            OpenAIGenerator(upstream.url, "k", PERMITS, model="ours"), request(prompt=PROMPT, options=options)
        )
    theirs, ours = (json.loads(body) for _, _, body in upstream.asked)
    assert theirs == {
        "prompt": PROMPT,
        "n": 1,
        "quality": "high",
        "output_compression": 80,
        "model": "theirs",
    }
    assert ours == theirs | {"model": "ours"}


def test_pictures_go_to_edits_as_a_form_in_their_order_with_the_mask():
    first, second, mask = picture(noise(1)), picture(noise(2)), picture(flat())
    with answering(images({"b64_json": ENCODED})) as upstream:
        make(OpenAIGenerator(upstream.url, "k", PERMITS), request(first, second, prompt=PROMPT, mask=mask))
    ((path, headers, body),) = upstream.asked
    assert path == "/v1/images/edits"
    parts = parts_of(headers, body)
    files = [(name, data) for name, file, data in parts if file]
    assert files == [("image[]", first.data), ("image[]", second.data), ("mask", mask.data)]
    assert {name: data.decode() for name, file, data in parts if not file} == {
        "prompt": PROMPT,
        "n": "1",
    }


def test_markup_goes_along_and_earlier_words_only_where_no_picture_shows_them():
    first, over = picture(noise(1)), picture(noise(3))
    with answering(images({"b64_json": ENCODED})) as upstream:
        make(
            OpenAIGenerator(upstream.url, "k", PERMITS),
            request(first, prompt=PROMPT, markup=over, earlier=("a",)),
        )
        make(OpenAIGenerator(upstream.url, "k", PERMITS), request(prompt=PROMPT, earlier=("a", "b")))
    (_, headers, form), (_, _, words) = upstream.asked
    parts = {name: data for name, _, data in parts_of(headers, form)}
    assert parts["markup"] == over.data
    assert parts["prompt"] == PROMPT.encode()
    assert json.loads(words)["prompt"] == f"a\nb\n{PROMPT}"


def test_fields_that_an_upstream_needs_are_sent_every_time():
    with answering(images({"b64_json": ENCODED})) as upstream:
        make(OpenAIGenerator(upstream.url, "k", PERMITS, extra={"response_format": "b64_json"}), request())
    assert json.loads(upstream.asked[0][2])["response_format"] == "b64_json"


@pytest.mark.parametrize(
    "silence",
    [
        {"data": []},
        {"data": None},
        {},
        {"data": [{}]},
        {"data": [{"b64_json": ""}]},
        {"data": [{"b64_json": None, "url": ""}]},
        {"data": [{"b64_json": ENCODED, "respect_moderation": False}]},
        {"data": [{"url": "https://elsewhere.example/1.png", "respect_moderation": False}]},
    ],
)
def test_a_silent_refusal_is_an_empty_image(silence):
    (made,) = ask(as_json(silence))
    assert made.data == b""


def test_fewer_images_than_asked_for_are_filled_up_with_empty_ones():
    made = ask(images({"b64_json": ENCODED}), request(count=3))
    assert [one.data for one in made] == [IMAGE, b"", b""]


@pytest.mark.parametrize("code", ["moderation_blocked", "content_policy_violation"])
def test_a_refusal_by_the_upstream_is_told_from_a_failure(code):
    assert code_of(as_json({"error": {"code": code, "message": "SECRET"}}, 400)) == "upstream_moderation"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b"<html>SECRET"),
        Reply(429, b"{}"),
        Reply(302, b""),
        Reply(400, b'{"error": "moderation_blocked"}'),
        Reply(400, b'["moderation_blocked"]'),
        Reply(200, b"not json"),
        Reply(200, b"[" * 100_000),
        Reply(200, b"\xff\xfe"),
        as_json(["data"]),
        as_json({"data": "x"}),
        as_json({"data": ["x"]}),
        as_json({"data": [{"b64_json": "%%%"}]}),
        as_json({"data": [{"b64_json": 7}]}),
        as_json({"data": [{"url": "https://elsewhere.example/1.png"}]}),
        as_json({"data": [{"b64_json": ENCODED}] * 2}),
    ],
)
def test_whatever_is_not_an_image_is_a_failure(reply):
    assert code_of(reply) == "upstream_failed"


def test_an_answer_that_is_too_long_is_a_failure(monkeypatch):
    monkeypatch.setattr(calling, "MAX_ANSWER", 100)
    assert code_of(images({"b64_json": ENCODED * 10})) == "upstream_failed"


@pytest.mark.parametrize("reply", [Reply(delay=3.0), Reply(body=b" " * 60, drip=0.1)])
def test_a_slow_upstream_is_given_up_on_even_if_every_byte_is_in_time(reply):
    assert code_of(reply, timeout=0.4) == "upstream_timeout"


def test_an_upstream_that_is_not_there_is_a_failure():
    with answering(Reply()) as upstream:
        pass
    with pytest.raises(UpstreamTrouble) as caught:
        make(OpenAIGenerator(upstream.url, "k", PERMITS), request())
    assert caught.value.code == "upstream_failed"


def test_nothing_of_a_request_or_an_answer_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    ask(images({"b64_json": ENCODED}), request(picture(noise(1)), prompt=PROMPT))
    assert PROMPT not in caplog.text
    assert ENCODED not in caplog.text
    assert "sk-upstream" not in caplog.text
