"""Only a listed host is asked, once, and only so much is read."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from consentry.core.errors import BadInput, TooLarge
from consentry.web.remote import fetch

HERE = frozenset({"127.0.0.1"})


class Pages(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - what this one server saw

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(302 if self.path == "/moved" else 404 if self.path == "/gone" else 200)
        self.send_header("location", "/picture")
        self.send_header("content-type", "image/png")
        self.end_headers()
        self.wfile.write(b"picture" if self.path == "/picture" else bytes(5000))

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def url():
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_picture_is_fetched_with_its_type(url):
    assert fetch(f"{url}/picture", HERE, 100) == ("image/png", b"picture")


def test_more_than_the_limit_is_not_read(url):
    with pytest.raises(TooLarge):
        fetch(f"{url}/large", HERE, 100)


@pytest.mark.parametrize("path", ["/moved", "/gone"])
def test_nothing_is_followed_and_nothing_missing_is_a_picture(url, path):
    Pages.asked.clear()
    with pytest.raises(BadInput):
        fetch(f"{url}{path}", HERE, 100)
    assert Pages.asked == [path]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://127.0.0.1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://[",
        "",
        "file:///x",
        "//127.0.0.1/x",
    ],
)
def test_what_is_not_listed_is_not_asked(address):
    with pytest.raises(BadInput) as caught:
        fetch(address, HERE, 100)
    assert caught.value.code == "url_not_allowed"


def test_who_does_not_answer_is_said_so_without_the_address():
    with pytest.raises(BadInput) as caught:
        fetch("http://127.0.0.1:9/secret", HERE, 100)
    assert "secret" not in caught.value.message
