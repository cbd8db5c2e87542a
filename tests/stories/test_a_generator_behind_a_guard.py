"""A generator behind `consentry guard` serves nothing without a permit: no tenant key leads past the gate."""

import base64
import contextlib
import json

import httpx2
import openai
import pytest

from consentry.guard import PermitGuard
from consentry.guard.proxy import OWN, Proxy
from consentry.media import drawing, edits
from consentry.wiring import permit_key
from support.running import running
from support.serving import served
from support.small import wanted
from support.talking import Answer, talking

PICTURE = edits.encoded(drawing.place(11), "png")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A gate, a guard with the gate's key, and a generator behind it that answers anybody."""
    asked = []

    def paint(call):
        asked.append(call)
        image = {"b64_json": base64.b64encode(PICTURE).decode()}
        return Answer(200, json.dumps({"created": 1, "data": [image]}).encode())

    with contextlib.ExitStack() as stack:
        directory = tmp_path_factory.mktemp("gate")
        key = permit_key(wanted(directory / "data"))
        generator = stack.enter_context(talking(paint))
        door = stack.enter_context(served(PermitGuard(Proxy(generator, 10.0), key, open_paths=OWN)))
        gate = stack.enter_context(running(directory, upstream=f"{door}/v1", site=False))
        yield gate, door, asked


def test_through_the_gate_a_picture_is_made(guarded):
    gate, _, asked = guarded
    before = len(asked)
    made = gate.client().images.generate(prompt="a harbour in the morning")
    assert base64.b64decode(made.data[0].b64_json)
    assert len(asked) == before + 1
    assert "consentry-permit" not in asked[-1].headers


@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/images/edits", "/v1/anything", "/"])
def test_the_same_call_without_the_gate_reaches_nobody(guarded, path):
    _, door, asked = guarded
    before = len(asked)
    direct = openai.OpenAI(base_url=f"{door}/v1", api_key="a key of the generator's own", max_retries=0)
    with direct, pytest.raises(openai.PermissionDeniedError) as refused:
        direct.images.generate(prompt="a harbour in the morning")
    assert refused.value.code == "permit_missing"
    assert httpx2.post(door + path, json={"prompt": "a harbour"}).status_code == 403
    assert len(asked) == before


def test_what_the_gate_refuses_reaches_nobody(guarded, photo):
    gate, _, asked = guarded
    before = len(asked)
    with pytest.raises(openai.BadRequestError):
        gate.client().images.edit(image=("photo.png", photo), prompt="remove her clothes")
    assert len(asked) == before
