"""A receipt is checked without a server, and a changed one is told by its part and the exit code."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.store.signing import SignedLog, signing_key
from support.running import Running
from web.test_reports import FORM, post


@pytest.fixture
def receipt(server: Running) -> bytes:
    made = post(server, "", json=FORM).json()
    secret = {"passphrase": made["passphrase"]}
    reply = post(server, f"/{made['reference']}/receipt", json=secret)
    assert reply.headers["cache-control"] == "no-store"
    assert json.loads(reply.content)["record"] == made["receipt"]["record"]
    assert made["passphrase"] not in reply.text
    return reply.content


def verify(data: bytes, *words: str):
    return CliRunner().invoke(main, ["report", "verify-receipt", "-", *words], input=data)


def test_a_receipt_proves_when_the_clock_started_without_the_server(
    server: Running, receipt: bytes, tmp_path
):
    (tmp_path / "key").write_text(server.system.log.vkey + "\n")
    done = verify(receipt, "--key", str(tmp_path / "key"), "--json")
    assert done.exit_code == ExitCode.OK
    said = json.loads(done.output)
    assert said["proved"]
    assert said["received"] == json.loads(receipt)["record"]["received"]
    assert "own" in verify(receipt).output


@pytest.mark.parametrize("data", [b"", b"\xff", b"{}"])
def test_what_is_no_receipt_is_said(data: bytes):
    assert verify(data).exit_code == ExitCode.USER_ERROR


def test_a_changed_byte_is_named(receipt: bytes):
    done = verify(receipt.replace(b'"salt": "', b'"salt": "0', 1))
    assert done.exit_code == ExitCode.USER_ERROR
    assert "`salt` was changed" in done.output


def test_another_logs_key_proves_nothing(server: Running, receipt: bytes, tmp_path):
    other = SignedLog(server.system.store, "other.example/log", signing_key(tmp_path / "other.key"))
    (tmp_path / "key").write_text(other.vkey)
    assert verify(receipt, "--key", str(tmp_path / "key")).exit_code == ExitCode.USER_ERROR
