"""What goes wrong is told in one shape, to people as a page, and never with anything from inside."""

import logging

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from consentry.core.errors import (
    BadInput,
    Forbidden,
    NotAllowed,
    NotFound,
    Overloaded,
    SafetyUnavailable,
    Trouble,
    UpstreamTrouble,
)
from consentry.web import errors

SECRET = "ada@mail.example"
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def client(error: Exception | None = None) -> TestClient:
    """An application whose routes raise `error`."""
    app = FastAPI()
    errors.install(app)

    @app.get("/v1/x")
    @app.get("/page")
    async def raises():
        raise error

    @app.get("/counted")
    async def counted(number: int): ...

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (BadInput("No."), 400, "invalid_request_error"),
        (BadInput("No.", code="moderation_blocked"), 400, "image_generation_user_error"),
        (NotAllowed("No."), 401, "invalid_request_error"),
        (Forbidden("No."), 403, "invalid_request_error"),
        (NotFound("No."), 404, "invalid_request_error"),
        (SafetyUnavailable("No."), 503, "server_error"),
        (UpstreamTrouble("No."), 502, "server_error"),
        (Trouble("No."), 500, "server_error"),
    ],
)
def test_an_error_says_whose_fault_it_is(error, status, kind):
    reply = client(error).get("/v1/x")
    assert reply.status_code == status
    assert reply.json()["error"] == {
        "message": "No.",
        "type": kind,
        "param": None,
        "code": error.code,
        "next_step": error.next_step,
        "request_id": reply.headers["x-request-id"],
    }


def test_clients_are_told_whether_to_try_again():
    assert client(SafetyUnavailable("No.")).get("/v1/x").headers["x-should-retry"] == "false"
    busy = client(Overloaded("No.")).get("/v1/x").headers
    assert (busy["x-should-retry"], busy["retry-after"]) == ("true", "2")


def test_a_missing_key_is_asked_for():
    assert client(NotAllowed("No.")).get("/v1/x").headers["www-authenticate"].startswith("Bearer")


def test_what_nobody_foresaw_is_neither_shown_nor_logged(caplog):
    caplog.set_level(logging.DEBUG)
    reply = client(ValueError(f"cannot send to {SECRET}")).get("/v1/x")
    assert (reply.status_code, reply.json()["error"]["code"]) == (500, "internal_error")
    assert SECRET not in reply.text
    ours = [record for record in caplog.records if record.name == "consentry.web"]
    assert [SECRET in f"{record.getMessage()}{record.exc_info}" for record in ours] == [False]
    assert reply.json()["error"]["request_id"] in ours[0].getMessage()
    assert "raises" in ours[0].getMessage()


def test_a_malformed_parameter_is_named_and_not_repeated():
    reply = client().get("/counted", params={"number": SECRET})
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "number"
    assert SECRET not in reply.text


def test_our_own_trouble_is_logged_by_its_code(caplog):
    client(SafetyUnavailable("The words.", code="store_down")).get("/v1/x")
    assert "store_down" in caplog.text
    assert "The words." not in caplog.text


def test_a_browser_gets_a_page():
    reply = client(NotFound("There is <nothing> here.")).get("/page", headers=BROWSER)
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")
    assert "There is &lt;nothing&gt; here." in reply.text
    assert reply.headers["x-request-id"] in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers"), [("/v1/x", BROWSER), ("/page", {}), ("/page", {"accept": "*/*"})]
)
def test_everybody_else_gets_json(path, headers):
    assert "error" in client(NotFound("No.")).get(path, headers=headers).json()


def test_a_page_for_the_unforeseen_says_nothing_either():
    reply = client(ValueError(SECRET)).get("/page", headers=BROWSER)
    assert reply.status_code == 500
    assert "<h1>Something went wrong on our side.</h1>" in reply.text
    assert SECRET not in reply.text


def test_an_error_nobody_raised_has_a_place_all_the_same():
    assert errors._where(ValueError(SECRET)) == "ValueError"


def test_what_nobody_foresaw_does_not_reach_the_server_which_would_log_its_words(caplog):
    app = client(ValueError(SECRET)).app
    quiet = TestClient(app)  # raises whatever an application lets through
    assert quiet.get("/v1/x").json()["error"]["code"] == "internal_error"
    assert SECRET not in caplog.text
    assert "unforeseen ValueError in" in caplog.text


def test_a_reply_that_has_begun_is_cut_off_and_not_begun_again(caplog):
    app = FastAPI()
    errors.install(app)

    @app.get("/v1/x")
    async def breaks() -> StreamingResponse:
        async def pieces():
            yield b"one"
            raise ValueError(SECRET)

        return StreamingResponse(pieces())

    with TestClient(app).stream("GET", "/v1/x") as reply:
        assert reply.read() == b"one"
    assert SECRET not in caplog.text
