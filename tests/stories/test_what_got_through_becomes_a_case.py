"""What got through is written down in one command, stopped, and told in the figures of the server."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.cli import ExitCode
from consentry.core.probe import HARMLESS
from support.running import Running, running


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    with running(tmp_path_factory.mktemp("gate")) as server:
        yield server


def run(gate: Running, noun: str, *words: str, said: str = ""):
    return CliRunner().invoke(main, [noun, *words, "--data", gate.system.settings.data], input=said)


def figures(gate: Running) -> set[str]:
    with gate.http() as http:
        return set(http.get("/metrics").text.splitlines())


def test_an_incident_is_open_until_its_route_is_closed_or_its_case_is_refused(gate: Running):
    case = [
        "--source",
        "red-team",
        "--route",
        "images.edits",
        "--seen",
        "2026-01-02",
        "--words",
        "-",
        "--json",
    ]
    done = run(gate, "incident", "add", *case, said=HARMLESS)
    incident = json.loads(done.stdout)["incident"]
    assert 'consentry_incidents{state="open"} 1.0' in figures(gate)
    assert run(gate, "incident", "replay").exit_code == ExitCode.ALARM
    assert run(gate, "incident", "mitigate", incident).exit_code == ExitCode.USER_ERROR
    assert run(gate, "route", "stop", "images.edits").exit_code == 0
    stopped = json.loads(run(gate, "incident", "mitigate", incident, "--json").stdout)
    told = figures(gate)
    assert 'consentry_incidents{state="settled"} 1.0' in told
    (line,) = [one for one in told if one.startswith("consentry_incident_seconds_to_fix ")]
    assert float(line.split()[1]) == pytest.approx(stopped["seconds_to_fix"], abs=1)
    assert HARMLESS not in " ".join(told)
