"""Orders by webhook, against the example platform in a process of its own, and against answers made up."""

import json
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from consentry.core.errors import NotFound, NotOffered, UpstreamTrouble
from consentry.core.platformports import Ability, Notice
from consentry.core.webports import Later, Reply
from consentry.platforms.webhook import Addresses, WebhookPlatform
from consentry.remote.caller import SafeCaller
from consentry.remote.signer import WebhookSigner
from consentry.store.system import SystemClock
from contracts.platform import PlatformContract
from support.harbour import SECRET, TOKEN, harbour

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ABILITIES = frozenset({Ability.HIDE, Ability.RESTORE, Ability.REMOVE, Ability.FETCH})


class Noon:
    def now(self):
        return NOON


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with harbour(tmp_path_factory.mktemp("harbour")) as found:
        yield found


@pytest.fixture
def caller():
    found = SafeCaller((ip_network("127.0.0.0/8"),))
    yield found
    found.close()


def at(url, caller, abilities=ABILITIES):
    addresses = Addresses(f"{url}/orders", f"{url}/media/{{item}}", (), f"{url}/moderation/{{item}}", TOKEN)
    return WebhookPlatform("harbour", addresses, abilities, caller, WebhookSigner([SECRET]), SystemClock())


class TestWebhookPlatform(PlatformContract):
    @pytest.fixture
    def platform(self, running, caller, monkeypatch):
        running.run("DELETE FROM done")  # the contract uses the same keys for every test
        return at(running.url, caller)

    @pytest.fixture
    def publish(self, running):
        return running.publish

    @pytest.fixture
    def break_now(self, running, platform, monkeypatch):
        # Nothing listens on port 9 of this machine; that is what a server looks like that is down.
        def now():
            ask = platform._caller._ask

            def elsewhere(method, url, *more):
                return ask(method, url.replace(running.url, "http://127.0.0.1:9"), *more)

            monkeypatch.setattr(platform._caller, "_ask", elsewhere)

        return now


class Told:
    """Answers as it was told to, and remembers what it was asked."""

    def __init__(self, *replies):
        self.replies, self.asked = list(replies), []

    def call(self, method, url, headers, body=b"", *, limit=0):
        self.asked.append((method, url, dict(headers), body))
        return self.replies.pop(0)

    def visit(self, url, limit):
        self.asked.append(("visit", url, {}, b""))
        return self.replies.pop(0)


def answering(*replies, pages=(), fetch="https://quay.example/mod/{item}"):
    caller = Told(*replies)
    addresses = Addresses("https://quay.example/in", "https://quay.example/m/{item}", pages, fetch, "t")
    signer = WebhookSigner([SECRET])
    return WebhookPlatform("quay", addresses, frozenset(Ability), caller, signer, Noon()), caller


def test_an_order_names_the_item_its_address_and_what_is_to_be_done():
    platform, caller = answering(Reply(200, b'{"receipt": "r-9"}'))
    assert platform.hide("a/b", "cpy_1").reference == "r-9"
    ((method, url, headers, body),) = caller.asked
    assert (method, url, headers["webhook-id"]) == ("POST", "https://quay.example/in", "cpy_1")
    assert json.loads(body) == {
        "type": "item.hide",
        "timestamp": "2026-11-22T12:00:00.000000Z",
        "data": {"item": "a/b", "url": "https://quay.example/m/a%2Fb"},
    }
    assert platform.locate("https://quay.example/m/a%2Fb") == "a/b"


def test_a_label_and_a_notice_go_with_the_order_and_nobody_who_reported():
    platform, caller = answering(Reply(202), Reply(204))
    platform.label("1", "held", "k-1")
    platform.notify("1", Notice("A decision", "It is hidden."), "k-2")
    label, notice = (json.loads(body)["data"] for *_, body in caller.asked)
    assert label == {"item": "1", "url": "https://quay.example/m/1", "label": "held"}
    assert notice["notice"] == {"subject": "A decision", "text": "It is hidden."}


def test_the_same_order_goes_out_under_the_same_id_and_is_signed_anew():
    platform, caller = answering(Reply(500), Reply(200))
    with pytest.raises(UpstreamTrouble) as caught:
        platform.hide("1", "cpy_1")
    assert caught.value.code == "answered_500"
    platform.hide("1", "cpy_1")
    assert [headers["webhook-id"] for _, _, headers, _ in caller.asked] == ["cpy_1", "cpy_1"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (b"", ""),
        (b"<html>", ""),
        (b"[1]", ""),
        (b'{"receipt": 7}', ""),
        (b'{"receipt": "line\\nbreak"}', ""),
        (b'{"receipt": "' + b"x" * 300 + b'"}', "x" * 200),
        (b"\xff\xfe", ""),
    ],
)
def test_nothing_of_an_answer_is_kept_but_a_plain_receipt(told, kept):
    assert answering(Reply(200, told))[0].hide("1", "k").reference == kept


def test_410_is_no_such_item_and_501_no_such_order_and_404_is_trouble():
    platform, _ = answering(Reply(410), Reply(501), Reply(404))
    with pytest.raises(NotFound):
        platform.hide("1", "k")
    with pytest.raises(NotOffered):
        platform.hide("1", "k")
    with pytest.raises(UpstreamTrouble) as caught:
        platform.hide("1", "k")
    assert not isinstance(caught.value, NotOffered)


def test_a_busy_platform_says_when_to_come_back():
    platform, _ = answering(Reply(429, headers={"retry-after": "17"}), Reply(503))
    for seconds in (17.0, 0.0):
        with pytest.raises(Later) as caught:
            platform.hide("1", "k")
        assert caught.value.seconds == seconds


def test_without_a_door_for_moderators_there_is_no_fetching():
    platform, caller = answering(fetch="")
    assert Ability.FETCH not in platform.abilities
    with pytest.raises(NotOffered):
        platform.fetch("1")
    assert not caller.asked


def test_half_a_picture_is_none():
    platform, _ = answering(Reply(200, b"half", whole=False), Reply(204))
    for _ in range(2):
        with pytest.raises(UpstreamTrouble):
            platform.fetch("1")


def test_every_address_of_an_item_must_be_gone():
    page = "https://quay.example/p/{item}"
    platform, caller = answering(Reply(404), Reply(200, b"x"), Reply(404), Reply(410), pages=(page,))
    assert not platform.verify("https://quay.example/p/1").gone
    assert [url for _, url, *_ in caller.asked] == ["https://quay.example/p/1", "https://quay.example/m/1"]
    assert platform.verify("https://quay.example/p/1").gone


@pytest.mark.parametrize("status", [302, 401, 403, 429, 500, 503])
def test_an_unclear_answer_is_no_proof(status):
    with pytest.raises(UpstreamTrouble):
        answering(Reply(status))[0].verify("https://quay.example/m/1")


def test_a_test_message_says_that_it_is_one():
    platform, caller = answering(Reply(204))
    assert platform.test("test-1").status == 204
    assert json.loads(caller.asked[0][3])["type"] == "consentry.test"


def test_a_token_is_in_no_text():
    assert "moderators" not in repr(Addresses("a", "b", (), "c", TOKEN))
