"""F11: a switch on one post, limited in scope. Here a picture is registered, and every copy is closed."""

import io

import openai
import pytest

from consentry.media import edits
from support.running import Running

COPIES = {
    "the file itself": lambda data: data,
    "recompressed": lambda data: edits.recompressed(data, 50),
    "smaller": edits.resized,
    "mirrored": edits.mirrored,
}


def edit(server: Running, data: bytes):
    return server.client().images.edit(image=io.BytesIO(data), prompt="make the background a beach")


def test_a_person_without_an_account_closes_every_copy_to_editing(server: Running, photo, photo_url):
    assert edit(server, photo).data
    with server.http() as person:
        made = person.post("/v1/opt-outs", json={"pictures": [photo_url]}).json()
    for name, copy in COPIES.items():
        with pytest.raises(openai.BadRequestError) as refused:
            edit(server, copy(photo))
        assert "registered" in refused.value.body["reasons"][0], name
    with server.http() as person:
        words = {"passphrase": made["passphrase"]}
        person.post(f"/v1/opt-outs/{made['reference']}/withdraw", json=words).raise_for_status()
    assert edit(server, photo).data


def test_a_hash_made_on_the_persons_own_device_is_enough(server: Running, photo):
    found = server.system.hasher.hashes(server.system.decoder.decode(photo))
    own = {"pdq": found.pdq[0].hex(), "quality": found.quality}
    with server.http() as person:
        assert person.post("/v1/opt-outs", json={"hashes": [own]}).status_code == 201
    with pytest.raises(openai.BadRequestError):
        edit(server, edits.recompressed(photo, 60))


def test_it_may_still_be_posted(server: Running, photo, photo_url):
    with server.http() as person:
        person.post("/v1/opt-outs", json={"pictures": [photo_url]}).raise_for_status()
    assert server.post_picture(photo, "opted-out").status_code != 451
