"""The door of consents: keys of its own, and no word to strangers about what is there."""

import pytest

from support.running import Running

TERMS = {
    "person": "person_1", "account": "key_1", "use": "make", "adult": True, "days": 30,
    "evidence": "contract 7", "routes": ["images.edits"],
}  # fmt: skip


def recorded(http, **more):
    reply = http.post("/v1/consents", json={**TERMS, **more})
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_consent_is_recorded_shown_and_withdrawn_by_the_key_that_did(server: Running, photo_url):
    with server.http("consent") as http:
        made = recorded(http, pictures=[photo_url], user="somebody@example.org")
        assert made["inputs"] == 1
        assert made["account"].startswith("key_1:")
        assert "somebody" not in made["account"]
        assert len(made["passphrase"].split()) == 6
        address = f"/v1/consents/{made['reference']}"
        shown = http.get(address).json()
        assert shown == {name: made[name] for name in shown}
        assert shown["withdrawn"] is None
        ended = http.delete(address).json()
        assert http.get(address).json()["withdrawn"] == ended["withdrawn"] is not None


def test_another_key_is_told_what_it_would_be_told_if_there_were_none(server: Running):
    with server.http("consent") as http, server.http("consent") as other:
        made = recorded(http)
        for method in ("GET", "DELETE"):
            there = other.request(method, f"/v1/consents/{made['reference']}")
            nothing = other.request(method, "/v1/consents/cns_nothing")
            assert there.status_code == nothing.status_code == 404
            same = [
                {k: v for k, v in each.json()["error"].items() if k != "request_id"}
                for each in (there, nothing)
            ]
            assert same[0] == same[1]
        assert http.get(f"/v1/consents/{made['reference']}").json()["withdrawn"] is None


@pytest.mark.parametrize("scopes", ["gate", "read", "screen,admin"])
def test_only_a_key_for_consents_opens_the_door(server: Running, scopes):
    with server.http(scopes) as http:
        assert http.post("/v1/consents", json=TERMS).status_code == 403
        assert http.get("/v1/consents/cns_1").status_code == 403
        assert http.delete("/v1/consents/cns_1").status_code == 403


def test_the_person_withdraws_without_a_key(server: Running):
    with server.http("consent") as http, server.http() as person:
        made = recorded(http)
        address = f"/v1/consents/{made['reference']}/withdraw"
        assert person.post(address, json={"passphrase": "six other words"}).status_code == 401
        assert person.post(address, json={"passphrase": 6}).status_code == 400
        reply = person.post(address, json={"passphrase": made["passphrase"]})
        assert reply.status_code == 200
        assert http.get(f"/v1/consents/{made['reference']}").json()["withdrawn"]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"person": ""}, "person"),
        ({"person": 7}, "person"),
        ({"use": "sell"}, "use"),
        ({"days": "30"}, "days"),
        ({"days": True}, "days"),
        ({"days": 10**12}, "use"),
        ({"days": 400}, "days"),
        ({"adult": "yes"}, "adult"),
        ({"routes": "images.edits"}, "routes"),
        ({"hashes": ["ab"]}, "hashes"),
        ({"hashes": [{}]}, "hashes"),
        ({"hashes": [{"pdq": "ab"}]}, "hashes"),
        ({"hashes": [{"sha256": "g" * 64}]}, "hashes"),
        ({"hashes": [{"pdq": "ab" * 32, "quality": 101}]}, "hashes"),
        ({"hashes": [{"md5": "ab"}]}, "md5"),
        ({"pictures": ["https://example.org/a.png"]}, "image"),
        ({"shoe_size": 44}, "shoe_size"),
    ],
)
def test_terms_that_are_not_clear_are_sent_back(server: Running, change, param):
    with server.http("consent") as http:
        reply = http.post("/v1/consents", json={**TERMS, **change})
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == param


def test_anybody_registers_a_picture_and_takes_it_back(server: Running, photo_url):
    with server.http() as http:
        reply = http.post("/v1/opt-outs", json={"pictures": [photo_url], "hashes": [{"sha256": "ab" * 32}]})
        assert reply.status_code == 201
        made = reply.json()
        assert (made["pictures"], made["only_by_file"]) == (2, 1)
        address = f"/v1/opt-outs/{made['reference']}/withdraw"
        assert http.post(address, json={"passphrase": "six other words"}).status_code == 401
        back = http.post(address, json={"passphrase": made["passphrase"]})
        assert back.json() == {"reference": made["reference"], "pictures": 2}


@pytest.mark.parametrize("body", [{}, {"pictures": []}, {"pictures": "x"}, {"picture": []}])
def test_a_registration_of_nothing_is_sent_back(server: Running, body):
    with server.http() as http:
        assert http.post("/v1/opt-outs", json=body).status_code == 400
