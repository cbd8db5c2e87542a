"""F16: one service could not stop abuse without giving up adult content. Here they are two services."""

import io
from pathlib import Path

import openai
import pytest

from consentry import wiring
from consentry.config import load
from consentry.core.errors import SetupTrouble
from support.assessed import assessed
from support.running import Running, running
from support.small import wanted


@pytest.fixture(scope="module")
def adult(tmp_path_factory):
    directory = tmp_path_factory.mktemp("adult")
    assessed(wanted(directory / "data", capability="adult"))
    with running(directory, capability="adult", site=False) as server:
        yield server


@pytest.mark.parametrize("capability", ["people,adult", "adult people", "both", "", "ADULT"])
def test_no_setting_stands_for_both(tmp_path: Path, capability: str):
    with pytest.raises(SetupTrouble, match="never both"):
        wiring.build(load(None, {}, {"data": str(tmp_path / "data"), "capability": capability}))


@pytest.mark.parametrize("prompt", ["a harbour at dawn", "make it brighter"])
def test_a_gate_for_adult_content_works_on_no_picture_at_all(adult: Running, photo: bytes, prompt: str):
    with pytest.raises(openai.BadRequestError) as refused:
        adult.client().images.edit(image=io.BytesIO(photo), prompt=prompt)
    assert any("real people" in reason for reason in refused.value.body["reasons"])


def test_a_gate_for_adult_content_takes_no_name_of_anybody(adult: Running):
    with pytest.raises(openai.BadRequestError):
        adult.client().images.generate(prompt="a portrait of Marta Lindqvist on a sofa")


def test_a_gate_for_adult_content_draws_what_is_of_nobody(adult: Running):
    assert adult.client().images.generate(prompt="a harbour at dawn").data
