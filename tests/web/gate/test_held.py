"""A held stream writes comments, then everything or one error, and ends with its client."""

import anyio
import pytest

from consentry.core.errors import BadInput
from consentry.web.gate import held
from consentry.web.gate.held import Held, error_event, written


def serve(work, *, gone_after=60.0, **more):
    """What is sent while `work` goes on, to a client that stays for so long."""
    sent = []

    async def receive():
        await anyio.sleep(gone_after)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    async def go():
        await Held(work, "req_1", **more)({"type": "http"}, receive, send)

    anyio.run(go)
    return sent


def bodies(sent):
    return b"".join(message.get("body", b"") for message in sent)


async def two():
    await anyio.sleep(0.25)
    return [("a", {"n": 1}), ("", {"n": 2})]


def test_events_come_after_comments_and_nothing_says_how_long_it_will_be(monkeypatch):
    monkeypatch.setattr(held, "SECONDS", 0.1)
    start, *rest = serve(two, done=b"data: [DONE]\n\n")
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/event-stream")
    assert headers[b"x-request-id"] == b"req_1"
    assert b"content-length" not in headers
    assert bodies(rest).startswith(held.COMMENT * 2)
    assert bodies(rest).replace(held.COMMENT, b"") == (
        b'event: a\ndata: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n'
    )
    assert [message.get("more_body", False) for message in rest].count(False) == 1


@pytest.mark.parametrize(
    ("error", "code"), [(BadInput("No.", code="no"), "no"), (ValueError("SECRET"), "internal_error")]
)
def test_whatever_goes_wrong_is_one_error_without_words_from_inside(error, code):
    async def work():
        raise error

    text = bodies(serve(work)).decode()
    assert f'"code":"{code}"' in text
    assert '"request_id":"req_1"' in text
    assert "SECRET" not in text


def test_a_client_that_is_gone_ends_the_work():
    ended = []

    async def work():
        try:
            await anyio.sleep(30)
        finally:
            ended.append(True)

    sent = serve(work, gone_after=0.1)
    assert ended
    assert bodies(sent).replace(held.COMMENT, b"") == b""


def test_an_error_in_a_stream_is_shaped_as_clients_expect():
    assert error_event({"error": {"code": "x"}}) == ("error", {"type": "error", "error": {"code": "x"}})
    assert written("", {"a": "\n"}) == b'data: {"a":"\\n"}\n\n'
