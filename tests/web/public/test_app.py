"""The form's listener keeps nothing, lets nothing in, and knows no other door."""

import pytest

from web.public.conftest import fill

PATHS = [
    "/",
    "/en/",
    "/en/quickly",
    "/en/status",
    "/static/report.css",
    "/static/pdq.mjs",
    "/en/leave",
    "/no",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_kept_nowhere(person, path: str):
    reply = person.get(path, follow_redirects=False)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "server" not in reply.headers


def test_pages_let_nobody_else_in(person):
    policy = person.get("/en/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy, "a script has nowhere to send to"
    assert "unsafe" not in policy


def test_the_only_cookie_ends_with_the_browser_and_is_out_of_reach(person):
    assert "set-cookie" not in person.get("/en/").headers
    cookie = person.post("/en/begin", follow_redirects=False).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie


@pytest.mark.parametrize("path", ["/v1/reports", "/healthz", "/metrics", "/docs", "/xx/", "/en/nothing"])
def test_there_is_nothing_else_here(person, path: str):
    reply = person.get(path)
    assert reply.status_code == 404
    assert "There is no such page." in reply.text


def test_the_first_page_is_in_the_language_of_the_browser(person):
    assert person.get("/", headers={"accept-language": "xx, en-GB;q=0.5"}).url.path == "/en/"


def test_what_goes_wrong_says_nothing_from_inside(person, server, monkeypatch, caplog):
    def broken(_report: object) -> None:
        raise RuntimeError("secret words")

    fill(person)
    monkeypatch.setattr(type(server.system.desk), "receive", lambda _self, report, _network: broken(report))
    reply = person.post("/en/check")
    assert reply.status_code == 500
    assert "secret words" not in reply.text
    assert "secret words" not in caplog.text


def test_a_form_that_is_too_large_is_refused(person):
    person.post("/en/begin")
    assert person.post("/en/who", content=b"x" * 300_000).status_code == 413


def test_a_request_for_the_head_alone_is_answered(person):
    assert person.head("/en/").status_code == 200
