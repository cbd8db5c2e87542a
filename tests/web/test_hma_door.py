"""HMA's routes are behind a key, wherever it is shown, unless the operator trusts the network."""

import pytest

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


def test_two_slashes_are_one(server):
    with server.http("admin") as http:
        assert http.get(f"{server.url}//c/banks").json() == []


def test_the_body_of_a_stranger_is_not_read(server):
    with server.http() as http:
        assert http.post("/h/hash", files={"photo": ("x", bytes(2**20))}).status_code == 401


def test_on_a_trusted_network_no_key_is_needed_and_that_is_on_record(tmp_path):
    with running(tmp_path, hma_trusted_network=True) as up, up.http() as http:
        assert http.post("/c/banks", json={"name": "BANK_A"}).status_code == 201
        assert http.get("/m/lookup", params=LOOKUP).json() == {}
        last = up.system.store.line(up.system.store.size() - 1)
        assert b"trusted network" in last.record
        assert http.post("/v1/screen", params={"item": "x"}, content=b"x").status_code == 401
