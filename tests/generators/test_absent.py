"""Where no generator is set up, the gate says so, after it has judged."""

import asyncio

import openai
import pytest

from consentry.core.errors import SafetyUnavailable
from consentry.generators.absent import AbsentGenerator
from support.fakes import request
from support.running import running


def test_it_makes_nothing_and_says_what_is_missing():
    with pytest.raises(SafetyUnavailable) as missing:
        asyncio.run(AbsentGenerator().make(request()))
    assert missing.value.code == "no_generator"
    assert "upstream" in missing.value.next_step


def test_a_server_without_a_generator_needs_no_output_judge_and_screens_uploads(tmp_path, photo):
    with running(tmp_path, upstream="", exposure="") as server:
        assert server.post_picture(photo, "post").status_code == 200
        with pytest.raises(openai.InternalServerError) as missing:
            server.client().images.generate(prompt="a harbour in the morning")
        assert missing.value.code == "no_generator"
        with server.http() as http:
            assert http.get("/healthz").status_code == 200


def test_even_then_what_is_not_allowed_is_refused(tmp_path):
    with running(tmp_path, upstream="", exposure="") as server, pytest.raises(openai.BadRequestError):
        server.client().images.generate(prompt="a photo of my colleague Anna, without her clothes")
