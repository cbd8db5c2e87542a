"""The first page says what runs, whether it is well, and shows a checkpoint that anybody can verify."""

import dataclasses
import html
import re

from fastapi.testclient import TestClient

import consentry
from consentry.core.errors import SafetyUnavailable
from consentry.web.app import create_app
from consentry.wiring import verify_log_note
from support.running import Running


def down():
    raise SafetyUnavailable("No.", code="decoder_down")


def test_it_says_that_everything_works(server: Running):
    with server.http() as http:
        page = http.get("/").text
    assert "Everything works" in page
    assert f"Consentry {consentry.__version__}" in page
    assert "eu, gb, us" in page


def test_it_says_what_does_not(server: Running):
    system = dataclasses.replace(server.system, checks={"store": lambda: None, "decoder": down})
    page = TestClient(create_app(system)).get("/").text
    assert "Not everything works" in page
    assert "does not work: decoder_down" in page


def test_its_checkpoint_verifies(server: Running):
    with server.http() as http:
        page, vkey = http.get("/").text, http.get("/v1/log/key").text.strip()
    note = html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[1])
    assert verify_log_note(note, vkey, vkey.split("+")[0]).size <= server.system.store.size()


def test_every_link_on_it_leads_somewhere(server: Running):
    with server.http() as http:
        for link in re.findall(r'(?:href|src)="([^"#]+)"', http.get("/").text):
            assert link.startswith("/")
            assert http.get(link).status_code == 200, link


def test_without_the_small_site_there_is_no_way_to_it(server: Running):
    client = TestClient(create_app(dataclasses.replace(server.system, site=None)))
    assert "/site" not in client.get("/").text
    assert client.get("/site").status_code == 404


def test_style_and_icon_have_their_types(server: Running):
    with server.http() as http:
        assert http.get("/static/consentry.css").headers["content-type"].startswith("text/css")
        assert http.get("/static/icon.svg").headers["content-type"] == "image/svg+xml"
        assert http.get("/static/../home.py").status_code == 404
