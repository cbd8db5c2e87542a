"""Whatever is made elsewhere is judged twice: what is asked, and what came of it."""

import base64
import hashlib

import pytest

from consentry.media import drawing, edits
from consentry.web.gate import check
from support.dialects import url
from support.painters import PLAIN
from support.running import Running, opened

COAT = edits.encoded(drawing.figure(11), "png")
BANDS = edits.encoded(drawing.figure(11, cover="bands"), "png")


def ask(server: Running, key: str = "", **body):
    headers = {"authorization": f"Bearer {key or server.key('gate')}"}
    with server.http() as http:
        return http.post("/v1/gate/check", json={"prompt": PLAIN, **body}, headers=headers)


def cleared(server: Running, key: str, **body) -> str:
    reply = ask(server, key, **body)
    assert reply.json()["outcome"] == "cleared", reply.text
    return reply.json()["token"]


def test_what_was_made_of_a_cleared_request_is_released_as_it_was_judged(
    server: Running, photo: bytes, place
):
    key, asked = server.key("gate"), {"images": [url(photo)], "user": "ada"}
    token = cleared(server, key, **asked)
    reply = ask(server, key, **asked, token=token, outputs=[{"image_url": url(photo + b"hidden tail")}])
    found = reply.json()
    assert found["outcome"] == "released"
    (image,) = found["data"]
    assert opened(base64.b64decode(image["b64_json"])).width == opened(photo).width
    assert b"hidden tail" not in base64.b64decode(image["b64_json"])
    assert found["consentry"]["decision"] == reply.headers["consentry-decision"]
    again = ask(server, key, **asked, token=token, outputs=[{"image_url": url(photo)}])
    assert again.json()["error"]["code"] == "token_not_valid"


def test_what_was_brought_stands_in_the_ledger_like_anything_made_here(server: Running, photo: bytes):
    key, asked = server.key("gate"), {"images": [url(photo)], "user": "check ledger"}
    token = cleared(server, key, **asked)
    released = ask(server, key, **asked, token=token, outputs=[{"image_url": url(photo)}]).json()
    with server.http("investigate") as http:
        reply = http.post("/v1/who-made", content=base64.b64decode(released["data"][0]["b64_json"])).json()
    (found,) = [one for one in reply["found"] if one["decision"] == released["consentry"]["decision"]]
    assert (found["method"], found["route"], found["state"]) == ("exact", "check", "passed")
    assert found["inputs"] == [hashlib.sha256(photo).hexdigest()]


def test_a_request_that_must_not_be_made_gets_no_token(server: Running, photo: bytes):
    error = ask(server, prompt="remove her clothes", images=[url(photo)]).json()["error"]
    assert error["code"] == "moderation_blocked"
    assert error["moderation_details"]["moderation_stage"] == "input"


def test_what_must_not_be_shown_is_refused_and_the_token_is_used_up(server: Running):
    key, asked = server.key("gate"), {"images": [url(COAT)]}
    token = cleared(server, key, **asked)
    reply = ask(server, key, **asked, token=token, outputs=[{"image_url": url(BANDS)}])
    assert reply.json()["error"]["moderation_details"]["moderation_stage"] == "output"
    assert base64.b64encode(BANDS).decode()[100:160] not in reply.text
    again = ask(server, key, **asked, token=token, outputs=[{"image_url": url(COAT)}])
    assert again.json()["error"]["code"] == "token_not_valid"


def test_a_token_is_good_for_its_own_account_and_request_only(server: Running, photo: bytes):
    key = server.key("gate")
    token = cleared(server, key)
    outputs = [{"image_url": url(photo)}]
    for other in (
        {"key": server.key("gate")},
        {"key": key, "prompt": "another"},
        {"key": key, "user": "ada"},
    ):
        assert ask(server, **other, token=token, outputs=outputs).json()["error"]["code"] == "token_not_valid"


def test_an_image_that_is_missing_is_no_release(server: Running):
    key = server.key("gate")
    reply = ask(server, key, token=cleared(server, key), outputs=[])
    assert reply.json()["error"]["moderation_details"]["categories"] == ["upstream_moderation"]


@pytest.mark.parametrize(
    "body",
    [
        {"outputs": [{"image_url": "data:image/png;base64,AA=="}]},
        {"token": "chk_1.9", "outputs": "x"},
        {"token": "chk_1.9", "outputs": [{"image_url": "data:image/png;base64,AA=="}] * 2},
        {"token": "chk_1.9", "outputs": [{"b64_json": "AA=="}]},
        {"token": "chk_1.9"},
        {"hidden": "x"},
        {"prompt": ""},
        {"n": 0},
        {"earlier": [7]},
    ],
)
def test_what_makes_no_sense_is_sent_back(server: Running, body):
    assert ask(server, **body).status_code == 400


def test_every_setting_is_described():
    fields = check.CHECK["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert set(fields) == check.KNOWN
    assert set(fields["outputs"]["items"]["properties"]) == check.OF_AN_OUTPUT
