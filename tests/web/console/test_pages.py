"""No page of the console lets a foreign script in, makes a script of a string, or leaves anything behind."""

from datetime import UTC, datetime, timedelta

import pytest

from consentry.core.staff import Role
from consentry.web.console import pages
from consentry.web.console.pages import lasts, wrapped
from support.console import Desk


@pytest.fixture(scope="module")
def person():
    return Desk().member("ada", *Role)


@pytest.mark.parametrize("path", ["", "/account", "/staff", "/touch", "/invited", "/nowhere/at/all"])
def test_every_page_has_the_headers(person, path):
    reply = person.get(path)
    if reply.status_code == 404:
        return  # not a page of the console
    for name, value in pages.HEADERS.items():
        assert reply.headers[name] == value


def test_redirects_and_trouble_have_them_too(person):
    for reply in (person.get("/sign-in"), person.post("/staff", csrf="wrong")):
        assert reply.headers["content-security-policy"] == pages.HEADERS["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"


def test_no_page_has_a_script_or_a_style_of_its_own(person):
    for path in ("", "/account", "/staff", "/touch", "/invited"):
        page = person.get(path).text
        assert "style=" not in page
        assert "onclick" not in page
        assert page.count("<script") == page.count('<script type="module" src="/console/static/')


def test_a_moment_is_written_for_people():
    assert pages.moment(datetime(2026, 5, 1, 9, 5, tzinfo=UTC)) == "1 May 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (112_320, "31 h 12 min"),
        (259_200, "3 days"),
    ],
)
def test_how_long_something_lasts_is_said_for_people(seconds, says):
    assert lasts(timedelta(seconds=seconds)) == says


def test_an_address_may_break_and_stays_text():
    assert wrapped("a/b<c") == "a/<wbr>b&lt;c"
