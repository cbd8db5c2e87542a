"""Pages let nothing in but themselves, and nothing a person wrote becomes part of their code."""

import pytest
from jinja2 import UndefinedError

from consentry.platforms.memory import Post
from consentry.web import pages

HOSTILE = "<script>alert(1)</script>"


def post(text: str) -> Post:
    return Post("item", HOSTILE, text, "http://site.example/media/item")


def test_a_page_lets_in_no_script_no_frame_and_no_third_party():
    policy = pages.page("site.html", posts=[], name="site").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "http" not in policy


def test_a_page_is_kept_nowhere_and_tells_nobody_where_one_came_from():
    headers = pages.page("site.html", posts=[], name="site").headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


def test_what_somebody_wrote_is_text():
    found = pages.page("site.html", posts=[post(HOSTILE)], name="site").body.decode()
    assert HOSTILE not in found
    assert "&lt;script&gt;" in found


def test_a_value_that_is_missing_is_an_error_and_no_gap():
    with pytest.raises(UndefinedError):
        pages.page("site.html", name="site")


def test_backticks_become_code_and_nothing_else_does():
    assert pages.coded("Needs `gate` <b>") == "Needs <code>gate</code> &lt;b&gt;"


def test_long_names_may_break_and_stay_text():
    assert pages.wrapped("/v1/<x>") == "/<wbr>v1/<wbr>&lt;x&gt;"


def test_a_static_file_that_is_not_there_is_an_error():
    with pytest.raises(OSError, match="nothing"):
        pages.static("nothing.css")
