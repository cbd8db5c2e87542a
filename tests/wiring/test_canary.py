"""Canaries find our own server, and their key is good for one flight."""

import pytest

from consentry.core.probe import LABEL
from consentry.wiring.canary import _knock, open_canary
from support.small import wanted
from support.talking import Answer, talking


@pytest.mark.parametrize(
    ("flags", "base"),
    [
        ({"host": "0.0.0.0", "port": 81}, "http://127.0.0.1:81"),
        ({"host": "10.0.0.1", "port": 81}, "http://10.0.0.1:81"),
        ({"canary_url": "https://gate.example/"}, "https://gate.example"),
    ],
)
def test_the_server_is_where_the_settings_say(tmp_path, flags, base):
    with open_canary(wanted(tmp_path, **flags)) as canary:
        assert canary.base == base


def test_the_key_is_taken_back_after_the_flight(tmp_path):
    with open_canary(wanted(tmp_path)) as canary:
        with canary.key() as shown:
            assert shown.startswith("cty_")
        with canary.store.read() as view:
            (key,) = view.keys()
        assert key.revoked


@pytest.mark.parametrize(
    ("body", "headers", "images"),
    [
        (b'{"error":{}}', {}, False),
        (b'{"data":[{"b64_json":"aGFsbG8="}]}', {}, True),
        (b'{"data":[{"url":"https://x"}]}', {}, True),
        (b"\x89PNG", {"content-type": "image/png"}, True),
    ],
)
def test_a_knock_is_labelled_and_tells_what_came_back(body, headers, images):
    asked = []

    def answer(call):
        asked.append(call)
        return Answer(400, body, headers | {"consentry-decision": "dec_1", "consentry-log-index": "7"})

    with talking(answer) as url:
        heard = _knock(5.0, f"{url}/probe", b"{}", "")
    assert (heard.status, heard.decision, heard.place, heard.images) == (400, "dec_1", "7", images)
    assert asked[0].headers[LABEL.lower()] == "1"
    assert "authorization" not in asked[0].headers


def test_nobody_there_is_said():
    with talking(lambda _: Answer()) as gone:
        pass
    assert _knock(1.0, gone, b"{}", "key").status == 0
