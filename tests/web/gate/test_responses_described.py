"""The description of `/v1/responses` names what the gate understands there."""

from consentry.web.gate import responses
from consentry.web.gate.responses_described import RESPONSE, RESPONSES
from support.running import Running


def test_every_setting_that_changes_something_is_described():
    fields = RESPONSE["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert set(fields) == responses.KNOWN - responses.IGNORED - {"tool_choice"}
    tool = fields["tools"]["items"]["properties"]
    assert set(tool) == responses.OF_THE_TOOL - {"moderation", "partial_images"}


def test_an_answer_has_the_fields_that_are_described(server: Running):
    body = {"input": "a bowl of pears", "tools": [{"type": "image_generation"}]}
    with server.http("gate") as http:
        answer = http.post("/v1/responses", json=body).json()
    fields = RESPONSES[200]["content"]["application/json"]["schema"]["properties"]
    assert set(fields) <= set(answer)
    assert set(fields["output"]["items"]["properties"]) <= set(answer["output"][0])
    assert set(fields["consentry"]["properties"]) == set(answer["consentry"])
