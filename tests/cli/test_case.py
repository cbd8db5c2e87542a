"""`consentry case`: the soonest deadline first, loud when one is over, and never a name or a picture."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.staff import Member, Role
from consentry.wiring import open_cases
from support.small import wanted
from support.stores import a_case, a_copy

WHY = "It shows a harbour, and nobody in it."
REFUSE = ("refuse", "C-0001", "--ground", "not-intimate", "--reason", WHY)


@pytest.fixture
def store(tmp_path):
    """A store with a case that is due and one that has time, and three members of staff."""
    with open_cases(wanted(tmp_path)) as cases:
        with cases.store.begin() as tx:
            now = tx.now()
            tx.add_case(a_case(1, received=now, due=now + timedelta(hours=2)))
            tx.add_case(a_case(2, received=now, due=now + timedelta(hours=48)))
            tx.add_copy(a_copy())
            for name in ("ada", "bea"):
                tx.save_member(Member(f"stf_{name}", name, frozenset({Role.REVIEWER}), now))
            tx.put_secret("C-0001", cases.passphrases.digest("C-0001", "six words"))
        yield cases.store


@pytest.fixture
def run(store, tmp_path):
    def now(*words):
        return CliRunner().invoke(main, ["case", *words, "--data", str(tmp_path), "--json"])

    return now


def told(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_soonest_deadline_comes_first(run):
    found = run("list")
    assert found.exit_code == ExitCode.OK
    *cases, pressing = told(found)
    assert [one["case"] for one in cases] == ["C-0001", "C-0002"]
    assert (pressing["running"], pressing["soon"], pressing["overdue"]) == (2, 1, 0)


def test_what_is_overdue_is_an_alarm(run, store):
    with store.begin() as tx:
        tx.add_case(a_case(3, due=tx.now() - timedelta(seconds=1)))
    assert run("list").exit_code == ExitCode.ALARM
    assert run("list", "--stopped").exit_code == ExitCode.ALARM


def test_a_case_is_refused_complained_about_and_put_right(run, tmp_path):
    assert told(run(*REFUSE, "--by", "ada"))[0]["state"] == "refused"
    (shown,) = told(run("show", "C-0001"))
    assert [one["reason"] for one in shown["refusals"]] == [WHY]
    assert [one["item"] for one in shown["copies"]] == ["item1"]
    with open_cases(wanted(tmp_path)) as cases:
        cases.object("C-0001", "six words", "Please look again: it shows me.")
    (waiting,) = told(run("complaints"))
    assert (waiting["case"], waiting["refused_by"]) == ("C-0001", "stf_ada")
    answer = ("answer", "C-0001", "--upheld", "--reason", "You are right: it shows you.")
    assert run(*answer, "--by", "ada").exit_code == ExitCode.USER_ERROR
    assert told(run(*answer, "--by", "bea"))[0]["state"] == "open"


def test_a_reason_a_ground_and_a_name_are_wanted(run):
    assert run(*REFUSE).exit_code == ExitCode.USER_ERROR
    assert run(*REFUSE, "--by", "nobody").exit_code == ExitCode.USER_ERROR
    assert run(*REFUSE[:3], "other", *REFUSE[4:], "--by", "ada").exit_code == ExitCode.USER_ERROR
    assert run("show", "C-0009").exit_code == ExitCode.USER_ERROR


def test_a_case_is_escalated(run):
    said = told(run("escalate", "C-0001", "--by", "ada", "--reason", "It spreads quickly just now."))
    assert said == [{"case": "C-0001", "hidden_now": 1}]
