"""A platform that asks whether it may show a picture gets an answer it can act on, and no way to evade."""

import json

import pytest

from consentry.core.policy import Outcome
from consentry.media.drawing import figure
from consentry.web.screen import MAX_NAME, SCREENED, STATUS
from support.running import Running
from support.videos import encoded, film, flash


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
        assert "ada@" not in http.get(f"/v1/log/entry/{index}").text  # "ada" alone may be part of a digest


def test_no_answer_says_how_near_it_was(server: Running, photo: bytes):
    answer = screen(server, photo).text
    assert "score" not in answer
    assert "distance" not in answer


@pytest.mark.parametrize(
    ("content", "headers", "names", "code"),
    [
        (b"", {}, {}, "invalid_image"),
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


def test_a_video_is_judged_like_a_picture(server: Running):
    reply = screen(server, encoded(film([1, 2], each=0.6)), {"content-type": "video/mp4"})
    assert reply.status_code == 200, reply.text


def test_a_detector_sees_what_a_video_shows_for_one_moment(server: Running):
    calm = film([3], each=2)
    bands = figure(5, (240, 320), cover="bands").resize((320, 240))

    def bare(frames):
        index = screen(server, encoded(frames)).json()["log_index"]
        record = json.loads(server.system.store.line(index).record)
        return record["findings"]["exposure.minimal"]["score"]

    assert bare(calm) < 0.1
    assert bare(flash(calm, 17, bands)) > 0.5


@pytest.mark.parametrize("kind", ["mp4", "webm"])
def test_a_video_that_cannot_be_read_is_sent_back_and_must_not_be_shown(server: Running, kind):
    data = encoded(film([1], each=0.6), kind)
    reply = screen(server, data[: len(data) // 2])
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (400, "invalid_image")
    assert "corrupt" in error["message"]
    assert "Do not show it" in reply.text


def words(server: Running, body: object, **names: str):
    with server.http("screen") as http:
        return http.post("/v1/screen", params={"item": "x", **names}, json=body)


def test_an_offer_of_a_tool_that_undresses_people_is_never_shown(server: Running):
    reply = words(
        server, {"text": "Try our undress app, free in one click", "links": ["https://shop.example"]}
    )
    assert reply.status_code == 451
    assert reply.json()["outcome"] == "refuse"


def test_ordinary_words_may_be_shown_and_are_not_in_the_log(server: Running):
    reply = words(server, {"text": "A calm harbour near Quillmouth", "links": []})
    assert reply.status_code == 200
    with server.http("read") as http:
        assert "Quillmouth" not in http.get(f"/v1/log/entry/{reply.json()['log_index']}").text


def test_a_doubtful_link_is_held(server: Running):
    reply = words(server, {"text": "nudify", "links": ["https://shop.example"]})
    assert reply.status_code == 202


@pytest.mark.parametrize(
    "body", [{}, {"text": 1}, {"text": "a", "links": "b"}, {"text": "a", "links": [1]}, {"text": " "}]
)
def test_words_in_another_shape_are_sent_back(server: Running, body: object):
    assert words(server, body).status_code == 400


def test_words_for_an_unknown_platform_are_sent_back(server: Running):
    assert words(server, {"text": "a"}, platform="nowhere").json()["error"]["code"] == "unknown_platform"
