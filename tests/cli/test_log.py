"""`consentry log verify` believes a proof and nothing else."""

import base64
import contextlib
import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.checkpoint import VerifierKey
from consentry.core.entry import Kind
from consentry.store.sql import open_store
from support.fakes import CountingIds, StillClock
from support.running import Running


def verify(url: str, index: int, *words: str, stdin: str | None = None):
    return CliRunner().invoke(main, ["log", "verify", url, str(index), *words], input=stdin)


@pytest.fixture
def index(server: Running, photo: bytes) -> int:
    return server.post_picture(photo, "verified").json()["log_index"]


@pytest.fixture
def between(server: Running):
    """Somebody who stands between us and the server, and changes what it says about its proofs."""
    changes: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            with server.http() as http:
                said = http.get(self.path).content
            if "/proof/" in self.path:
                said = json.dumps(json.loads(said) | changes).encode() if None not in changes else b"no JSON"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}", changes
    finally:
        proxy.shutdown()
        thread.join()
        proxy.server_close()


def test_a_line_that_stands_there_is_proved(server: Running, index: int):
    said = verify(server.url, index, "--json")
    assert said.exit_code == ExitCode.OK
    found = json.loads(said.output)
    assert (found["index"], found["included"]) == (index, True)
    assert found["size"] > index


def test_it_takes_the_key_that_it_is_given(server: Running, index: int):
    with server.http() as http:
        vkey = http.get("/v1/log/key").text
    assert verify(server.url, index, "--key", "-", stdin=vkey).exit_code == ExitCode.OK


def test_a_log_signed_by_somebody_else_is_not_believed(server: Running, index: int):
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    other = VerifierKey("consentry.example/log", public).text()
    said = verify(server.url, index, "--key", "-", stdin=other)
    assert said.exit_code == ExitCode.USER_ERROR
    assert "included" not in said.output


def test_a_line_that_is_not_there_is_not_proved(server: Running):
    assert verify(server.url, 10**9).exit_code == ExitCode.UNAVAILABLE


def test_a_forged_line_is_not_believed(between, index: int):
    url, changes = between
    assert verify(url, index).exit_code == ExitCode.OK
    changes["leaf"] = base64.b64encode(b"another line").decode()
    said = verify(url, index)
    assert said.exit_code == ExitCode.USER_ERROR
    assert "NOT" in said.output


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": "§"},
        {"leaf": None},
        {"path": 7},
        {"path": ["§"]},
        {"checkpoint": "nothing"},
        {None: None},
    ],
    ids=str,
)
def test_an_answer_that_is_no_proof_is_told_so_without_a_traceback(between, index: int, change: dict):
    url, changes = between
    changes.update(change)
    said = verify(url, index)
    assert said.exit_code in {ExitCode.USER_ERROR, ExitCode.UNAVAILABLE}
    assert isinstance(said.exception, SystemExit)


def test_a_server_that_does_not_answer_is_told_apart(tmp_path):
    assert verify("http://127.0.0.1:9", 0).exit_code == ExitCode.UNAVAILABLE


@pytest.fixture
def home(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'consentry.db'}", StillClock(), CountingIds())
    for number in range(5):
        with store.begin() as tx:
            tx.append(Kind.SYSTEM, {"event": "x", "number": number})
    store.erase(1)
    store.close()
    return tmp_path


def audit(home):
    kept = str(home / "kept.txt")
    return CliRunner().invoke(main, ["log", "audit", "--data", str(home), "--kept", kept, "--json"])


def test_a_whole_log_is_audited_against_what_was_kept(home):
    first, second = audit(home), audit(home)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert json.loads(first.stdout) | {"compared_with": 5} == json.loads(second.stdout)
    assert json.loads(first.stdout)["erased"] == 1


def test_a_log_whose_end_was_cut_off_is_an_alarm_and_what_was_kept_stays(home):
    audit(home)
    kept = (home / "kept.txt").read_text()
    with contextlib.closing(sqlite3.connect(home / "consentry.db")) as database, database:
        database.execute("DELETE FROM log_leaf WHERE idx = 4")
        database.execute("UPDATE log_head SET size = 4")
    said = audit(home)
    assert said.exit_code == ExitCode.ALARM
    assert "rolled back" in said.stdout
    assert (home / "kept.txt").read_text() == kept


def test_a_kept_checkpoint_of_somebody_else_is_refused(home):
    audit(home)
    (home / "log.key").unlink()
    assert audit(home).exit_code == ExitCode.USER_ERROR
