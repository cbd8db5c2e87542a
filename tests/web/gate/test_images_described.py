"""The description of the gate names exactly the settings that the gate understands."""

from consentry.web.gate import door, images
from consentry.web.gate.images_described import EDIT, GENERATION, RELEASED
from support.running import Running

SILENT = images.DROPPED | images.IGNORED
"""Settings that are accepted and change nothing: nobody is told to use them."""


def described(body: dict, kind: str) -> set[str]:
    return set(body["requestBody"]["content"][kind]["schema"]["properties"])


def test_a_generation_is_described_in_full():
    found = described(GENERATION, "application/json")
    assert found == images.KNOWN - SILENT - {"input_fidelity"}


def test_an_edit_is_described_in_full_as_json_and_as_a_form():
    assert described(EDIT, "application/json") == images.KNOWN - SILENT | images.PICTURES
    assert described(EDIT, "multipart/form-data") == images.KNOWN - SILENT | images.PICTURES - {"images"}


def test_limits_are_those_of_the_gate():
    fields = GENERATION["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert fields["prompt"]["maxLength"] == door.MAX_PROMPT
    assert fields["n"]["maximum"] == door.MAX_COUNT


def test_an_answer_has_the_fields_that_are_described(server: Running):
    with server.http("gate") as http:
        answer = http.post("/v1/images/generations", json={"prompt": "a bowl of pears"}).json()
    fields = RELEASED[200]["content"]["application/json"]["schema"]["properties"]
    assert set(answer) == set(fields)
    assert set(answer["data"][0]) <= set(fields["data"]["items"]["properties"])
    assert set(answer["consentry"]) == set(fields["consentry"]["properties"])
