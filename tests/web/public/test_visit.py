"""A visit knows its language and its answers, and what goes wrong in it becomes a page."""

import pytest

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
