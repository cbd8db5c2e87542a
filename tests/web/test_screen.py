"""A platform that asks whether it may show a picture gets an answer it can act on, and no way to evade."""

import pytest

from consentry.core.policy import Outcome
from consentry.web.screen import MAX_NAME, SCREENED, STATUS
from support.running import Running


def screen(server: Running, content: bytes, headers: dict | None = None, **names: str):
    with server.http("screen") as http:
        return http.post("/v1/screen", params={"item": "x", **names}, content=content, headers=headers or {})


def test_an_ordinary_picture_may_be_shown(server: Running, photo: bytes):
    reply = screen(server, photo, platform="site", account="poster", place="GB")
    assert reply.status_code == 200
    assert set(reply.json()) == set(SCREENED["properties"])
    assert reply.json()["outcome"] in {"allow", "label"}
    assert reply.headers["x-request-id"] == reply.json()["decision"]


def test_the_answer_is_a_line_in_the_log_that_does_not_name_the_poster(server: Running, photo: bytes):
    index = screen(server, photo, account="ada@mail.example").json()["log_index"]
    with server.http("read") as http:
        assert "ada" not in http.get(f"/v1/log/entry/{index}").text


def test_no_answer_says_how_near_it_was(server: Running, photo: bytes):
    answer = screen(server, photo).text
    assert "score" not in answer
    assert "distance" not in answer


@pytest.mark.parametrize(
    ("content", "headers", "names", "code"),
    [
        (b"", {}, {}, "invalid_image"),
        (b"{}", {"content-type": "application/json"}, {}, "unsupported_content_type"),
        (b"--x", {"content-type": "multipart/form-data; boundary=x"}, {}, "unsupported_content_type"),
        (b"x", {}, {"platform": "nobody"}, "unknown_platform"),
        (b"x", {}, {"item": "x" * (MAX_NAME + 1)}, "invalid_request"),
    ],
)
def test_what_makes_no_sense_is_sent_back(server: Running, content, headers, names, code):
    reply = screen(server, content, headers, **names)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)


def test_every_outcome_has_a_status_and_only_two_of_them_mean_show_it():
    assert set(STATUS) == set(Outcome)
    assert {outcome for outcome, status in STATUS.items() if status == 200} == {Outcome.ALLOW, Outcome.LABEL}
    assert STATUS[Outcome.HOLD] == 202
    assert STATUS[Outcome.REFUSE] == 451
