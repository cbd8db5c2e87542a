"""Staff are invited, listed, changed and shut out from the command line; a link is shown once."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.config import load
from consentry.core.staff import Way
from consentry.wiring import open_staff


@pytest.fixture
def run(tmp_path):
    def runs(*words: str):
        return CliRunner().invoke(main, ["user", *words, "--data", str(tmp_path / "data")])

    return runs


@pytest.fixture
def added(run) -> dict:
    found = run("add", "ada", "--roles", "operator, child-safety", "--port", "9000", "--json")
    return json.loads(found.output)


def test_somebody_is_added_with_roles_and_a_link(added: dict):
    assert added["name"] == "ada"
    assert added["roles"] == ["child_safety", "operator"]
    assert added["link"].startswith("http://localhost:9000/console/invited#inv_")
    assert added["hours"] == 24


def test_the_link_is_stored_nowhere_and_another_takes_its_place(run, added: dict, tmp_path):
    code = added["link"].split("#")[1].encode()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and code in path.read_bytes()]
    second = json.loads(run("invite", "ada", "--console-url", "https://c.example", "--json").output)
    assert second["link"].startswith("https://c.example/console/invited#")
    assert code.decode() not in second["link"]


def test_everybody_is_listed(run, added: dict):
    run("add", "bea")
    found = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert [(one["name"], one["active"], one["passkeys"], one["sessions"]) for one in found] == [
        ("ada", True, 0, 0),
        ("bea", True, 0, 0),
    ]


def test_roles_are_changed_and_people_disabled_and_enabled(run, added: dict):
    assert json.loads(run("role", "ada", "--roles", "senior", "--json").output)["roles"] == ["senior"]
    assert json.loads(run("disable", "ada", "--json").output)["active"] is False
    assert run("invite", "ada").exit_code == ExitCode.USER_ERROR
    assert json.loads(run("enable", "ada", "--json").output)["active"] is True


def test_sessions_are_listed_and_ended(run, added: dict, tmp_path):
    staff = open_staff(load(environment={}, flags={"data": str(tmp_path / "data")}))
    from support.console import Desk  # noqa: PLC0415 - a sign-in over this very store

    desk = Desk()
    sign_in = type(desk.sign_in)(
        staff.store, staff.ids, desk.sign_in.passphrases, desk.sign_in.passkeys, b"k" * 32
    )
    sign_in.accept(added["link"].split("#")[1])
    staff.store.close()
    assert json.loads(run("sessions", "ada", "--json").output)["way"] == Way.INVITATION
    assert json.loads(run("revoke", "ada", "--json").output) == {"name": "ada", "ended": 1}
    assert run("sessions", "ada").output == ""


@pytest.mark.parametrize(
    "words", [("add", "ada"), ("add", "B"), ("add", "bea", "--roles", "king"), ("disable", "nobody")]
)
def test_what_cannot_be_says_why_and_changes_nothing(run, added: dict, words):
    before = run("list", "--json").output
    result = run(*words)
    assert result.exit_code == ExitCode.USER_ERROR
    assert len(result.output.splitlines()) >= 2
    assert run("list", "--json").output == before
