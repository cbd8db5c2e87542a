"""Nothing reaches the application without a permit, and what has one arrives as it came."""

import asyncio

import httpx2
import pytest

from consentry.core.errors import BadInput
from consentry.guard import PermitGuard, middleware
from consentry.guard.middleware import target
from support.gate import BODY, JSON, PATH, Issuer, Painter


class Site:
    """A guarded application and a client of it."""

    def __init__(self, **more):
        self.issuer, self.painter = Issuer(), Painter()
        self.guard = PermitGuard(self.painter, self.issuer.vkey, now=self.issuer.clock.now, **more)

    def post(self, body=BODY, path=PATH, kind=JSON, method="POST", **headers):
        async def call():
            transport = httpx2.ASGITransport(app=self.guard)
            async with httpx2.AsyncClient(transport=transport, base_url="http://painter") as client:
                given = {"content-type": kind} | {
                    name.replace("_", "-"): text for name, text in headers.items()
                }
                return await client.request(method, path, content=body, headers=given)

        return asyncio.run(call())


def code(reply):
    return reply.status_code, reply.json()["error"]["code"]


def test_with_its_permit_a_call_passes_whole_and_once():
    site = Site()
    token = site.issuer.token()
    assert site.post(consentry_permit=token).text == "an image"
    assert code(site.post(consentry_permit=token)) == (403, "permit_used")
    assert site.painter.asked == [(PATH, BODY)]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", [PATH, "/", "/healthz", "/anything"])
def test_without_a_permit_nothing_is_served(method, path):
    site = Site()
    assert site.post(method=method, path=path).status_code == 403
    assert site.painter.asked == []


def test_a_refusal_says_what_to_do_and_hangs_up():
    reply = Site().post()
    assert code(reply) == (403, "permit_missing")
    assert "through the gate" in reply.json()["error"]["next_step"]
    assert reply.headers["connection"] == "close"
    assert reply.headers["x-should-retry"] == "false"


def test_two_permits_or_a_packed_body_are_refused():
    site = Site()
    for more in ({"content_encoding": "gzip"}, {"Consentry-Permit": site.issuer.token()}):
        reply = site.post(consentry_permit=site.issuer.token(), **more)
        assert code(reply) == (403, "permit_invalid")
    assert site.painter.asked == []


def test_a_body_over_the_limit_is_refused_as_soon_as_that_is_known():
    site = Site(max_body=len(BODY))
    assert site.post(consentry_permit=site.issuer.token()).status_code == 200
    longer = BODY + b" "
    assert code(site.post(longer, consentry_permit=site.issuer.token(longer))) == (413, "too_large")


def spoken(guard, messages, scope=None, token=None):
    """What the guard answers to these messages of a server."""
    said = []

    async def receive():
        if not messages:
            await asyncio.sleep(10)
        return messages.pop(0)

    async def send(message):
        said.append(message)

    headers = [(b"content-type", JSON.encode())]
    headers += [(b"consentry-permit", token.encode())] if token else []
    plain = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}
    asyncio.run(guard(plain | (scope or {}), receive, send))
    return said


def piece(body, *, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_in_pieces_is_put_together_and_counted():
    site = Site(max_body=len(BODY))
    pieces = [piece(BODY[:5], more=True), piece(BODY[5:])]
    assert spoken(site.guard, pieces, token=site.issuer.token())[0]["status"] == 200
    assert site.painter.bodies == [BODY]
    pieces = [piece(BODY, more=True), piece(b"more", more=True), piece(b"", more=False)]
    assert spoken(site.guard, pieces, token=site.issuer.token())[0]["status"] == 413


def test_a_body_that_never_ends_is_not_waited_for():
    site = Site(patience=0.05)
    assert spoken(site.guard, [piece(b"{", more=True)], token=site.issuer.token())[0]["status"] == 400


def test_nobody_answers_a_caller_who_left():
    site = Site()
    assert (
        spoken(site.guard, [piece(b"{", more=True), {"type": "http.disconnect"}], token=site.issuer.token())
        == []
    )
    assert site.painter.asked == []


def test_a_refused_body_is_let_in_for_a_moment_so_that_its_sender_reads_why(monkeypatch):
    monkeypatch.setattr(middleware, "MOST_DISCARDED", 10)
    monkeypatch.setattr(middleware, "LONGEST_DISCARD", 0.05)
    site = Site()
    messages = [piece(b"1234567", more=True) for _ in range(5)]
    assert spoken(site.guard, messages)[0]["status"] == 403
    assert len(messages) == 3
    assert spoken(site.guard, [piece(b"1", more=True)])[0]["status"] == 403
    whole = [piece(b"1"), piece(b"of another call")]
    assert spoken(site.guard, whole)[0]["status"] == 403
    assert len(whole) == 1


def test_a_websocket_is_closed():
    (said,) = spoken(Site().guard, [], {"type": "websocket"})
    assert said["type"] == "websocket.close"


def test_the_applications_own_start_and_end_pass():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(PermitGuard(app, Issuer().vkey)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


def test_only_paths_that_are_named_are_open():
    site = Site(open_paths=frozenset({"/healthz"}))
    assert site.post(path="/healthz").status_code == 200
    for path in ("/healthz/", "/healthz/../v1/images/generations", "/HEALTHZ"):
        assert site.post(path=path).status_code == 403


def test_a_path_is_compared_as_it_was_sent():
    assert target({"path": "/a b", "raw_path": b"/a%20b", "query_string": b"x=%2F"}) == "/a%20b?x=%2F"
    assert target({"path": "/a b", "query_string": b""}) == "/a%20b"


def test_a_guard_needs_a_key():
    with pytest.raises(BadInput):
        PermitGuard(Painter(), "not a key")
