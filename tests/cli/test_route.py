"""Routes are listed, added, stopped and started from the command line, and the server obeys at once."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.core.route import OWN


@pytest.fixture
def run(tmp_path):
    def runs(*words: str):
        return CliRunner().invoke(main, ["route", *words, "--data", str(tmp_path / "data")])

    return runs


def listed(run):
    return {one["route"]: one for one in map(json.loads, run("list", "--json").output.splitlines())}


def test_our_own_routes_are_there_from_the_start(run):
    assert set(listed(run)) == set(OWN)
    assert listed(run)["images.edits"]["state"] == "on"
    assert listed(run)["images.edits"]["tried"] == "never"


def test_a_route_is_stopped_and_started(run):
    assert "state: stopped" in run("stop", "images.edits").output
    assert listed(run)["images.edits"]["state"] == "stopped"
    assert "state: on" in run("start", "images.edits").output
    assert listed(run)["images.edits"]["state"] == "on"


def test_a_way_outside_is_added_once(run):
    words = ("add", "app-ios", "--entry", "the edit button", "--owner", "mobile team")
    assert run(*words).exit_code == 0
    assert listed(run)["app-ios"]["owner"] == "mobile team"
    assert run(*words).exit_code == 2
    assert run("add", "Bad Name", "--entry", "x", "--owner", "y").exit_code == 2


def test_what_is_not_there_is_said(run):
    assert run("stop", "nowhere").exit_code == 2


def test_a_capability_that_is_not_paused_goes_on(run):
    assert json.loads(run("resume", "edit", "--json").output) == {"capability": "edit", "why": ""}
