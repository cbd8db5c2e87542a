"""A change is assessed, signed by somebody else, and checked before it is deployed."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from support.assessed import answered


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def runs(*words: str):
        return CliRunner().invoke(main, ["assess", *words])

    return runs


@pytest.fixture
def law(tmp_path):
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "ours.toml").write_text('name = "Ours"\nalways = true\n')
    return str(tmp_path / "law")


def digest(run, law):
    return json.loads(run("check", "--law", law, "--data", "data", "--json").stdout)["digest"]


def test_the_policy_we_ship_passes(run):
    said = run("check", "--data", "data")
    assert said.exit_code == 0
    assert "assessed: True" in said.stdout


def test_a_change_passes_only_once_it_is_signed(run, law, tmp_path):
    assert run("check", "--law", law, "--data", "data").exit_code == ExitCode.SETUP_ERROR
    assert run("new", "a.toml", "--author", "Ada", "--law", law).exit_code == 0
    form = (tmp_path / "a.toml").read_text()
    assert digest(run, law) in form
    assert run("sign", "a.toml", "--approver", "Grace", "--key", "k", "--data", "data").exit_code == 2
    (tmp_path / "a.toml").write_text(answered(digest(run, law)))
    signed = run("sign", "a.toml", "--approver", "Grace Hopper", "--key", "k", "--data", "data", "--json")
    assert signed.exit_code == 0, signed.output
    record = json.loads(signed.stdout)
    assert (record["author"], record["approver"], record["line"]) == ("Ada", "Grace Hopper", 0)
    assert run("check", "--law", law, "--data", "data").exit_code == 0
    listed = json.loads(run("list", "--data", "data", "--json").stdout)
    assert listed == record


def test_the_author_cannot_sign(run, tmp_path):
    (tmp_path / "a.toml").write_text(answered())
    said = run("sign", "a.toml", "--approver", "ada", "--key", "k", "--data", "data")
    assert said.exit_code == ExitCode.USER_ERROR
    assert "cannot approve" in said.stderr
    assert not (tmp_path / "k").exists()


def test_a_form_is_never_overwritten(run, tmp_path):
    (tmp_path / "a.toml").write_text("mine")
    assert run("new", "a.toml", "--author", "Ada").exit_code == ExitCode.USER_ERROR
    assert (tmp_path / "a.toml").read_text() == "mine"


def test_a_rehearsal_is_attached_by_its_digest(run, tmp_path):
    (tmp_path / "r.json").write_text(json.dumps({"digest": "cd" * 32}))
    assert run("new", "a.toml", "--author", "Ada", "--rehearsal", "r.json").exit_code == 0
    assert f'rehearsal = "{"cd" * 32}"' in (tmp_path / "a.toml").read_text()
    (tmp_path / "r.json").write_text("[]")
    assert run("new", "b.toml", "--author", "Ada", "--rehearsal", "r.json").exit_code == ExitCode.USER_ERROR


def test_other_changes_are_checked_by_name(run, tmp_path):
    words = ("--subject", "generator", "--thing", "images-2")
    assert run("new", "a.toml", "--author", "Ada", *words).exit_code == 0
    form = (tmp_path / "a.toml").read_text()
    (tmp_path / "a.toml").write_text(
        form.replace('likelihood = "?"', 'likelihood = "low"')
        .replace('impact = "?"', 'impact = "low"')
        .replace('"?"', '"Answered."')
    )
    check = ("check", "--also", "generator=images-2", "--data", "data")
    assert run(*check).exit_code == ExitCode.SETUP_ERROR
    assert run("sign", "a.toml", "--approver", "Grace", "--key", "k", "--data", "data").exit_code == 0
    assert run(*check).exit_code == 0
    assert run("check", "--also", "generator=images-3", "--data", "data").exit_code == ExitCode.SETUP_ERROR
    assert run("check", "--also", "taste=x", "--data", "data").exit_code == ExitCode.USER_ERROR
    assert run("check", "--also", "policy=x", "--data", "data").exit_code == ExitCode.USER_ERROR


def test_what_is_no_toml_is_said(run, tmp_path):
    (tmp_path / "a.toml").write_text("a = = b")
    said = run("sign", "a.toml", "--approver", "Grace", "--key", "k", "--data", "data")
    assert said.exit_code == ExitCode.USER_ERROR
