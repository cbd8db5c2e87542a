"""HMA's routes are behind a key, wherever it is shown, unless the operator trusts the network."""

import contextlib
import socket

import anyio
import httpx2
import pytest

from consentry.flows.access import Access
from consentry.store.sql import open_store
from consentry.store.system import RandomIds, SystemClock
from consentry.web import hma
from consentry.web.app import create_app
from support.running import running

LOOKUP = {"signal": "f" * 64, "signal_type": "pdq"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("door")) as up:
        yield up


def test_without_a_key_nothing_is_answered(server):
    with server.http() as http:
        for method, path in (("GET", "/m/lookup"), ("POST", "/h/hash"), ("GET", "/c/banks")):
            reply = http.request(method, path)
            assert reply.status_code == 401
            assert list(reply.json()) == ["message"]
            assert "bearer" in reply.headers["www-authenticate"].lower()


def test_looking_up_does_not_entitle_to_curate(server):
    with server.http("screen") as http:
        assert http.get("/m/lookup", params=LOOKUP).json() == {}
        assert http.get("/c/banks").status_code == 403
    with server.http("admin") as http:
        assert http.get("/c/banks").json() == []
        assert http.get("/m/lookup", params=LOOKUP).status_code == 403


def test_a_key_may_stand_in_the_address(server):
    with server.http() as http:
        assert http.get("/c/banks", params={"api_key": server.key("admin")}).json() == []
        assert http.get("/c/banks", params={"api_key": "cty_wrong"}).status_code == 401


def test_a_key_that_another_process_takes_back_opens_nothing_from_then_on(server):
    elsewhere = open_store(server.system.settings.database_url, SystemClock(), RandomIds())
    with server.http("screen") as http:
        assert http.get("/m/lookup", params=LOOKUP).status_code == 200
        assert http.get("/m/lookup", params=LOOKUP).status_code == 200
        pepper = server.system.access.pepper
        mine = http.headers["authorization"].split("_")[1]
        Access(elsewhere, SystemClock(), RandomIds(), pepper).revoke(mine)
        assert http.get("/m/lookup", params=LOOKUP).status_code == 401
    elsewhere.close()


@pytest.mark.parametrize("path", ["/m/lookup", "/m/raw_lookup"])
@pytest.mark.parametrize(
    "params",
    [
        LOOKUP,
        LOOKUP | {"banks": "BANK_A", "seed": "x", "bypass_coinflip": "maybe"},
        LOOKUP | {"include_distance": "true"},
        LOOKUP | {"signal_type": "nope"},
        {"signal": "zz", "signal_type": "pdq"},
        {"signal": "f" * 32, "signal_type": "video_md5"},
        {"signal": "f" * 64},
        {},
    ],
    ids=["good", "bad flag", "distances", "bad type", "bad hash", "md5", "no type", "nothing"],
)
@pytest.mark.parametrize("scope", ["screen", "admin", ""])
def test_the_short_way_to_a_lookup_answers_as_the_long_one(server, path, params, scope):
    short, long = create_app(server.system), create_app(server.system)
    long.user_middleware = [one for one in long.user_middleware if one.cls is not hma.by_hash]
    assert len(long.user_middleware) == len(short.user_middleware) - 1
    headers = {"x-api-key": server.key(scope)} if scope else {}

    async def asked(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as http:
            reply = await http.get(path, params=params, headers=headers)
        return reply.status_code, reply.json(), {*reply.headers.items()}

    assert anyio.run(asked, short) == anyio.run(asked, long)


def test_two_slashes_are_one(server):
    with server.http("admin") as http:
        assert http.get(f"{server.url}//c/banks").json() == []


def test_the_body_of_a_stranger_is_not_read(server):
    with server.http() as http:
        assert http.post("/h/hash", files={"photo": ("x", bytes(2**20))}).status_code == 401


def test_a_gigabyte_is_refused_before_it_is_sent_or_when_too_much_has_come(server):
    most, sent = server.system.max_body, 0

    def endless():
        nonlocal sent
        while sent < 2**30:
            sent += 2**20
            yield bytes(2**20)

    with socket.create_connection(("127.0.0.1", server.system.settings.port), timeout=20) as raw:
        head = f"POST /m/lookup HTTP/1.1\r\nHost: here\r\nX-Api-Key: {server.key('screen')}\r\n"
        raw.sendall(f"{head}Content-Type: image/jpeg\r\nContent-Length: {2**30}\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")
    with server.http("screen") as http, contextlib.suppress(httpx2.TransportError):
        reply = http.post("/h/hash", content=endless(), headers={"content-type": "image/jpeg"})
        assert reply.status_code == 413
    assert sent < most + 2**26  # what was on its way


def test_on_a_trusted_network_no_key_is_needed_and_that_is_on_record(tmp_path):
    with running(tmp_path, hma_trusted_network=True) as up, up.http() as http:
        assert http.post("/c/banks", json={"name": "BANK_A"}).status_code == 201
        assert http.get("/m/lookup", params=LOOKUP).json() == {}
        last = up.system.store.line(up.system.store.size() - 1)
        assert b"trusted network" in last.record
        assert http.post("/v1/screen", params={"item": "x"}, content=b"x").status_code == 401
