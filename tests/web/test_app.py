"""Every route and method answers in one error shape; HEAD and OPTIONS behave; too much is turned away."""

import asyncio
import re

import pytest
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from consentry.cli.docs import routes
from consentry.core.route import OWN
from consentry.web.app import AtOnce, HeadAsGet, create_app
from consentry.web.hma_door import PATHS
from support.running import Running

SHAPE = {"message", "type", "param", "code", "next_step", "request_id"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ADDRESSES = sorted(
    {re.sub(r"\{\w+\}", "nothing", route.path) for route in routes()} | {"/nowhere", "/v1/nowhere"}
)
JUDGED_ONLY = {"/v1/moderations", "/v1/gate/live"}
"""Nothing is made there."""
PAGES = {"/site/posts/nothing"}
"""Addresses that always answer people, also that something is gone."""


def got(server: Running, *way: object, **more: object):
    with server.http() as http:
        return http.request(*way, **more)


@pytest.mark.parametrize("address", ADDRESSES)
def test_whatever_goes_wrong_has_one_shape(server: Running, address: str):
    for method in METHODS:
        reply = got(server, method, address, content=b"{" if method in {"POST", "PUT", "PATCH"} else None)
        if reply.status_code < 400 or (method == "GET" and address in PAGES):
            continue
        assert reply.headers["content-type"] == "application/json", (method, reply.text)
        assert reply.headers["cache-control"] == "no-store"
        if address.startswith(PATHS) and set(reply.json()) == {"message"}:
            continue  # the only shape that HMA's clients know
        assert set(reply.json()["error"]) == SHAPE, (method, reply.text)
        assert reply.json()["error"]["request_id"] == reply.headers["x-request-id"]
        assert "Traceback" not in reply.text


@pytest.mark.parametrize("method", METHODS)
def test_what_nobody_registered_is_refused_by_name_at_the_gate_and_not_found_elsewhere(
    server: Running, method: str
):
    gate, elsewhere = (got(server, method, path) for path in ("/v1/images/variations", "/images"))
    assert (gate.status_code, gate.json()["error"]["code"]) == (404, "route_not_gated")
    assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/screen", "/v1/reports"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_a_gated_path_is_closed_to_every_other_method(server: Running, path: str, method: str):
    assert got(server, method, path).json()["error"]["code"] == "route_not_gated"


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/metrics", "/v1/log/checkpoint", "/nowhere"])
def test_head_is_get_without_the_body(server: Running, path: str):
    head, get = got(server, "HEAD", path), got(server, "GET", path)
    assert head.status_code == get.status_code
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.content == b""


def test_no_other_site_may_read_an_answer(server: Running):
    for method in ("GET", "OPTIONS"):
        headers = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
        reply = got(server, method, "/v1/reports", headers=headers)
        assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_the_server_does_not_say_what_it_is_made_of(server: Running):
    assert "server" not in got(server, "GET", "/").headers


def test_openapi_is_complete(server: Running):
    document = got(server, "GET", "/openapi.json").json()
    found = [
        (f"{method} {path}", each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]
    assert {f"{route.method.lower()} {route.path}" for route in routes() if route.tag != "pages"} >= {
        name for name, _ in found
    }
    for name, each in found:
        assert each["summary"], name
        assert len(each["description"]) > 20, name
        assert {"4XX", "5XX"} <= set(each["responses"]), name
        assert "422" not in each["responses"], name
        assert all(parameter.get("description") for parameter in each.get("parameters", [])), name
        if name.startswith(("post", "put")):
            assert all(content["schema"] for content in each["requestBody"]["content"].values()), name
    assert document["components"]["schemas"]["Error"]["properties"]["error"]["required"]


def test_every_gated_route_says_which_key_it_needs(server: Running):
    paths = create_app(server.system).openapi()["paths"]
    with server.http() as http:
        for path, methods in paths.items():
            for method, each in methods.items():
                reply = http.request(
                    method, re.sub(r"\{\w+\}", "1", path), params={"item": "1"}, content=b"{}"
                )
                words = "reports" in path or "withdraw" in path  # 401 for wrong words, and no key
                assert (reply.status_code == 401) == ("security" in each) or words, path


def test_too_much_at_once_is_told_to_come_back_and_to_hang_up():
    client = TestClient(AtOnce(PlainTextResponse("served"), limit=0))
    reply = client.post("/v1/screen")
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "overloaded")
    assert reply.headers["connection"] == "close"
    assert client.get("/healthz").text == "served"


def test_whoever_leaves_makes_room():
    client = TestClient(AtOnce(PlainTextResponse("served"), limit=1))
    assert [client.get("/v1/x").status_code for _ in range(3)] == [200, 200, 200]


def test_what_is_not_http_passes_unchanged():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    asyncio.run(HeadAsGet(app)({"type": "lifespan"}, None, None))
    assert seen == [{"type": "lifespan"}]


def test_every_way_to_an_image_is_in_the_register_of_routes(server: Running):
    """Whoever adds a way adds it to `OWN` in core/route.py, or it stays shut: see docs/no-way-round.md."""
    offered = {
        f"{route.method} {route.path}"
        for route in routes()
        if route.tag == "gate" and route.path not in JUDGED_ONLY
    }
    assert offered == set(OWN.values())
