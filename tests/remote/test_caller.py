"""Orders reach the platforms that were registered, and nobody is led into the operator's own network."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from consentry.core.errors import SetupTrouble, UpstreamTrouble
from consentry.remote.caller import KEPT_OPEN, SafeCaller, networks_from

HERE = networks_from("127.0.0.0/8")


class Quay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list = []  # noqa: RUF012 - what the server of this file saw

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.seen.append((self.command, self.path, self.headers["host"], body, self.client_address[1]))
        moved = {"/moved": "/told", "/round": "/round", "/inside": "http://10.0.0.1/", "/file": "file:///etc"}
        if self.path == "/slow":
            time.sleep(1)
        self.send_response(302 if self.path in moved else 200)
        if self.path in moved:
            self.send_header("location", moved[self.path])
        self.send_header("content-length", "11")
        self.end_headers()
        self.wfile.write(b"hello there")

    do_GET = do_POST  # noqa: N815 - the name that the server asks for

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quay)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def calling():
    made = []

    def now(*args, **more):
        made.append(SafeCaller(*args, **more))
        Quay.seen.clear()
        return made[-1]

    yield now
    for one in made:
        one.close()


def test_what_is_sent_arrives_and_what_is_answered_comes_back(calling, url):
    reply = calling(HERE).call("POST", f"{url}/told?a=1", {"x-a": "b"}, b"order", limit=100)
    assert (reply.status, reply.data, reply.whole, reply.headers["content-length"]) == (
        200,
        b"hello there",
        True,
        "11",
    )
    assert Quay.seen[0][:4] == ("POST", "/told?a=1", url.removeprefix("http://"), b"order")


def test_no_more_is_read_than_is_wanted(calling, url):
    caller = calling(HERE)
    reply = caller.call("POST", url, {}, limit=5)
    assert (reply.data, reply.whole) == (b"hello", False)
    assert caller.call("POST", url, {}).data == b""
    assert caller.call("POST", url, {}, limit=11).whole


def test_connections_are_kept_open(calling, url):
    caller = calling(HERE)
    for _ in range(3):
        caller.call("POST", url, {}, limit=100)
    assert len({port for *_, port in Quay.seen}) == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "::1", "169.254.169.254", "::ffff:127.0.0.1", "x"]
)
def test_a_name_that_leads_inside_is_not_asked(calling, url, address):
    caller = calling(resolve=lambda *_: ["93.184.216.34", address])
    with pytest.raises(UpstreamTrouble) as caught:
        caller.call("POST", url.replace("127.0.0.1", "quay.example"), {})
    assert caught.value.code == "unsafe_address"
    assert not Quay.seen


def test_only_the_networks_that_are_allowed_are_inside(calling):
    for networks in ("10.0.0.0/8", "fd00::/8"):
        with pytest.raises(UpstreamTrouble) as caught:
            calling(networks_from(networks)).call("POST", "http://127.0.0.1:9/", {})
        assert caught.value.code == "unsafe_address"


@pytest.mark.parametrize(
    "bad", ["", "ftp://quay.example/", "http://a@quay.example/", "http://quay.example /"]
)
def test_what_is_no_address_is_trouble(calling, bad):
    with pytest.raises(UpstreamTrouble):
        calling(HERE).call("POST", bad, {})


def test_an_order_follows_no_redirect_and_a_visitor_does(calling, url):
    caller = calling(HERE)
    assert caller.call("POST", f"{url}/moved", {}, b"x").status == 302
    assert len(Quay.seen) == 1
    assert caller.visit(f"{url}/moved", 100).status == 200


@pytest.mark.parametrize("path", ["/inside", "/file", "/round"])
def test_a_visitor_is_not_led_inside_or_in_circles(calling, url, path):
    with pytest.raises(UpstreamTrouble):
        calling(HERE).visit(url + path, 100)
    assert len(Quay.seen) == (4 if path == "/round" else 1)


def test_a_server_that_is_slow_or_not_there_is_trouble_without_its_address(calling, url):
    for bad in (f"{url}/slow", "http://127.0.0.1:9/secret", "http://secret.invalid/"):
        with pytest.raises(UpstreamTrouble) as caught:
            calling(HERE, seconds=0.3).call("POST", bad, {}, limit=9)
        assert "secret" not in f"{caught.value} {caught.value.next_step}"


def test_hosts_at_one_address_share_no_connection(calling, url):
    caller = calling(HERE, resolve=lambda *_: ["127.0.0.1"])
    for name in ("one.example", "two.example"):
        caller.call("POST", url.replace("127.0.0.1", name), {}, limit=100)
    assert len({port for *_, port in Quay.seen}) == 2
    assert [host.partition(":")[0] for _, _, host, *_ in Quay.seen] == ["one.example", "two.example"]


def test_connections_are_not_kept_open_to_everybody(calling, url):
    caller = calling(HERE, resolve=lambda *_: ["127.0.0.1"])
    for number in range(KEPT_OPEN + 2):
        caller.call("POST", url.replace("127.0.0.1", f"h{number}.example"), {}, limit=100)
    assert len(caller._open) == KEPT_OPEN


def test_a_name_that_nobody_knows_is_trouble(calling):
    def unknown(*_):
        raise socket.gaierror

    for resolve in (unknown, lambda *_: []):
        with pytest.raises(UpstreamTrouble) as caught:
            calling(resolve=resolve).call("POST", "http://quay.example/", {})
        assert caught.value.code == "no_answer"


def test_a_setting_that_is_no_network_is_told():
    assert networks_from(" ") == ()
    with pytest.raises(SetupTrouble):
        networks_from("10.0.0.1/8")
