import base64
import json

import pytest

from consentry.core.probe import FORBIDDEN, HARMLESS, LABEL, Heard, Probe, judged, probes, worst
from consentry.core.route import OWN, Route, Tried
from core.made import NOON

DATA = base64.b64encode(b"png").decode()
URL = f"data:image/png;base64,{DATA}"
BODIES = {
    "images.generations": lambda words: {"prompt": words, "n": 1},
    "images.edits": lambda words: {"prompt": words, "n": 1, "images": [{"image_url": URL}]},
    "check": lambda words: {"prompt": words, "n": 1, "images": [{"image_url": URL}]},
    "responses": lambda words: {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": words},
                    {"type": "input_image", "image_url": URL},
                ],
            }
        ],
        "tools": [{"type": "image_generation"}],
    },
    "chat.completions": lambda words: {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": words},
                    {"type": "image_url", "image_url": {"url": URL}},
                ],
            }
        ],
        "modalities": ["image", "text"],
    },
    "gemini.generateContent": lambda words: {
        "contents": [
            {
                "role": "user",
                "parts": [{"text": words}, {"inlineData": {"mimeType": "image/png", "data": DATA}}],
            }
        ],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]},
    },
}

MUST, MAY = Probe("", b"", must_refuse=True), Probe("", b"", must_refuse=False)
G, U, X, N = Tried.GUARDED, Tried.UNGUARDED, Tried.UNREACHED, Tried.NEVER


def heard(status=200, *, images=False):
    return Heard(status, "dec_1", "7", images=images)


@pytest.mark.parametrize("name", sorted(OWN))
def test_each_of_our_routes_gets_what_must_be_refused_and_what_need_not(name):
    first, second = probes(Route(name, OWN[name], "gate", NOON), b"png", makes=True)
    assert (first.must_refuse, second.must_refuse) == (True, False)
    assert first.path == second.path == OWN[name].removeprefix("POST ").replace("{name}", "canary")
    assert first.body != second.body
    assert json.loads(first.body) == BODIES[name](FORBIDDEN)
    assert json.loads(second.body) == BODIES[name](HARMLESS)


def test_a_way_outside_gets_the_picture_too_and_no_path_of_ours():
    route = Route("app-ios", "POST the edit button", "mobile team", NOON, "https://app.example/probe")
    (probe,) = probes(route, b"png", makes=False)
    assert probe.must_refuse
    assert probe.path == ""
    ((image,),) = (json.loads(probe.body)["images"],)
    assert image == {"image_url": "data:image/png;base64," + base64.b64encode(b"png").decode()}
    assert LABEL == "Consentry-Canary"


@pytest.mark.parametrize(
    ("probe", "what", "recorded", "tried"),
    [
        (MUST, heard(400), "refuse", G),
        (MUST, heard(400), "hold", G),
        (MUST, heard(), "allow", U),
        (MUST, heard(), "label", U),
        (MUST, heard(400), "", U),
        (MUST, heard(images=True), "refuse", U),
        (MUST, heard(0), "", X),
        (MAY, heard(images=True), "allow", G),
        (MAY, heard(images=True), "label", G),
        (MAY, heard(400), "refuse", G),
        (MAY, heard(images=True), "refuse", U),
        (MAY, heard(images=True), "hold", U),
        (MAY, heard(images=True), "", U),
        (MAY, heard(404), "", U),
        (MAY, heard(0), "allow", X),
    ],
)
def test_what_an_answer_says_of_a_route(probe, what, recorded, tried):
    assert judged(probe, what, recorded) is tried


@pytest.mark.parametrize(
    ("found", "together"), [((), N), ((G, G), G), ((G, X), X), ((X, U, G), U), ((N, G), N), ((X, N), X)]
)
def test_the_worst_answer_counts(found, together):
    assert worst(found) is together
