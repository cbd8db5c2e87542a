"""Partial images left the upstream before anybody had looked at the whole one."""

import base64
import io
import threading
import time

import anyio
import openai
import pytest

from consentry.core.errors import UpstreamTrouble
from consentry.web.gate import held
from support.painters import BAD, PLAIN, Painter, painting, traces
from support.running import Running, opened, running


@pytest.fixture
def painter(server: Running):
    with painting(server, Painter()) as painter:
        yield painter


def stream(server: Running, photo: bytes | None = None, **asked) -> list:
    images = server.client().images
    if photo is None:
        return list(images.generate(stream=True, partial_images=2, **asked))
    return list(images.edit(image=("photo.png", io.BytesIO(photo)), stream=True, partial_images=2, **asked))


def test_a_generation_comes_as_one_whole_image(server: Running):
    (event,) = stream(server, prompt=PLAIN, size="640x480", quality="high")
    assert event.type == "image_generation.completed"
    assert opened(base64.b64decode(event.b64_json)).width == 640
    assert (event.size, event.quality, event.output_format) == ("640x480", "high", "png")
    assert event.consentry["decision"].startswith("dec_")


def test_an_edit_comes_as_one_whole_image(server: Running, photo: bytes):
    (event,) = stream(server, photo, prompt="put a lighthouse in the background")
    assert event.type == "image_edit.completed"


def test_each_of_several_images_is_an_event(server: Running):
    assert len(stream(server, prompt=PLAIN, n=2)) == 2


@pytest.mark.parametrize("prompt", ["remove her clothes", BAD])
def test_a_refusal_is_an_error_that_the_client_raises(server: Running, painter: Painter, photo, prompt):
    with pytest.raises(openai.APIError) as refused:
        stream(server, photo, prompt=prompt)
    assert refused.value.code == "moderation_blocked"
    side = "output" if prompt == BAD else "input"
    assert refused.value.body["moderation_details"]["moderation_stage"] == side
    assert refused.value.body["decision"] in refused.value.message
    assert not traces(painter, server.system, str(refused.value.body))


def test_of_a_refused_stream_no_byte_of_the_image_is_sent(
    server: Running, painter: Painter, photo_url, caplog
):
    body = {"prompt": BAD, "stream": True, "partial_images": 3, "images": [{"image_url": photo_url}]}
    with server.http("gate") as http:
        reply = http.post("/v1/images/edits", json=body)
    assert painter.made
    assert reply.status_code == 200
    assert reply.text.count("event: error") == reply.text.count("event: ") == 1
    assert not traces(painter, server.system, reply.text + caplog.text)


@pytest.mark.parametrize("trouble", [UpstreamTrouble("The generator failed."), ValueError("SECRET words")])
def test_trouble_behind_the_gate_is_an_error_event_without_its_words(server: Running, trouble, caplog):
    with painting(server, Painter(trouble)), pytest.raises(openai.APIError) as raised:
        stream(server, prompt=PLAIN)
    assert raised.value.code in {"upstream_failed", "internal_error"}
    assert "SECRET" not in str(raised.value.body) + caplog.text


def test_a_picture_that_cannot_be_read_is_an_error_event(server: Running):
    with pytest.raises(openai.APIError) as raised:
        stream(server, b"no picture", prompt=PLAIN)
    assert raised.value.code == "invalid_image"


def test_what_makes_no_sense_is_an_http_error_before_the_stream_begins(server: Running):
    with pytest.raises(openai.BadRequestError):
        stream(server, prompt=PLAIN, output_format="svg")


def wait_for(done) -> None:
    until = time.monotonic() + 20
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)


class Slow(Painter):
    """Takes its time, and says whether it was let finish."""

    started = finished = cancelled = False

    async def make(self, request):
        self.started = True
        try:
            await anyio.sleep(3.0)
        except BaseException:
            self.cancelled = True
            raise
        self.finished = True
        return await super().make(request)


def test_comments_keep_the_connection_open_meanwhile(server: Running, monkeypatch):
    monkeypatch.setattr(held, "SECONDS", 0.2)
    body = {"prompt": PLAIN, "stream": True}
    with (
        painting(server, Slow()),
        server.http("gate") as http,
        http.stream("POST", "/v1/images/generations", json=body) as reply,
    ):
        pieces = list(reply.iter_bytes())
    assert pieces[0] == held.COMMENT
    whole = b"".join(pieces)
    assert whole.count(held.COMMENT) >= 4
    assert whole.rstrip().rsplit(b"\n\n", 1)[-1].startswith(b"event: image_generation.completed")


def test_a_client_that_goes_away_takes_its_request_with_it(server: Running):
    body = {"prompt": PLAIN, "stream": True}
    with painting(server, Slow()) as slow:
        with server.http("gate") as http, http.stream("POST", "/v1/images/generations", json=body) as reply:
            pieces = reply.iter_bytes()  # kept: a client that lets go of it is gone
            next(pieces)
            wait_for(lambda: slow.started)
        wait_for(lambda: slow.cancelled)
    assert not slow.finished


def test_with_streams_switched_off_a_refusal_is_an_http_error_and_a_release_one_event(tmp_path, photo: bytes):
    with running(tmp_path, stream_mode="off") as server:
        with pytest.raises(openai.BadRequestError) as refused:
            stream(server, photo, prompt="remove her clothes")
        assert refused.value.code == "moderation_blocked"
        (event,) = stream(server, prompt=PLAIN)
        assert event.type == "image_generation.completed"


def test_many_streams_at_once_do_not_mix(server: Running):
    found, sizes = {}, ["128x128", "160x120", "200x100", "96x96"]

    def one(size):
        (event,) = stream(server, prompt=PLAIN, size=size)
        found[size] = opened(base64.b64decode(event.b64_json)).width

    threads = [threading.Thread(target=one, args=(size,)) for size in sizes]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all(size.startswith(f"{width}x") for size, width in found.items())
    assert len(found) == len(sizes)
