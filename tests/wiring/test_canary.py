"""Canaries find our own server, and their key is good for one flight."""

import pytest

from consentry.core.probe import LABEL
from consentry.store.memory import MemoryStore
from consentry.wiring.canary import _knock, canary_over, open_canary
from support.fakes import CountingIds, StillClock
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
        (b'{"output":[{"result":null}]}', {}, False),
        (b'{"output":[{"result": "aGFsbG8="}]}', {}, True),
        (b'{"parts":[{"inlineData":{"data":"aGFsbG8="}}]}', {}, True),
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


def test_what_a_route_outside_wants_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY_AUTHORIZATION_APP_IOS", "Basic abc")
    with open_canary(wanted(tmp_path)) as canary:
        assert canary.outside("app-ios") == "Basic abc"
        assert canary.outside("app") == ""
        asked = []
        with talking(lambda call: asked.append(call) or Answer()) as app:
            _knock(5.0, app, b"{}", canary.outside("app-ios"))
    assert asked[0].headers["authorization"] == "Basic abc"


def test_another_version_setting_or_rule_is_another_setup(tmp_path):
    access = None

    def setup(rules="1", **flags):
        return canary_over(wanted(tmp_path, **flags), MemoryStore(StillClock(), CountingIds()), access, rules)

    one = setup().setup
    assert setup().setup == one
    assert len({one, setup(rules="2").setup, setup(canary_makes=False).setup}) == 3
