"""`consentry guard` stands before a generator, and `consentry key permit` gives it the key."""

import contextlib
import signal
import subprocess
import sys
import time

import httpx2
import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from support.gate import BODY, JSON, PATH, Issuer
from support.running import free_port
from support.talking import Answer, talking


@contextlib.contextmanager
def standing(*options):
    """The command, running in a process of its own, and its address."""
    port = free_port()
    command = [sys.executable, "-m", "consentry", "guard", "--port", str(port), *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert "Traceback" not in said


def wait_for(url):
    for _ in range(300):
        with contextlib.suppress(httpx2.TransportError):
            return httpx2.get(f"{url}/consentry-guard/healthz")
        time.sleep(0.05)
    raise AssertionError("the guard does not answer")


def test_a_guard_serves_nothing_without_a_permit_and_one_call_with_it(tmp_path):
    issuer, asked = Issuer(), []

    def answer(call):
        asked.append(call.path)
        return Answer(200, b"an image")

    with talking(answer) as generator:
        options = ["--upstream", generator, "--key", issuer.vkey, "--key", Issuer().vkey]
        with standing(*options, "--memory", str(tmp_path / "uses")) as url:
            assert wait_for(url).text == "ok\n"
            headers = {"content-type": JSON, "consentry-permit": issuer.token()}
            calls = [httpx2.post(url + PATH, content=BODY, headers=headers) for _ in range(2)]
            bare = httpx2.post(url + PATH, content=BODY)
    assert [reply.status_code for reply in (*calls, bare)] == [200, 403, 403]
    assert asked == [PATH]


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.mark.parametrize(
    ("upstream", "key", "status", "says"),
    [
        ("http://127.0.0.1:9", "no key", 2, "cannot be used"),
        ("nowhere", "KEY", 3, "no address"),
    ],
)
def test_what_cannot_work_is_said_at_once(upstream, key, status, says):
    done = run("guard", "--upstream", upstream, "--key", Issuer().vkey if key == "KEY" else key)
    assert done.exit_code == status
    assert says in done.output


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    done = run(
        "guard", "--upstream", "http://x", "--key", Issuer().vkey, "--memory", tmp_path / "file" / "uses"
    )
    assert done.exit_code in {2, 3}


def test_a_guard_needs_a_key():
    assert run("guard", "--upstream", "http://x").exit_code == 2
