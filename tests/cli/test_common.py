"""Every command reads settings in one order, ends with one of four codes, and shows no traceback."""

import json

import click
import pytest
from click.testing import CliRunner

from consentry.cli import ExitCode
from consentry.cli.common import plain_errors, settings_from, settings_options, show
from consentry.config import SETTINGS
from consentry.core.errors import (
    BadInput,
    LostLease,
    NotFound,
    SafetyUnavailable,
    SetupTrouble,
    Trouble,
    UpstreamTrouble,
)


@click.command()
@settings_options
@plain_errors
def tell(**options):
    """Say which settings are in force."""
    found = settings_from(options)
    click.echo(json.dumps({"port": found.port, "site": found.site, "places": found.places}))


@pytest.fixture
def run(tmp_path, monkeypatch):
    file = tmp_path / "consentry.toml"
    file.write_text('port = 1\nplaces = "gb"\nsite = true\n')
    monkeypatch.setenv("CONSENTRY_PORT", "2")

    def runs(*words: str):
        return CliRunner().invoke(tell, [word.replace("FILE", str(file)) for word in words])

    return runs


def test_a_flag_outweighs_the_environment_which_outweighs_the_file(run):
    assert json.loads(run("--config", "FILE", "--port", "3").output)["port"] == 3
    assert json.loads(run("--config", "FILE").output) == {"port": 2, "site": True, "places": "gb"}
    assert json.loads(run("--config", "FILE", "--no-site").output)["site"] is False


def test_the_file_may_be_named_in_the_environment(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CONSENTRY_CONFIG", str(tmp_path / "consentry.toml"))
    assert json.loads(run().output)["places"] == "gb"


def test_every_setting_has_a_flag(run):
    said = run("--help").output
    assert all(f"--{setting.name.replace('_', '-')}" in said for setting in SETTINGS)


def test_a_setting_that_nobody_knows_stops_the_start(run, tmp_path):
    (tmp_path / "consentry.toml").write_text("colour = 1\n")
    said = run("--config", "FILE")
    assert said.exit_code == ExitCode.SETUP_ERROR
    assert "`colour`" in said.output


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput, ExitCode.USER_ERROR),
        (NotFound, ExitCode.USER_ERROR),
        (SetupTrouble, ExitCode.SETUP_ERROR),
        (SafetyUnavailable, ExitCode.UNAVAILABLE),
        (LostLease, ExitCode.UNAVAILABLE),
        (UpstreamTrouble, ExitCode.UNAVAILABLE),
        (Trouble, ExitCode.UNAVAILABLE),
    ],
)
def test_the_exit_code_says_whose_turn_it_is(error, code):
    @click.command()
    @plain_errors
    def fails():
        raise error("It went wrong.", next_step="Do this.")

    said = CliRunner().invoke(fails)
    assert said.exit_code == code
    assert said.stderr == "It went wrong.\nDo this.\n"
    assert said.stdout == ""


def test_a_record_is_json_or_lines(capsys):
    show({"a": 1, "b": [2]}, as_json=True)
    show({"a": 1, "b": [2]}, as_json=False)
    assert capsys.readouterr().out == '{"a": 1, "b": [2]}\na: 1\nb: [2]\n'
