"""F9: results were posted under the person's own photo. Here an edit comes back marked private."""

import base64

from consentry.media.credentials import claimed_decisions
from support.running import Running


def basis(server: Running, path: str, **body):
    with server.http("gate") as http:
        reply = http.post(path, json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_an_edit_of_a_picture_is_for_whoever_asked_alone(server: Running, photo_url: str):
    reply = basis(server, "/v1/images/edits", prompt="make it brighter", image=photo_url)
    assert reply["consentry"]["publish"] == "private"


def test_what_concerns_nobody_may_be_posted_as_asked(server: Running):
    reply = basis(server, "/v1/images/generations", prompt="a harbour in the morning")
    assert reply["consentry"]["publish"] == "as_asked"


def test_the_file_itself_says_under_which_decision_it_left(server: Running, photo_url: str):
    reply = basis(server, "/v1/images/edits", prompt="make it brighter", image=photo_url)
    data = base64.b64decode(reply["data"][0]["b64_json"])
    assert claimed_decisions(data) == (reply["consentry"]["decision"],)


def test_the_label_that_the_law_wants_is_in_the_file(server: Running, photo: bytes, photo_url: str):
    reply = basis(server, "/v1/images/edits", prompt="make it brighter", image=photo_url)
    assert reply["consentry"]["labels"]
    made = server.system.decoder.decode(base64.b64decode(reply["data"][0]["b64_json"])).frames[0]
    before = server.system.decoder.decode(photo).frames[0]
    assert made.height / made.width > before.height / before.width
