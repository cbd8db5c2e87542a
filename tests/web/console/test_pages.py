"""No page of the console lets a foreign script in, makes a script of a string, or leaves anything behind."""

from datetime import UTC, datetime

import pytest

from consentry.core.staff import Role
from consentry.web.console import pages
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
