"""One command makes an incident a regression case; a replay ends with 5 while one would not be refused."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.probe import FORBIDDEN, HARMLESS


@pytest.fixture
def run(tmp_path):
    def runs(*words: str, said: str | None = None):
        given = ["incident", *words, "--data", str(tmp_path / "data"), "--json"]
        return CliRunner().invoke(main, given, input=said)

    return runs


def added(run, said: str, *more: str) -> str:
    done = run("add", "--source", "report", "--words", "-", *more, said=said)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["incident"]


def test_a_case_that_is_refused_now_is_stopped_and_replayed(run, tmp_path):
    one = added(run, FORBIDDEN, "--route", "images.edits", "--seen", "2026-01-02")
    found = json.loads(run("mitigate", one).stdout)
    assert found["first_seen"].startswith("2026-01-02T00:00:00")
    assert found["mitigated"]
    assert found["test_added"]
    assert found["seconds_to_fix"] > 0
    assert found["case"] is True
    done = run("replay")
    assert done.exit_code == 0
    again = json.loads(done.stdout)
    assert (again["incident"], again["outcome"]) == (one, "refused")
    assert again["rules"]
    assert FORBIDDEN.encode() not in b"".join(
        file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()
    )


def test_a_case_that_would_pass_is_an_alarm_and_not_stopped(run):
    one = added(run, HARMLESS, "--picture", "none")
    done = run("replay")
    assert done.exit_code == ExitCode.ALARM
    assert "1 of 1" in done.stderr
    assert HARMLESS not in done.output
    assert run("mitigate", one).exit_code == ExitCode.USER_ERROR


def test_words_come_from_a_file_later_and_are_erased(run, tmp_path):
    one = json.loads(run("add", "--source", "canary").stdout)["incident"]
    assert json.loads(run("show", one).stdout)["case"] is False
    assert run("test-added", one).exit_code == ExitCode.USER_ERROR
    file = tmp_path / "case.txt"
    file.write_text(FORBIDDEN)
    assert json.loads(run("test-added", one, "--words", str(file)).stdout)["case"] is True
    assert json.loads(run("erase", one).stdout)["case"] is False
    assert json.loads(run("list").stdout)["incident"] == one
    assert json.loads(run("replay").stdout)["outcome"] == "no-words"


def test_a_file_that_is_no_text_is_sent_back(run, tmp_path):
    file = tmp_path / "case.bin"
    file.write_bytes(b"\xff\xfe")
    done = run("add", "--source", "report", "--words", str(file))
    assert done.exit_code == ExitCode.USER_ERROR
    assert not run("list").stdout
