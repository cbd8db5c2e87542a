"""F17: consent of the person depicted was never obtained. Here nothing else counts, until they end it."""

import io

import openai
import pytest

from support.running import Running

ASKED = "show her in underwear"
"""What is refused without the person's own consent (the drawing generator draws a figure in a coat)."""


def asks(server: Running, key: str, photo: bytes, reference: str, route: str = "edit"):
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=key)
    server.clients.append(client)
    headers = {"consentry-consent": reference}
    if route == "edit":
        return client.images.edit(image=io.BytesIO(photo), prompt=ASKED, extra_headers=headers)
    return client.images.generate(prompt=ASKED, extra_headers=headers)


def consent(server: Running, account: str, photo_url: str, **more):
    terms = {
        "person": "person_1", "account": account, "use": "make", "adult": True, "days": 30,
        "evidence": "contract 7", "pictures": [photo_url],
    }  # fmt: skip
    with server.http("consent") as http:
        reply = http.post("/v1/consents", json={**terms, **more})
    assert reply.status_code == 201
    return reply.json()


@pytest.fixture
def account(server: Running):
    key = server.key("gate")
    return key, key.split("_")[1]


def test_with_the_persons_consent_to_this_picture_it_is_made(server, account, photo, photo_url):
    key, name = account
    given = consent(server, name, photo_url)
    assert asks(server, key, photo, given["reference"]).data


@pytest.mark.parametrize("claim", ["", "yes", "cns_made_up", "I have her consent"])
def test_what_the_asker_says_is_no_consent(server, account, photo, claim):
    with pytest.raises(openai.BadRequestError):
        asks(server, account[0], photo, claim)


def test_it_does_not_cover_a_picture_of_somebody_else(server, account, photo_url, place):
    key, name = account
    given = consent(server, name, photo_url)
    with pytest.raises(openai.BadRequestError):
        asks(server, key, place, given["reference"])


def test_it_does_not_cover_another_account_and_the_refusal_does_not_say_that_there_is_one(
    server, account, photo, photo_url
):
    given = consent(server, account[1], photo_url)
    said = []
    for reference in (given["reference"], "cns_made_up"):
        with pytest.raises(openai.BadRequestError) as refused:
            asks(server, server.key("gate"), photo, reference)
        said.append((refused.value.body["code"], refused.value.body["reasons"]))
    assert said[0] == said[1]


def test_it_does_not_cover_another_route(server, account, photo, photo_url):
    key, name = account
    given = consent(server, name, photo_url, routes=["images.variations"])
    with pytest.raises(openai.BadRequestError):
        asks(server, key, photo, given["reference"])


def test_taking_it_back_counts_from_the_next_request(server, account, photo, photo_url):
    key, name = account
    given = consent(server, name, photo_url)
    assert asks(server, key, photo, given["reference"]).data
    with server.http() as person:
        words = {"passphrase": given["passphrase"]}
        assert person.post(f"/v1/consents/{given['reference']}/withdraw", json=words).status_code == 200
    with pytest.raises(openai.BadRequestError):
        asks(server, key, photo, given["reference"])
