"""/healthz names what is down, and /metrics counts what happened without naming anybody."""

import dataclasses
import re

import pytest
from fastapi.testclient import TestClient

from consentry.core.errors import SafetyUnavailable
from consentry.web.app import create_app
from support.running import Running

PLAIN_LABELS = {"route", "capability", "stage", "outcome", "blind", "measure", "state"}


def fails(error: Exception):
    def check():
        raise error

    return check


def fine():
    pass


def health(server: Running, **checks):
    system = dataclasses.replace(server.system, checks=checks)
    return TestClient(create_app(system)).get("/healthz")


def figures(server: Running) -> dict[str, float]:
    with server.http() as http:
        text = http.get("/metrics").text
    return {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[0] != "#"
    }


def test_everything_works(server: Running):
    with server.http() as http:
        reply = http.get("/healthz")
    assert reply.status_code == 200
    assert reply.json() == {
        "ok": True,
        "degraded": False,
        "parts": {"store": "ok", "decoder": "ok", "output judge": "ok", "routes": "ok"},
    }


def test_what_is_down_is_named_and_the_rest_too(server: Running):
    reply = health(server, store=fails(SafetyUnavailable("No.", code="store_down")), decoder=fine)
    assert reply.status_code == 503
    assert reply.json() == {
        "ok": False,
        "degraded": False,
        "parts": {"store": "store_down", "decoder": "ok", "routes": "ok"},
    }


def test_a_check_that_fails_in_a_way_nobody_foresaw_is_down_too(server: Running):
    reply = health(server, store=fails(ZeroDivisionError("secret words")), decoder=fine)
    assert reply.status_code == 503
    assert reply.json()["parts"] == {"store": "internal_error", "decoder": "ok", "routes": "ok"}


@pytest.mark.parametrize("name", ["store", "decoder", "output judge"])
def test_the_real_checks_are_there(server: Running, name: str):
    server.system.checks[name]()


def test_a_decision_is_counted_by_stage_and_outcome(server: Running, photo: bytes):
    name = 'consentry_decisions_total{blind="false",outcome="allow",stage="upload"}'
    before = figures(server).get(name, 0)
    assert server.post_picture(photo, "counted").status_code == 200
    assert figures(server)[name] == before + 1


def test_the_log_is_counted(server: Running):
    assert figures(server)["consentry_log_lines"] == server.system.store.size()


def test_no_label_names_a_person(server: Running):
    labels = {label for name in figures(server) for label in re.findall(r'(\w+)="', name)}
    assert labels <= PLAIN_LABELS
