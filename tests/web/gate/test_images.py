"""The gate understands what OpenAI's clients send, passes on only what it knows, and says why it refuses."""

import pytest

from consentry.core.errors import BadInput
from consentry.web.gate import images
from support.running import Running


def edit(server: Running, photo: bytes, **fields: str):
    with server.http("gate") as http:
        files = {"image": ("photo.png", photo, "image/png")}
        return http.post("/v1/images/edits", data={"prompt": "brighten the picture", **fields}, files=files)


def test_numbers_in_a_form_are_understood(server: Running, photo: bytes):
    reply = edit(server, photo, n="2", size="1024x1024", quality="high")
    assert len(reply.json()["data"]) == 2


def test_a_release_says_on_what_it_rests_and_is_kept_nowhere(server: Running, photo: bytes):
    reply = edit(server, photo)
    rests = reply.json()["consentry"]
    assert reply.headers["consentry-decision"] == reply.headers["x-request-id"] == rests["decision"]
    assert int(reply.headers["consentry-log-index"]) == rests["log_index"]
    assert reply.headers["cache-control"] == "no-store"


def test_a_refusal_says_why_in_words_and_categories_and_quotes_its_decision(server: Running, photo: bytes):
    reply = edit(server, photo, prompt="remove her clothes")
    error = reply.json()["error"]
    assert (reply.status_code, error["type"]) == (400, "image_generation_user_error")
    assert error["moderation_details"]["categories"]
    assert all(reason.endswith(".") for reason in error["reasons"])
    assert error["decision"] == reply.headers["consentry-decision"]
    assert error["decision"] in error["message"]
    assert "clothes" not in reply.text


def test_a_refusal_is_a_line_in_the_log_without_the_words_that_were_asked(server: Running, photo: bytes):
    index = edit(server, photo, prompt="remove her clothes").json()["error"]["log_index"]
    with server.http("read") as http:
        record = http.get(f"/v1/log/entry/{index}").json()["record"]
    assert record["outcome"] == "refuse"
    assert "clothes" not in str(record)


def test_what_would_weaken_the_upstreams_own_checks_is_dropped():
    options = images._options({"moderation": "low", "quality": "high"})
    assert options == (("quality", "high"),)


@pytest.mark.parametrize(
    "fields", [{"response_format": "url"}, {"output_format": "SVG "}, {"style": "x" * 101}]
)
def test_what_cannot_be_judged_or_kept_is_refused_by_name(fields):
    with pytest.raises(BadInput) as refused:
        images._options(fields)
    assert refused.value.param == next(iter(fields))


def test_every_setting_is_dropped_ignored_passed_on_or_our_own():
    parts = [images.DROPPED, images.IGNORED, images.PASSED]
    assert sum(map(len, parts)) == len(frozenset.union(*parts))
    assert frozenset.union(*parts) < images.KNOWN
