"""The door for pict-rs: 200 stores a picture, and whatever else happens does not."""

import pytest

from support.running import Running


def validate(server: Running, data: bytes, key: str | None = None):
    with server.http() as http:
        key = server.key("screen") if key is None else key
        return http.post(f"/connect/pictrs/{key}", content=data, headers={"content-type": "image/png"})


def test_an_ordinary_picture_is_stored(server: Running, photo: bytes):
    reply = validate(server, photo)
    assert reply.status_code == 200
    assert reply.json()["outcome"] in {"allow", "label"}
    with server.http("read") as http:
        assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"x" * 50])
def test_what_cannot_be_read_is_refused(server: Running, data: bytes):
    reply = validate(server, data)
    assert (reply.status_code, reply.json()["outcome"]) == (406, "unreadable")


def test_without_a_good_key_nothing_is_stored(server: Running, photo: bytes):
    assert validate(server, photo, "wrong").status_code == 401
    assert validate(server, photo, server.key("read")).status_code == 403
    with server.http() as http:
        assert http.post("/connect/pictrs/", content=photo).status_code == 404


def test_no_other_answer_than_a_2xx_is_possible_for_what_may_be_shown(server: Running, photo: bytes):
    assert "score" not in validate(server, photo).text
