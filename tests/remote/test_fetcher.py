"""Whoever names an address does not choose whom we ask: not by its name, its port, or a redirect."""

import datetime as dt
import logging
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consentry.core.errors import BadInput, TooLarge
from consentry.remote import fetcher as module
from consentry.remote.fetcher import SafeFetcher
from contracts.fetcher import FetcherContract

EVERY = frozenset({"*"})
PUBLIC = ["93.184.216.34"]


class Pages(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []  # noqa: RUF012 - what the servers of this file saw
    moved: dict[str, str] = {}  # noqa: RUF012 - where their redirects lead

    def do_GET(self):
        self.asked.append((self.headers["host"], self.path))
        status = 302 if self.path in self.moved else 404 if self.path == "/gone" else 200
        self.send_response(status)
        if status == 302:
            self.send_header("location", self.moved[self.path])
        if self.path == "/coded":
            self.send_header("content-encoding", "gzip")
        self.send_header("content-type", "image/png")
        self.end_headers()
        try:
            self._body()
        except OSError:
            self.close_connection = True

    def _body(self):
        if self.path == "/drip":
            for _ in range(100):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self.wfile.write(bytes(5000) if self.path == "/large" else b"picture")

    def log_message(self, *_):
        pass


def serving(context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def port():
    server = serving()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _fresh():
    Pages.asked.clear()
    Pages.moved.clear()


@pytest.fixture
def fetch():
    """Fetches with any settings, and lets go of everything."""
    made = []

    def now(url, hosts=EVERY, inside=frozenset(), limit=100, **more):
        made.append(SafeFetcher(hosts, inside, **more))
        return made[-1].fetch(url, limit)

    yield now
    for one in made:
        one.close()


def here(*names):
    """A resolver for which every name is this machine."""
    asked = []

    def resolve(host, _port):
        asked.append(host)
        return ["127.0.0.1"]

    resolve.asked = asked
    return resolve


class TestSafeFetcher(FetcherContract):
    @pytest.fixture
    def fetcher(self):
        fetcher = SafeFetcher(EVERY, frozenset({"127.0.0.1"}))
        yield fetcher
        fetcher.close()

    @pytest.fixture
    def url(self, port):
        return f"http://127.0.0.1:{port}/picture"


def unsafe(fetch, url, *args, **more):
    with pytest.raises(BadInput) as caught:
        fetch(url, *args, **more)
    assert "unsafe" in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        "ftp://pictures.example/x",
        "file:///etc/hosts",
        "gopher://pictures.example/x",
        "//pictures.example/x",
        "http://",
        "http://[",
        "http://pictures.example:8080/x",
        "http://pictures.example:443/x",
        "https://pictures.example:80/x",
        "http://pictures.example:99999/x",
        "http://user@pictures.example/x",
        "http://user:word@pictures.example/x",
        "http://pictures.example@169.254.169.254/x",
        "http://pictures.example\\@127.0.0.1/x",
        "http://pictures.example/x\r\nHost: inside",
        "http://pictures.example /x",
        "http://pictures.example/" + "x" * 5000,
    ],
)
def test_what_is_no_plain_public_address_is_not_even_resolved(fetch, url):
    resolve = here()
    unsafe(fetch, url, EVERY, resolve=resolve)
    assert not resolve.asked


def test_without_a_list_of_hosts_nothing_is_resolved_or_asked(fetch):
    resolve = here()
    unsafe(fetch, "https://pictures.example/x", frozenset(), resolve=resolve)
    unsafe(fetch, "https://pictures.example/x", frozenset(), {"pictures.example"}, resolve=resolve)
    unsafe(fetch, "https://other.example/x", frozenset({"pictures.example"}), resolve=resolve)
    assert not resolve.asked


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["::1"], ["::ffff:127.0.0.1"], ["fe80::1%eth0"], [*PUBLIC, "192.168.1.1"]],
)
def test_a_name_that_leads_inside_is_not_followed_even_on_a_listed_host(fetch, addresses):
    for hosts in (EVERY, frozenset({"pictures.example"})):
        unsafe(fetch, "http://pictures.example/x", hosts, resolve=lambda *_: addresses)
    assert not Pages.asked


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0", "0x7f000001", "2130706433", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_this_machine_is_not_asked_however_it_is_written(fetch, host):
    with pytest.raises(BadInput):
        fetch(f"http://{host}/x", EVERY)


def test_the_name_is_resolved_once_and_the_connection_goes_where_was_looked(fetch, port):
    resolve = here()
    found = fetch(f"http://pictures.example:{port}/picture?a=1", inside={"pictures.example"}, resolve=resolve)
    assert found.data == b"picture"
    assert resolve.asked == ["pictures.example"]
    assert Pages.asked == [(f"pictures.example:{port}", "/picture?a=1")]


def test_a_redirect_is_looked_at_like_the_first_address(fetch, port):
    Pages.moved |= {"/in": "http://10.0.0.1/x", "/port": "http://other.example:22/x", "/file": "file:///x"}
    inside = {"pictures.example"}
    for path in ("/in", "/port", "/file"):
        url = f"http://pictures.example:{port}{path}"
        unsafe(fetch, url, EVERY, inside, resolve=lambda host, _: ["127.0.0.1" if "pict" in host else host])
    assert len(Pages.asked) == 3


def test_a_redirect_to_an_allowed_place_is_followed_but_not_for_ever(fetch, port):
    Pages.moved |= {"/a": "/b", "/b": "/picture", "/round": "/round"}
    url = f"http://127.0.0.1:{port}"
    assert fetch(f"{url}/a", inside={"127.0.0.1"}).data == b"picture"
    Pages.asked.clear()
    with pytest.raises(BadInput):
        fetch(f"{url}/round", inside={"127.0.0.1"})
    assert len(Pages.asked) == module.REDIRECTS + 1


@pytest.mark.parametrize("path", ["/gone", "/coded"])
def test_what_is_no_picture_as_it_is_is_refused(fetch, port, path):
    with pytest.raises(BadInput):
        fetch(f"http://127.0.0.1:{port}{path}", inside={"127.0.0.1"})


def test_more_than_the_limit_is_not_read(fetch, port):
    with pytest.raises(TooLarge):
        fetch(f"http://127.0.0.1:{port}/large", inside={"127.0.0.1"}, limit=4999)


def test_a_slow_answer_is_given_up_even_if_every_byte_is_in_time(fetch, port, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(BadInput):
        fetch(f"http://127.0.0.1:{port}/drip", inside={"127.0.0.1"}, limit=1000)
    assert time.monotonic() - began < 2


def test_a_name_server_that_does_not_answer_is_given_up(fetch, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.2)
    with pytest.raises(BadInput):
        fetch("http://pictures.example/x", EVERY, resolve=lambda *_: time.sleep(1) or PUBLIC)


def test_an_unknown_name_is_told_so(fetch):
    def unknown(*_):
        raise OSError("secret.example is not known")

    for resolve in (unknown, lambda *_: []):
        with pytest.raises(BadInput) as caught:
            fetch("http://secret.example/x", EVERY, resolve=resolve)
        assert "secret" not in caught.value.message


def test_no_address_is_logged(fetch, port, caplog):
    caplog.set_level(logging.INFO)
    fetch(f"http://127.0.0.1:{port}/picture?secret", inside={"127.0.0.1"})
    assert "secret" not in caplog.text


@pytest.fixture(scope="module")
def protected(tmp_path_factory):
    """A server with a certificate for pictures.example, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pictures.example")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pictures.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "pair.pem"
    file.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = serving(context)
    yield server.server_port, ssl.create_default_context(cadata=pem.decode())
    server.shutdown()
    server.server_close()


def test_a_protected_host_must_have_a_certificate_for_its_name(fetch, protected):
    port, trust = protected
    found = fetch(
        f"https://pictures.example:{port}/picture", inside={"pictures.example"}, resolve=here(), trust=trust
    )
    assert found.data == b"picture"
    with pytest.raises(BadInput):
        fetch(f"https://other.example:{port}/picture", inside={"other.example"}, resolve=here(), trust=trust)


def test_a_protected_connection_does_not_lead_to_an_open_one(fetch, protected, port):
    there, trust = protected
    Pages.moved["/open"] = f"http://pictures.example:{port}/picture"
    unsafe(
        fetch,
        f"https://pictures.example:{there}/open",
        inside={"pictures.example"},
        resolve=here(),
        trust=trust,
    )
