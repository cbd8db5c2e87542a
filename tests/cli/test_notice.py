"""The register of notices is kept from the command line, and what is overdue is an alarm."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode


@pytest.fixture
def run(tmp_path):
    def runs(*words: str):
        return CliRunner().invoke(main, ["notice", *words, "--data", str(tmp_path), "--json"])

    return runs


def test_a_notice_is_kept_until_it_is_signed_off(run, tmp_path):
    words = ("--authority", "Ofcom", "--reference", "X/12", "--asked", "Figures", "--by", "Ada")
    made = json.loads(run("add", *words, "--due", "2026-01-01").stdout)
    assert made["due"] == "2026-01-01T00:00:00.000000Z"
    assert run("list").exit_code == ExitCode.ALARM
    assert run("add", *words, "--due", "2026-01-01").exit_code == ExitCode.USER_ERROR
    (tmp_path / "sent.txt").write_text("what was sent")
    answer = ("answer", made["id"], "--what", "All", "--by", "Grace", "--file", str(tmp_path / "sent.txt"))
    answered = json.loads(run(*answer).stdout)
    assert len(json.loads(answered["answers"])[0]["sent"]) == 64
    assert json.loads(run("sign-off", made["id"], "--by", "Ada").stdout)["line"] == 2
    said = run("list")
    assert said.exit_code == 0
    assert json.loads(said.stdout)["overdue"] is False


def test_a_hold_is_kept_until_it_is_released(run):
    made = json.loads(run("hold", "--about", "C-1", "--why", "Order", "--by", "Ada").stdout)
    assert run("release", made["id"], "--why", "Lifted", "--by", "Ada").exit_code == 0
    assert run("release", made["id"], "--why", "Lifted", "--by", "Ada").exit_code == ExitCode.USER_ERROR
    assert json.loads(run("list").stdout)["kind"] == "hold"
