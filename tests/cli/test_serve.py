"""`consentry serve` takes its settings from anywhere, says what to correct, and ends cleanly when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from consentry.cli import ExitCode
from support.running import DETECTOR, free_port

SECONDS = 60
"""Longest wait for a server to start, on a busy machine."""


def command(*words: str, **environment: str) -> subprocess.Popen:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CONSENTRY_")}
    return subprocess.Popen(
        [sys.executable, "-m", "consentry", *words],
        env=ours | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def healthy(process: subprocess.Popen, port: int) -> bool:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["ok"]
        except httpx2.HTTPError:
            time.sleep(0.2)
    return False


def ended(process: subprocess.Popen) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    try:
        said = process.communicate(timeout=SECONDS)[0]
    finally:
        process.kill()
    return process.returncode, said


def test_it_serves_by_flag_by_variable_and_by_file_and_ends_when_told_to(tmp_path: Path):
    port, file = free_port(), tmp_path / "consentry.toml"
    file.write_text(f"upstream = 'drawing:'\nexposure = \"{DETECTOR}\"\nport = 1\n")
    words = ["serve", "--config", str(file), "--port", str(port)]
    process = command(*words, CONSENTRY_DATA=str(tmp_path / "data"), CONSENTRY_PLACES="gb")
    assert healthy(process, port), ended(process)
    page = httpx2.get(f"http://127.0.0.1:{port}/", timeout=5).text
    code, said = ended(process)
    assert code in {0, -signal.SIGTERM}, said
    assert "Traceback" not in said
    assert "127.0.0.1" not in said, "no address of anybody is written down"
    assert "The law applied: gb." in page
    assert (tmp_path / "data" / "consentry.db").exists()


def test_the_report_form_has_a_listener_of_its_own(tmp_path: Path):
    port, form = free_port(), free_port()
    words = ["--data", str(tmp_path / "data"), "--port", str(port), "--report-port", str(form)]
    process = command("serve", *words, "--upstream", "drawing:", "--exposure", DETECTOR)
    assert healthy(process, port), ended(process)
    pages = {
        (at, path): httpx2.get(f"http://127.0.0.1:{at}{path}", timeout=5).status_code
        for at in (port, form)
        for path in ("/en/", "/healthz")
    }
    code, said = ended(process)
    assert code in {0, -signal.SIGTERM}, said
    assert pages == {
        (port, "/en/"): 404,
        (port, "/healthz"): 200,
        (form, "/en/"): 200,
        (form, "/healthz"): 404,
    }
    assert "/en/" not in said, "nobody's visit is written down"


def test_a_form_that_cannot_listen_is_said_and_nothing_starts(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = ["--data", str(tmp_path / "data"), "--report-port", str(taken.getsockname()[1])]
        process = command("serve", *words, "--port", str(free_port()))
        said = process.communicate(timeout=SECONDS)[0]
    assert process.returncode == ExitCode.SETUP_ERROR, said
    assert "The report form cannot listen." in said


def test_a_worker_beside_the_server_ends_when_told_to(tmp_path: Path):
    words = ["--data", str(tmp_path / "data"), "--upstream", "drawing:", "--exposure", DETECTOR]
    process = command("work", *words)
    ends = time.monotonic() + SECONDS
    while not (tmp_path / "data" / "log.key").exists() and time.monotonic() < ends:
        time.sleep(0.2)
    time.sleep(1)
    code, said = ended(process)
    assert code == ExitCode.OK, said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--upstream", "drawing:"), "looks at outputs"),
        (("--exposure", "telescope:"), "must begin with"),
        (("--exposure", DETECTOR, "--places", "atlantis"), "atlantis"),
    ],
)
def test_settings_that_cannot_work_are_named_and_nothing_starts(tmp_path: Path, words, says):
    process = command("serve", "--data", str(tmp_path / "data"), "--port", str(free_port()), *words)
    said = process.communicate(timeout=SECONDS)[0]
    assert process.returncode == ExitCode.SETUP_ERROR
    assert says in said
    assert "Traceback" not in said
