"""Keys are made, listed and taken back from the command line, and the secret is shown once."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode


@pytest.fixture
def run(tmp_path):
    def runs(*words: str):
        return CliRunner().invoke(main, ["key", *words, "--data", str(tmp_path / "data")])

    return runs


@pytest.fixture
def made(run) -> dict:
    return json.loads(run("create", "--scopes", "gate, screen", "--label", "shop", "--json").output)


def test_a_key_is_shown_with_what_it_is_for(made: dict):
    assert made["key"].startswith(f"cty_{made['id']}_")
    assert made["scopes"] == ["gate", "screen"]
    assert made["expires"]


def test_a_key_is_shown_once_and_stored_nowhere(run, made: dict, tmp_path):
    secret = made["key"].rsplit("_", 1)[1]
    assert secret not in run("list", "--json").output
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    ]


def test_keys_are_listed_one_a_line(run, made: dict):
    run("create", "--scopes", "read")
    listed = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert {each["id"]: (each["label"], each["revoked"]) for each in listed}[made["id"]] == ("shop", False)
    assert len(listed) == 2


def test_a_key_that_was_taken_back_says_so(run, made: dict):
    assert json.loads(run("revoke", made["id"], "--json").output) == {"id": made["id"], "revoked": True}
    assert json.loads(run("list", "--json").output)["revoked"] is True


def test_without_json_it_is_for_reading(run):
    said = run("create", "--scopes", "gate")
    assert said.exit_code == ExitCode.OK
    assert [line.split(":")[0] for line in said.output.splitlines()] == ["key", "id", "scopes", "expires"]


@pytest.mark.parametrize(
    "words",
    [
        ("create", "--scopes", "everything"),
        ("create", "--scopes", ""),
        ("create", "--scopes", "gate", "--days", "0"),
        ("revoke", "nobody"),
        ("create",),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_the_users_turn(run, words):
    said = run(*words)
    assert said.exit_code == ExitCode.USER_ERROR
    assert "Traceback" not in said.output


def test_a_database_that_does_not_answer_is_told_apart(run):
    said = run("list", "--database", "sqlite:////nowhere/at/all.db")
    assert said.exit_code in {ExitCode.UNAVAILABLE, ExitCode.SETUP_ERROR}
    assert "Traceback" not in said.output


def test_the_key_for_permits_is_the_same_every_time_and_changes_in_two_steps(run):
    first = run("permit").output
    assert run("permit").output == first
    assert first.startswith("consentry.example/log/permit+")
    following = run("permit", "--next").output
    assert following not in {first, ""}
    assert run("permit").output == first
    assert run("permit", "--change").output == following
    assert run("permit").output == following


def test_it_cannot_change_to_a_key_that_nobody_made(run):
    done = run("permit", "--change")
    assert done.exit_code == ExitCode.SETUP_ERROR
    assert "--next" in done.output


def test_the_root_that_images_are_signed_under_is_shown_and_stays(tmp_path):
    words = ["key", "provenance", "--data", str(tmp_path / "data")]
    plain = CliRunner().invoke(main, words)
    assert plain.output.startswith("-----BEGIN CERTIFICATE-----")
    shown = json.loads(CliRunner().invoke(main, [*words, "--json"]).output)
    assert shown["root"] == plain.output
    assert len(shown["sha256"]) == 64
