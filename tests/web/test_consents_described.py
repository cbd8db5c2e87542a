"""What is described is what is taken and given."""

from consentry.web import consents_described
from consentry.web.consents import FIELDS
from support.running import Running

BODY = consents_described.CONSENT["requestBody"]["content"]["application/json"]["schema"]


def test_every_field_of_a_consent_is_described_and_no_other():
    assert set(BODY["properties"]) == FIELDS
    assert set(BODY["required"]) <= FIELDS


def test_answers_have_the_fields_that_are_described(server: Running):
    terms = {"person": "p", "account": "a", "use": "make", "adult": True, "days": 1, "evidence": "e"}
    with server.http("consent") as http:
        made = http.post("/v1/consents", json=terms).json()
        shown = http.get(f"/v1/consents/{made['reference']}").json()
        opted = http.post("/v1/opt-outs", json={"hashes": [{"sha256": "ab" * 32}]}).json()
    for answer, described in [
        (made, consents_described.GIVEN[201]),
        (shown, consents_described.SHOWN[200]),
        (opted, consents_described.REGISTERED[201]),
    ]:
        schema = described["content"]["application/json"]["schema"]
        assert set(answer) == set(schema["properties"])
