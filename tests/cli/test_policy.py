"""Past decisions are replayed from the command line, and who changed the database is found out."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.content import Stage
from consentry.core.entry import Kind, decision_record
from consentry.core.finding import Seen
from consentry.core.policy import Outcome
from consentry.core.rehearsal import digest
from consentry.store.sql import open_store
from core.made import decision, reason
from support.fakes import CountingIds, StillClock


@pytest.fixture
def data(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'consentry.db'}", StillClock(), CountingIds())
    for number in range(4):
        made = decision(reason("x", Outcome.LABEL), stage=Stage.ASK)
        found = {"person": Seen("person", 0.1 * number), "prompt.sexual": Seen("prompt.sexual", 0.0)}
        with store.begin() as tx:
            record = decision_record(f"dec_{number}", made, found, {"route": "images", "tier": "free"})
            tx.append(Kind.DECISION, record)
    store.close()
    return tmp_path


@pytest.fixture
def run(data):
    def runs(*words: str):
        return CliRunner().invoke(main, ["policy", "rehearse", *words, "--data", str(data)])

    return runs


def test_what_would_change_is_said_in_words(run):
    said = run("--day", "2026-12-02")
    assert said.exit_code == 0
    assert "4 decisions replayed under the law of 2026-12-02: " in said.stdout
    assert "by jurisdiction" in said.stdout
    assert "by tier" in said.stdout
    assert "  free: " in said.stdout
    assert "dec_0" in said.stdout


def test_the_record_carries_its_own_digest(run):
    record = json.loads(run("--day", "2026-12-02", "--json").stdout)
    found = record.pop("digest")
    assert found == digest(record)
    assert record["decisions"] == 4
    assert run("--day", "2026-12-02", "--json").stdout == run("--day", "2026-12-02", "--json").stdout


def test_days_and_groups_are_chosen(run):
    record = json.loads(run("--since", "2026-11-23", "--json").stdout)
    assert record["decisions"] == 0
    assert json.loads(run("--until", "2026-11-22", "--group", "route", "--json").stdout)["by_group"][0][
        "group"
    ] == ("images")


@pytest.mark.parametrize("wrong", ["person", "person=much", "=", "nobody=0.5", "person=2"])
def test_a_threshold_that_is_none_is_refused(run, wrong):
    assert run("--threshold", wrong).exit_code == ExitCode.USER_ERROR


def test_a_threshold_is_tried(run):
    assert run("--threshold", "person=0.6").exit_code == 0


def test_a_changed_record_is_an_alarm(run, data):
    with sqlite3.connect(data / "consentry.db") as database:
        (record,) = database.execute("SELECT record FROM log_leaf WHERE idx = 2").fetchone()
        changed = record.replace(b'"label"', b'"allow"')
        database.execute("UPDATE log_leaf SET record = ? WHERE idx = 2", (changed,))
    database.close()
    said = run()
    assert said.exit_code == ExitCode.ALARM
    assert "NOT AS WRITTEN: lines [2]" in said.stdout
