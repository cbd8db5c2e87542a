"""A gate that fails closed: whatever is down, slow or lying, nothing unjudged leaves."""

import base64
import concurrent.futures
import contextlib
import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import openai
import pytest

from consentry.core.errors import SetupTrouble
from consentry.core.ports import Made
from consentry.media import drawing
from consentry.media.edits import encoded
from support.fakes import BreakingStore, Brush
from support.running import running

SECRET_IMAGE = encoded(drawing.place(1), "png")
PROMPT = "a harbour in the morning"

SILENT = "import sys, time; time.sleep(60)"
DYING = "import sys; sys.exit(1)"
LYING = """
import json, sys
while True:
    head = json.loads(sys.stdin.buffer.readline())
    sys.stdin.buffer.read(head["width"] * head["height"] * 3)
    names = ["explicit", "intimate", "minimal", "degrading", "minor"]
    scores = {f"exposure.{name}": float("nan") for name in names}
    print(json.dumps({"id": head["id"], "version": "liar", "scores": scores}), flush=True)
"""


@pytest.fixture
def judge_script(tmp_path):
    def made(text):
        script = tmp_path / "judge.py"
        script.write_text(text)
        return f"process:{sys.executable} {script}"

    return made


@pytest.mark.parametrize("text", [SILENT, DYING, LYING], ids=["slow", "down", "lying"])
def test_a_judge_that_is_slow_down_or_lying_closes_the_gate(tmp_path, judge_script, text):
    with running(tmp_path, Brush([Made(SECRET_IMAGE)]), exposure=judge_script(text), patience=1.5) as server:
        with pytest.raises(openai.InternalServerError) as closed:
            server.client().images.generate(prompt=PROMPT)
        assert closed.value.status_code == 503
        assert closed.value.code == "safety_unavailable"
        assert closed.value.response.headers["x-should-retry"] == "false"
        assert base64.b64encode(SECRET_IMAGE).decode()[:60] not in closed.value.response.text


def test_the_gate_does_not_start_without_somebody_who_looks_at_outputs(tmp_path):
    with pytest.raises(SetupTrouble, match="looks at outputs"), running(tmp_path, exposure=""):
        pass


def test_told_to_start_without_one_it_holds_every_output(tmp_path):
    with running(tmp_path, exposure="", allow_no_output_judge=True) as server:
        with pytest.raises(openai.InternalServerError) as held:
            server.client().images.generate(prompt=PROMPT)
        assert held.value.code == "safety_unavailable"
        with server.http() as http:
            health = http.get("/healthz")
        assert health.status_code == 503
        assert health.json()["parts"]["output judge"] == "no_output_judge"


class _Upstream(BaseHTTPRequestHandler):
    """An upstream that fails with an image in its words."""

    status = 500

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        image = base64.b64encode(SECRET_IMAGE).decode()
        body = json.dumps(
            {"error": {"message": f"failed at {image}"}, "data": [{"b64_json": image}]}
        ).encode()
        self.send_response(self.status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def upstream():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Upstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_upstream_that_fails_with_an_image_in_its_words_is_not_repeated(tmp_path):
    with upstream() as url, running(tmp_path, upstream=url) as server:
        with pytest.raises(openai.InternalServerError) as failed:
            server.client().images.generate(prompt=PROMPT)
        assert failed.value.status_code == 502
        assert base64.b64encode(SECRET_IMAGE).decode()[:60] not in failed.value.response.text


def test_if_the_log_cannot_be_written_nothing_leaves(tmp_path):
    with running(tmp_path, Brush([Made(SECRET_IMAGE)])) as server:
        for judge in (server.system.ask, server.system.answer):
            object.__setattr__(judge, "store", BreakingStore(server.system.store))
        with pytest.raises(openai.InternalServerError) as closed:
            server.client().images.generate(prompt=PROMPT)
        assert closed.value.code == "safety_unavailable"
        assert base64.b64encode(SECRET_IMAGE).decode()[:60] not in closed.value.response.text


def test_too_much_at_once_is_told_to_come_back(tmp_path):
    with running(tmp_path, max_at_once=0) as server, server.http("gate") as http:
        reply = http.post("/v1/images/generations", json={"prompt": PROMPT})
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "overloaded"
        assert int(reply.headers["retry-after"]) > 0
        assert http.get("/healthz").status_code == 200


class Slow(Brush):
    """A generator that has its picture ready only when it is told so."""

    ready = False

    async def make(self, request):
        while not self.ready:  # noqa: ASYNC110 - it is told so from another thread
            await anyio.sleep(0.01)
        return await super().make(request)


def test_twice_too_much_is_turned_away_at_once_and_what_was_let_in_is_served(tmp_path):
    """A draft that is paid for is not lost because many others are opened at the same moment."""
    let_in, brush = 24, Slow([Made(encoded(drawing.place(2, (700, 700)), "png"))])
    with (
        running(tmp_path, brush, max_at_once=let_in, decoders=1, patience=60.0) as server,
        server.http("gate") as http,
        concurrent.futures.ThreadPoolExecutor(2 * let_in) as callers,
    ):

        def ask(_):
            return http.post("/v1/images/generations", json={"prompt": PROMPT}, timeout=100)

        asked = [callers.submit(ask, at) for at in range(2 * let_in)]
        answers = itertools.islice(concurrent.futures.as_completed(asked, timeout=60), let_in)
        turned_away = [task.result() for task in answers]
        assert not brush.asked
        brush.ready = True
        replies = [task.result() for task in asked]
    assert {reply.status_code for reply in turned_away} == {503}
    assert all(int(reply.headers["retry-after"]) > 0 for reply in turned_away)
    assert sorted(reply.status_code for reply in replies) == [200] * let_in + [503] * let_in


@pytest.mark.parametrize("made", [[], [Made(b"")]])
def test_a_generator_that_returns_nothing_is_a_refusal_with_a_name(tmp_path, made):
    with running(tmp_path, Brush(made)) as server:
        with pytest.raises(openai.BadRequestError) as refused:
            server.client().images.generate(prompt=PROMPT)
        assert refused.value.body["moderation_details"]["categories"] == ["upstream_moderation"]


@pytest.mark.parametrize("made", [b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_an_output_that_nobody_can_read_does_not_leave(tmp_path, made):
    with running(tmp_path, Brush([Made(made)])) as server:
        with pytest.raises(openai.InternalServerError) as held:
            server.client().images.generate(prompt=PROMPT)
        assert held.value.code == "safety_unavailable"
