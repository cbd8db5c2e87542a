"""What every generator behind HTTP promises besides: its answers are read strictly and never repeated."""

from __future__ import annotations

import base64
import json

import pytest

from consentry.core.errors import BadInput, UpstreamTrouble
from contracts.generator import PROMPT, GeneratorContract, make
from contracts.pictures import flat, noise, picture, request
from contracts.service import Reply, as_json, service
from support.gate import Issuer

IMAGE = b"bytes of a made image"
ENCODED = base64.b64encode(IMAGE).decode()
PERMITS = Issuer().permits
NAMED = (("model", "painter-1"),)


class DialectContract(GeneratorContract):
    """Give `kind` (the class), `answer(*images)` (a whole answer), `silent` and `odd` answers."""

    kind: type
    silent: tuple[object, ...] = ()
    odd: tuple[object, ...] = ()
    several = True
    """Whether one call can ask for several images."""
    carries: frozenset[str] = frozenset()
    """Which of `mask` and `markup` it can send."""

    def answer(self, *images: str) -> object:
        raise NotImplementedError

    def made(self, reply, asked=None, **more):
        with service(lambda _path, _body: reply) as upstream:
            generator = self.kind(upstream.url, "sk-upstream", PERMITS, **more)
            found = make(generator, asked or request(prompt=PROMPT, options=NAMED))
        return found, upstream.asked

    def sent(self, asked):
        """Path, headers and JSON of the one call that `asked` becomes."""
        _, ((path, headers, body),) = self.made(as_json(self.answer(ENCODED)), asked)
        return path, headers, json.loads(body)

    @pytest.fixture
    def generator(self):
        def answer(_path, body):
            many = self.several and any(mark in body for mark in (b'"n":3', b'"candidateCount":3'))
            return as_json(self.answer(*[ENCODED] * (3 if many else 1)))

        with service(answer) as upstream:
            yield Named(self.kind(upstream.url, "sk-upstream", PERMITS))

    @pytest.fixture
    def before(self):
        return picture(noise(1))

    @pytest.fixture
    def broken(self):
        reply = as_json({"error": {"message": "SECRET picture aGVsbG8="}}, 500)
        with service(lambda _path, _body: reply) as upstream:
            yield Named(self.kind(upstream.url, "sk-upstream", PERMITS))

    def test_silence_is_an_empty_image(self):
        for found in self.silent:
            (made,), _ = self.made(as_json(found))
            assert made.data == b"", found

    def test_an_odd_answer_is_a_failure(self):
        two = self.answer(ENCODED, ENCODED)
        odd = (*self.odd, two, [], "x", self.answer("%%%"))
        for reply in (*map(as_json, odd), Reply(200, b"not json"), Reply(302), Reply(429), Reply(500)):
            with pytest.raises(UpstreamTrouble) as caught:
                self.made(reply)
            assert caught.value.code == "upstream_failed", reply

    def test_a_refusal_and_a_timeout_are_told_from_a_failure(self):
        refusal = as_json({"error": {"code": "moderation_blocked", "message": "SECRET"}}, 400)
        with pytest.raises(UpstreamTrouble) as caught:
            self.made(refusal)
        assert caught.value.code == "upstream_moderation"
        with pytest.raises(UpstreamTrouble) as caught:
            self.made(Reply(delay=2.0), timeout=0.3)
        assert caught.value.code == "upstream_timeout"

    def test_every_call_carries_a_permit_and_the_key_and_nothing_that_weakens(self):
        options = (*NAMED, ("moderation", "low"), ("safety_settings", "off"), ("safetySettings", "off"))
        _, headers, body = self.sent(request(prompt=PROMPT, options=options))
        assert headers["consentry-permit"]
        assert "sk-upstream" in (headers.get("authorization", ""), headers.get("x-goog-api-key", ""))[0] or (
            headers.get("x-goog-api-key") == "sk-upstream"
        )
        assert "low" not in str(body)
        assert "off" not in str(body)

    def test_pictures_go_newest_first_and_earlier_words_go_along(self):
        first, made = picture(noise(1)), picture(noise(2))
        asked = request(first, prompt=PROMPT, options=NAMED, made=(picture(noise(3)), made))
        _, _, body = self.sent(asked)
        text = json.dumps(body)
        places = [text.index(base64.b64encode(one.data).decode()) for one in (made, first)]
        assert places == sorted(places)
        assert base64.b64encode(asked.made[0].data).decode() not in text
        _, _, body = self.sent(request(prompt=PROMPT, options=NAMED, earlier=("once a lighthouse",)))
        assert "once a lighthouse" in json.dumps(body)

    @pytest.mark.parametrize("mark", ["mask", "markup"])
    def test_what_cannot_be_carried_is_refused_and_not_left_out(self, mark):
        asked = request(picture(noise(1)), prompt=PROMPT, options=NAMED, **{mark: picture(flat())})
        if mark in self.carries:
            assert base64.b64encode(picture(flat()).data).decode() in json.dumps(self.sent(asked)[2])
            return
        with pytest.raises(BadInput) as caught:
            self.sent(asked)
        assert caught.value.code == "unsupported_input"


class Named:
    """A generator whose requests name one, as some dialects need."""

    def __init__(self, generator):
        self._generator = generator
        self.close = generator.close

    async def make(self, asked):
        more = {name: getattr(asked, name) for name in ("mask", "markup", "earlier", "made")}
        return await self._generator.make(
            request(*asked.inputs, prompt=asked.prompt, count=asked.count, options=NAMED, **more)
        )
