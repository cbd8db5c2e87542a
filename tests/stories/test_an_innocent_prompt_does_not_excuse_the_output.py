"""The wrong is defined by what the output shows and the input did not."""

import io

import openai
import pytest

from consentry import wiring
from support.running import running

INNOCENT = "make it look like a summer day"


def test_an_output_that_shows_more_than_its_input_is_held_back(tmp_path, photo: bytes):
    generator = wiring.drawing_generator({INNOCENT: "bands"})
    with running(tmp_path, generator) as server:
        with pytest.raises(openai.BadRequestError) as refused:
            server.client().images.edit(image=io.BytesIO(photo), prompt=INNOCENT)
        assert refused.value.code == "moderation_blocked"
        assert refused.value.body["moderation_details"]["moderation_stage"] == "output"
        assert refused.value.body["log_index"] < server.system.store.size()


def test_the_same_prompt_with_an_ordinary_output_passes(tmp_path, photo: bytes):
    with running(tmp_path) as server:
        assert server.client().images.edit(image=io.BytesIO(photo), prompt=INNOCENT).data
