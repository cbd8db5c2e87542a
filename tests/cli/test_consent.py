"""`consentry consent`, as an operator meets it."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main

ADD = ["consent", "add", "--person", "p-1", "--account", "key_1", "--days", "30", "--evidence", "doc 7"]


@pytest.fixture
def run(tmp_path):
    def now(*words: str):
        return CliRunner().invoke(main, [*words, "--data", str(tmp_path / "data")])

    return now


def test_a_consent_is_added_listed_shown_and_withdrawn(run, tmp_path, photo):
    file = tmp_path / "portrait.png"
    file.write_bytes(photo)
    added = json.loads(run(*ADD, "--adult", "--route", "images.edits", str(file), "--json").output)
    assert (added["inputs"], added["routes"], added["withdrawn"]) == (1, ["images.edits"], None)
    assert len(added["passphrase"].split()) == 6
    listed = json.loads(run("consent", "list", "--json").output)
    shown = json.loads(run("consent", "show", added["reference"], "--json").output)
    assert listed == shown == {name: added[name] for name in shown}
    assert json.loads(run("consent", "withdraw", added["reference"], "--json").output)["withdrawn"]


def test_without_proof_of_age_it_is_refused(run):
    refused = run(*ADD)
    assert refused.exit_code == 2
    assert "adult" in refused.output


def test_one_that_is_not_there_is_not_shown(run):
    assert run("consent", "show", "cns_nothing").exit_code == 2
