"""A visit knows its language and its answers, and what goes wrong in it becomes a page."""

from datetime import timedelta

import pytest
from starlette.requests import Request

from consentry.core.errors import TooMany
from consentry.web.public.visit import waiting
from consentry.web.public.words import words
from web.public.conftest import fill


def test_beginning_anew_forgets_what_was_before(person):
    fill(person)
    first = person.cookies["visit"]
    person.post("/en/begin")
    assert person.cookies["visit"] != first
    assert person.get("/en/check").url.path == "/en/who"


@pytest.mark.parametrize("data", [b"\xff\xfe=1", b"&".join(b"a%d=1" % each for each in range(50))])
def test_what_is_no_form_is_refused_with_a_page(person, data: bytes):
    person.post("/en/begin")
    reply = person.post("/en/who", content=data)
    assert reply.status_code == 400
    assert "Nothing you entered was sent" in reply.text


def test_over_https_the_cookie_stays_on_https(person):
    headers = {"x-forwarded-proto": "https"}
    reply = person.post("/en/begin", headers=headers, follow_redirects=False)
    assert "secure" in reply.headers["set-cookie"].lower()


@pytest.mark.parametrize(("seconds", "says"), [(30, "30 seconds"), (119, "119 seconds"), (360, "6 minutes")])
def test_whoever_must_wait_is_told_how_long_and_loses_nothing(seconds: int, says: str):
    request = Request({"type": "http", "path": "/en/check", "headers": []})
    error = TooMany("No.", wait=timedelta(seconds=seconds), turn="a<turn")
    made = waiting(error, request, words("en"))
    assert (made.status_code, made.headers["retry-after"]) == (429, str(seconds))
    text = made.body.decode()
    assert says in text
    assert 'method="post" action="/en/check"' in text
    assert 'value="a&lt;turn"' in text


def test_whoever_only_looks_is_led_back_to_where_they_looked():
    request = Request({"type": "http", "path": "/en/case", "headers": []})
    text = waiting(TooMany("No."), request, words("en")).body.decode()
    assert 'method="get" action="/en/case"' in text
    assert "kept" not in text
