"""One command closes a route, on every replica at once; the rest goes on."""

import base64

import openai
import pytest

from support.running import Running, running


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    with running(tmp_path_factory.mktemp("gate"), breaker_edits=3) as server:
        yield server


def test_a_stopped_route_makes_nothing_until_it_is_started(gate: Running):
    gate.system.passage.switch("images.generations", on=False)
    with pytest.raises(openai.InternalServerError) as stopped:
        gate.client().images.generate(prompt="a harbour in the morning")
    assert (stopped.value.status_code, stopped.value.code) == (503, "route_stopped")
    with gate.http() as http:
        assert 'consentry_route{route="images.generations",state="stopped"} 1.0' in http.get("/metrics").text
    gate.system.passage.switch("images.generations", on=True)
    made = gate.client().images.generate(prompt="a harbour in the morning")
    assert base64.b64decode(made.data[0].b64_json)


def test_what_is_made_elsewhere_gets_no_token_while_its_route_is_stopped(gate: Running):
    headers = {"authorization": f"Bearer {gate.key('gate')}"}
    gate.system.passage.switch("check", on=False)
    with gate.http() as http:
        reply = http.post("/v1/gate/check", json={"prompt": "a harbour"}, headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "route_stopped")
        assert "token" not in reply.json()
        gate.system.passage.switch("check", on=True)
        reply = http.post("/v1/gate/check", json={"prompt": "a harbour"}, headers=headers)
        assert reply.json()["outcome"] == "cleared"


def test_more_edits_than_the_operator_set_pause_edits_and_nothing_else(gate: Running, photo: bytes):
    client = gate.client()
    edits = [client.with_options(max_retries=0).images.edit] * 5
    codes = []
    for edit in edits:
        try:
            edit(image=("photo.png", photo), prompt="put a snowy forest behind")
            codes.append("")
        except openai.APIStatusError as error:
            codes.append(error.code)
    assert codes[-1] == "capability_paused"
    assert "capability_paused" not in codes[:4]
    with gate.http() as http:
        assert 'consentry_capability_paused{capability="edit"} 1.0' in http.get("/metrics").text
    assert client.images.generate(prompt="a harbour in the morning").data
