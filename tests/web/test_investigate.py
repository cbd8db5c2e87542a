"""Only a key for it may ask the ledger, and every question stands in the log."""

import base64
import json

import pytest

from consentry.media import edits
from consentry.web.investigate import ANSWERED, SAYS
from support.running import Running


@pytest.fixture
def left(server: Running, photo):
    """An image that left the gate, and the decision it left under."""
    with server.http("gate") as http:
        url = "data:image/png;base64," + base64.b64encode(photo).decode()
        reply = http.post("/v1/images/edits", json={"prompt": "make it brighter", "image": url}).json()
    return base64.b64decode(reply["data"][0]["b64_json"]), reply["consentry"]["decision"]


def ask(server, data, scope="investigate"):
    with server.http(scope) as http:
        return http.post("/v1/who-made", content=data)


def test_an_image_that_left_is_found_and_the_question_stands_in_the_log(server: Running, left):
    data, decision = left
    reply = ask(server, data).json()
    (found,) = [one for one in reply["found"] if one["decision"] == decision]
    assert (found["method"], found["distance"], found["state"]) == ("exact", 0, "passed")
    assert found["route"] == "images.edits"
    assert len(found["inputs"]) == 1
    assert reply["says"] == SAYS
    line = json.loads(server.system.store.line(reply["log_index"]).record)
    assert (line["event"], line["question"]) == ("who_made", reply["question"])


@pytest.mark.parametrize(
    "copy",
    [edits.mirrored, edits.resized, lambda data: edits.recompressed(data, 50)],
    ids=["mirrored", "smaller", "recompressed"],
)
def test_a_changed_copy_is_found_by_its_looks(server: Running, left, copy):
    data, decision = left
    found = ask(server, copy(data)).json()["found"]
    assert decision in {one["decision"] for one in found if one["method"] in {"near", "part"}}


def test_what_was_not_made_here_is_not_found(server: Running, place):
    assert ask(server, place).json()["found"] == []


@pytest.mark.parametrize("scope", ["gate", "read", "admin,screen,consent"])
def test_no_other_key_may_ask(server: Running, photo, scope):
    assert ask(server, photo, scope).status_code == 403


def test_what_is_no_picture_is_sent_back(server: Running):
    assert ask(server, b"garbage").json()["error"]["code"] == "invalid_image"
    with server.http("investigate") as http:
        assert http.post("/v1/who-made", json={}).json()["error"]["code"] == "unsupported_content_type"


def test_the_answer_has_the_fields_that_are_described(server: Running, left):
    reply = ask(server, left[0]).json()
    schema = ANSWERED[200]["content"]["application/json"]["schema"]["properties"]
    assert set(reply) == set(schema)
    assert set(reply["found"][0]) == set(schema["found"]["items"]["properties"])
