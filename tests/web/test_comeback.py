"""Whoever comes back is counted before their words are tried, at every door alike."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from consentry.core.errors import BadInput
from consentry.flows.door import Door
from consentry.web.app import create_app
from consentry.web.comeback import TURN, only, text_of, texts_of
from support.fakes import CountingIds, StillClock
from support.running import Running

DOORS = ["/v1/reports/{}/status", "/v1/reports/{}/withdraw", "/v1/reports/{}/places",
         "/v1/reports/{}/messages", "/v1/consents/{}/withdraw", "/v1/opt-outs/{}/withdraw"]  # fmt: skip


def stranger(server: Running, **limits: int) -> TestClient:
    """Somebody from elsewhere, before a door with low limits."""
    door = Door(StillClock(), CountingIds(), **({"reports": 2, "looks": 4, "rush": 0} | limits))
    return TestClient(create_app(replace(server.system, door=door)), client=("203.0.113.9", 1))


@pytest.mark.parametrize("path", DOORS)
def test_no_passphrase_is_tried_too_often(server: Running, path: str):
    http = stranger(server)
    tries = [
        http.post(path.format("C-9999-9999"), json={"passphrase": "a b c d e f", "urls": []}) for _ in "123"
    ]
    assert [reply.status_code for reply in tries] == [401, 401, 429]
    assert (tries[2].headers["retry-after"], tries[2].json()["error"]["code"]) == ("1800", "too_many")
    assert http.post(path.format("C-8888-8888"), json={"passphrase": "a"}).status_code == 401


def test_reports_from_one_network_wait_and_are_never_refused(server: Running):
    http = stranger(server)
    replies = [http.post("/v1/reports", json={}).status_code for _ in "12"]
    assert replies == [400, 429]


def test_in_a_rush_a_program_is_given_a_turn(server: Running):
    http = stranger(server, reports=20, rush=1)
    http.post("/v1/reports", json={})
    told = http.post("/v1/reports", json={})
    assert told.headers["retry-after"] == "30"
    turn = told.json()["error"]["turn"]
    assert http.post("/v1/reports", json={}, headers={TURN: turn}).status_code == 429


def test_a_field_is_read_as_what_it_must_be():
    assert text_of({}, "a") == ""
    assert texts_of({"a": ["b"]}, "a") == ["b"]
    for wrong in (
        lambda: text_of({"a": 1}, "a"),
        lambda: texts_of({"a": [1]}, "a"),
        lambda: only({"a": 1}, {"b"}),
    ):
        with pytest.raises(BadInput):
            wrong()
