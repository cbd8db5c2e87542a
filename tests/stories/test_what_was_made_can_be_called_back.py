"""F10: a third of the images were still there days later. Here all that came of one cause is called back."""

import base64
import time

import httpx2
import openai

from consentry.core.making import Handle
from consentry.media import edits
from support.running import Running

COPIES = {"as it left": lambda data: data, "recompressed": lambda data: edits.recompressed(data, 50)}


def posted(server: Running, made: bytes, name: str) -> list[str]:
    """Copies of an image on the site."""
    for copy, change in COPIES.items():
        assert server.post_picture(change(made), f"{name}-{len(copy)}").status_code == 200
    return [f"{name}-{len(copy)}" for copy in COPIES]


def wait_until_gone(server: Running, items: list[str], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while any(httpx2.get(server.address(item)).status_code == 200 for item in items):
        assert time.monotonic() < ends, "still there"
        time.sleep(0.1)


def test_everything_an_account_made_is_called_back_and_cannot_be_posted_again(server: Running):
    key = server.key("gate")
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=key)
    server.clients.append(client)
    made = [
        base64.b64decode(client.images.generate(prompt=f"a harbour, seen from {side}").data[0].b64_json)
        for side in ("the north", "the south")
    ]
    other = base64.b64decode(server.client().images.generate(prompt="a bowl of pears").data[0].b64_json)
    items = [item for number, data in enumerate(made) for item in posted(server, data, f"recalled-{number}")]
    kept = posted(server, other, "kept")

    targets = ((Handle.ACCOUNT, key.split("_")[1]),)
    counted = server.system.recall.count(targets)
    assert sum(counted.images.values()) == 2
    assert counted.copies >= 4
    reference = server.system.recall.begin(targets, "operator")

    wait_until_gone(server, items)
    assert all(httpx2.get(server.address(item)).status_code == 200 for item in kept)
    assert server.post_picture(edits.recompressed(made[0], 60), "called-back-again").status_code == 451
    assert server.system.recall.undo(reference, "operator") >= 4


def test_taking_a_consent_back_calls_back_what_was_made_under_it(
    server: Running, photo: bytes, photo_url: str
):
    key = server.key("gate")
    terms = {
        "person": "person_1", "account": key.split("_")[1], "use": "make", "adult": True, "days": 30,
        "evidence": "contract 7", "pictures": [photo_url],
    }  # fmt: skip
    with server.http("consent") as http:
        given = http.post("/v1/consents", json=terms).json()
    headers = {"authorization": f"Bearer {key}", "consentry-consent": given["reference"]}
    body = {"prompt": "show her in a summer dress", "image": photo_url}
    reply = httpx2.post(f"{server.url}/v1/images/edits", json=body, headers=headers, timeout=30)
    assert reply.status_code == 200, reply.text
    items = posted(server, base64.b64decode(reply.json()["data"][0]["b64_json"]), "consented")

    with server.http() as person:
        words = {"passphrase": given["passphrase"]}
        person.post(f"/v1/consents/{given['reference']}/withdraw", json=words).raise_for_status()
    wait_until_gone(server, items)
