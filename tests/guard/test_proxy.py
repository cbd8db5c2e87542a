"""The proxy passes on what was permitted, byte for byte, and nothing that belongs to one connection."""

import asyncio
import contextlib
import threading

import httpx2
import pytest

from consentry.core.errors import SetupTrouble
from consentry.guard import PermitGuard
from consentry.guard.proxy import FIGURES, HEALTH, OWN, Proxy, onward
from support.gate import BODY, JSON, PATH, Issuer
from support.serving import served
from support.talking import Answer, talking


@contextlib.contextmanager
def guarded(answer, base="", **more):
    """A generator that answers with `answer`, behind a proxy, and an issuer of permits for it."""
    issuer = Issuer()
    with talking(answer) as generator:
        proxy = Proxy(generator + base, 5.0, **more)
        guard = PermitGuard(proxy, issuer.vkey, open_paths=OWN, now=issuer.clock.now)
        proxy.gatekeeper = guard.gatekeeper
        with served(guard) as url:
            yield url, issuer


def post(url, issuer, path=PATH, **headers):
    given = {"content-type": JSON, "consentry-permit": issuer.token(path=path)}
    given |= {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx2.post(url + path, content=BODY, headers=given)


def test_a_permitted_call_arrives_as_it_was_and_its_answer_too():
    asked = []

    def answer(call):
        asked.append(call)
        return Answer(
            201, b"\x00\xffimage", {"content-type": "image/png", "x-made": "1", "content-encoding": "x"}
        )

    with guarded(answer, base="/inner/") as (url, issuer):
        reply = post(url, issuer, "/v1//images/%2e%2e/x?a=%2F&b", authorization="Bearer k", x_other="yes")
    (call,) = asked
    assert (call.method, call.path, call.body) == ("POST", "/inner/v1//images/%2e%2e/x", BODY)
    assert call.wanted == {"a": "/", "b": ""}
    assert call.headers["authorization"] == "Bearer k"
    assert (call.headers["x-other"], call.headers["content-type"]) == ("yes", JSON)
    assert call.headers["content-length"] == str(len(BODY))
    assert (reply.status_code, reply.content) == (201, b"\x00\xffimage")
    assert (reply.headers["x-made"], reply.headers["content-encoding"]) == ("1", "x")
    assert "server" not in reply.headers or "uvicorn" not in reply.headers["server"]


def test_the_permit_and_what_belongs_to_one_connection_stay_on_their_side():
    asked = []

    def answer(call):
        asked.append(call)
        return Answer(200, b"ok", {"connection": "keep-alive, x-inner", "x-inner": "1", "keep-alive": "5"})

    with guarded(answer) as (url, issuer):
        reply = post(
            url, issuer, connection="x-mine", x_mine="1", te="trailers", proxy_authorization="secret"
        )
    assert set(asked[0].headers) & {"consentry-permit", "x-mine", "te", "proxy-authorization"} == set()
    assert "x-inner" not in reply.headers
    assert "keep-alive" not in reply.headers


@pytest.mark.parametrize("path", [PATH, "/", "/consentry-guard/", "/consentry-guard/metrics/"])
def test_without_a_permit_the_generator_hears_nothing(path):
    asked = []
    with guarded(asked.append) as (url, _issuer):
        assert httpx2.post(url + path, content=BODY).status_code == 403
        assert httpx2.get(url + path).status_code == 403
    assert asked == []


def test_the_guards_own_counts_and_health_are_open_and_never_reach_the_generator():
    asked = []

    def answer(call):
        asked.append(call.path)
        return Answer()

    with guarded(answer) as (url, issuer):
        post(url, issuer)
        httpx2.post(url + PATH)
        assert httpx2.get(url + HEALTH).text == "ok\n"
        figures = httpx2.get(url + FIGURES).text
    assert 'outcome="permitted"} 1' in figures
    assert 'outcome="permit_missing"} 1' in figures
    assert asked == [PATH]


def test_an_answer_is_passed_on_piece_by_piece():
    second = threading.Event()

    async def slow(scope, receive, send):
        if scope["type"] != "http":
            return
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b": held\n\n", "more_body": True})
        await asyncio.to_thread(second.wait, 5)
        await send({"type": "http.response.body", "body": b"data: 1\n\n"})

    issuer = Issuer()
    with (
        served(slow) as generator,
        served(PermitGuard(Proxy(generator, 5.0), issuer.vkey, now=issuer.clock.now)) as url,
    ):
        headers = {"content-type": JSON, "consentry-permit": issuer.token()}
        with httpx2.stream("POST", url + PATH, content=BODY, headers=headers) as reply:
            pieces = reply.iter_raw()
            assert next(pieces) == b": held\n\n"
            second.set()
            assert b"".join(pieces) == b"data: 1\n\n"


def test_a_generator_that_is_not_there_is_said():
    with talking(lambda _: Answer()) as gone:
        pass
    issuer = Issuer()
    with served(PermitGuard(Proxy(gone, 1.0), issuer.vkey, now=issuer.clock.now)) as url:
        reply = post(url, issuer)
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "upstream_failed")


def test_an_answer_that_breaks_off_is_broken_off_too():
    async def breaking(scope, receive, send):
        if scope["type"] == "http":
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise ConnectionError

    issuer = Issuer()
    with (
        served(breaking) as generator,
        served(PermitGuard(Proxy(generator, 5.0), issuer.vkey, now=issuer.clock.now)) as url,
        pytest.raises(httpx2.RemoteProtocolError),
    ):
        post(url, issuer)


def test_too_much_at_once_is_told_to_come_back():
    with guarded(lambda _: Answer(), at_once=0) as (url, issuer):
        reply = post(url, issuer)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "overloaded")


@pytest.mark.parametrize("upstream", ["", "painter", "ftp://x", "http://", "http://x/?y=1"])
def test_an_upstream_that_is_no_address_is_refused(upstream):
    with pytest.raises(SetupTrouble):
        Proxy(upstream, 1.0)


def test_headers_that_a_connection_names_stay_with_it():
    given = [
        (b"Connection", b"close, X-A"),
        (b"X-a", b"1"),
        (b"X-B", b"2"),
        (b"Transfer-Encoding", b"chunked"),
    ]
    assert onward(given) == [(b"x-b", b"2")]
