"""A route that answers without the gate turns red: at /healthz, in /metrics and on the command line."""

import json

import pytest
from click.testing import CliRunner

from consentry.__main__ import main
from consentry.core.route import OWN
from support.running import Running, running
from support.talking import Answer, talking


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    with running(tmp_path_factory.mktemp("gate")) as server:
        yield server


def fly(gate: Running):
    settings = gate.system.settings
    words = ["canary", "run", "--data", settings.data, "--port", str(settings.port), "--json"]
    done = CliRunner().invoke(main, words)
    return done.exit_code, json.loads(done.stdout)


def seen(gate: Running):
    with gate.http() as http:
        health = http.get("/healthz").json()
        return health["degraded"], health["parts"]["routes"], http.get("/metrics").text


def test_every_route_of_our_own_is_guarded(gate: Running):
    assert fly(gate) == (0, dict.fromkeys(OWN, "guarded"))
    assert seen(gate)[:2] == (False, "ok")


def test_the_forgotten_edit_button_turns_red_and_green_again_once_it_goes_through_the_gate(gate: Running):
    def past_the_gate(_call):
        return Answer(200, b'{"data":[{"b64_json":"aGFsbG8="}]}')

    def through_the_gate(call):
        with gate.http("gate") as http:
            reply = http.post(
                "/v1/images/edits", content=call.body, headers={"content-type": "application/json"}
            )
        names = ("consentry-decision", "consentry-log-index")
        return Answer(reply.status_code, reply.content, {name: reply.headers[name] for name in names})

    ways = [past_the_gate]
    with talking(lambda call: ways[-1](call)) as app:  # noqa: PLW0108 - the way changes later
        gate.system.passage.add("app-edit", "the edit button", "mobile team", f"{app}/probe")
        status, found = fly(gate)
        assert (status, found["app-edit"]) == (5, "unguarded")
        degraded, part, metrics = seen(gate)
        assert (degraded, part) == (True, "route_unguarded")
        assert 'consentry_route{route="app-edit",state="unguarded"} 1.0' in metrics
        ways.append(through_the_gate)
        assert fly(gate)[1]["app-edit"] == "guarded"
        assert seen(gate)[:2] == (False, "ok")
    assert fly(gate)[1]["app-edit"] == "unreached"
