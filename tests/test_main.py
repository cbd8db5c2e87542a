"""The command says what it can do, and each noun shows how to begin."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import consentry
from consentry.__main__ import main
from consentry.cli.docs import commands

COMMANDS = dict(commands(main))


def test_it_says_its_version():
    assert consentry.__version__ in CliRunner().invoke(main, ["--version"]).output


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "consentry", "--help"], capture_output=True, text=True, check=True
    )
    assert "Keeps intimate or degrading images" in done.stdout


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_what_it_does(path: str):
    assert COMMANDS[path].help
    assert COMMANDS[path].help.split("\n\n")[0].strip().endswith(".")


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_that_does_something_shows_an_example(path: str):
    command = COMMANDS[path]
    if not isinstance(command, click.Group):
        assert "Example: " in (command.epilog or "")
        assert path in command.epilog


def test_a_command_reads_no_file_of_another():
    """What only the server needs is not read to show the law: a command line has to answer at once."""
    look = "import sys; from consentry.__main__ import main; main(['law', '--help'], standalone_mode=False)"
    found = "print(sorted({'fastapi', 'numba', 'sqlalchemy', 'consentry.cli.bank'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{look}; {found}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_stands_under_its_own_name():
    assert all(COMMANDS[f"consentry {name}"].name == name for name in main.list_commands(click.Context(main)))


def test_an_unknown_command_is_the_callers_mistake():
    assert CliRunner().invoke(main, ["no-such-thing"]).exit_code == 2
