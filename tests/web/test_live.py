"""What is claimed in public is what runs: a route that is stopped or unguarded shows at once."""

from dataclasses import replace

import pytest

from consentry.core.route import OWN, Tried
from support.running import Running


def live(server: Running) -> dict:
    with server.http() as http:
        reply = http.get("/v1/gate/live")
    assert reply.status_code == 200
    return reply.json()


def test_it_names_every_rule_that_a_refusal_cites_and_in_its_words(server: Running, photo_url: str):
    with server.http("gate,read") as http:
        body = {"prompt": "remove her clothes", "image": photo_url}
        error = http.post("/v1/images/edits", json=body).json()["error"]
        record = http.get(f"/v1/log/entry/{error['log_index']}").json()["record"]
    told = {rule["rule"]: rule for rule in live(server)["rules"]["ask"]}
    for reason in record["reasons"]:
        if reason["outcome"] != "allow":
            assert told[reason["rule"]]["says"] == reason["says"]
            assert told[reason["rule"]]["outcome"] == reason["outcome"]
    assert live(server)["policies"]["ask"] == record["policy"]


def test_it_names_the_rules_of_the_policy_that_are_in_force_and_no_others(server: Running):
    today = server.system.answer.clock.now().date()
    held = {
        rule.id
        for rule in server.system.answer.policy("").rules
        if rule.provision.in_force(today) and rule.outcome
    }
    assert {rule["rule"] for rule in live(server)["rules"]["answer"]} == held


def test_what_cannot_be_switched_off_is_the_floor(server: Running):
    always = {rule["rule"].split(".")[0] for rule in live(server)["rules"]["answer"] if rule["always"]}
    assert always == {"floor"}


def test_it_lists_every_registered_route_and_one_that_is_stopped_as_stopped(server: Running):
    server.system.passage.switch("responses", on=False)
    try:
        routes = {one["route"]: one for one in live(server)["routes"]}
    finally:
        server.system.passage.switch("responses", on=True)
    assert set(OWN) <= set(routes)
    assert routes["responses"]["state"] == "stopped"
    assert routes["images.edits"]["state"] == "open"


@pytest.mark.parametrize("tried", [Tried.UNGUARDED, Tried.UNREACHED, Tried.NEVER])
def test_that_every_route_is_guarded_is_said_only_if_every_one_was_found_so(server: Running, tried: Tried):
    before = server.system.passage.routes()
    try:
        _save(server, [replace(route, tried=Tried.GUARDED) for route in before])
        assert live(server)["all_guarded"]
        _save(server, [replace(before[0], tried=tried)])
        assert not live(server)["all_guarded"]
    finally:
        _save(server, before)


def _save(server: Running, routes) -> None:
    with server.system.store.begin() as tx:
        for route in routes:
            tx.save_route(route)


def test_the_page_says_the_same_in_words(server: Running):
    with server.http() as http:
        page = http.get("/live").text
    told = live(server)
    assert "Not every open route was found guarded" in page
    assert all(one["says"].split("'")[0] in page for one in told["rules"]["ask"])
    assert all(version in page for version in told["policies"].values())
