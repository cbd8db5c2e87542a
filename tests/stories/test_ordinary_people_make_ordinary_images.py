"""Critics feared for free speech; others wanted platforms they need not fear."""

import base64
import io

from support.running import Running, opened


def test_an_ordinary_generation_passes_with_its_decision_and_place_in_the_log(server: Running):
    reply = server.client().images.with_raw_response.generate(prompt="a harbour in the morning", n=2)
    images = reply.parse().data
    assert len(images) == 2
    assert all(opened(base64.b64decode(image.b64_json)).size[0] > 100 for image in images)
    assert reply.headers["consentry-decision"].startswith("dec_")
    assert int(reply.headers["consentry-log-index"]) < server.system.store.size()


def test_an_ordinary_edit_with_several_pictures_and_a_mask_passes(
    server: Running, photo: bytes, place: bytes
):
    answer = server.client().images.edit(
        image=[("person.png", io.BytesIO(photo)), ("place.png", io.BytesIO(place))],
        mask=("mask.png", io.BytesIO(place)),
        prompt="put a lighthouse in the background",
    )
    assert opened(base64.b64decode(answer.data[0].b64_json)).format in {"PNG", "JPEG", "WEBP"}


def test_everyday_words_that_look_like_others_pass(server: Running, photo: bytes):
    for prompt in ("strip the wallpaper in the background", "tie her hair up", "brighten the picture"):
        assert server.client().images.edit(image=io.BytesIO(photo), prompt=prompt).data


def test_every_answer_says_on_what_it_rests(server: Running):
    reply = server.client().images.with_raw_response.generate(prompt="a bowl of pears")
    index = reply.headers["consentry-log-index"]
    with server.http("read") as http:
        record = http.get(f"/v1/log/entry/{index}").json()["record"]
    assert record["outcome"] == "allow"
    assert "exposure.explicit" in record["findings"]
    assert "pears" not in str(record)
