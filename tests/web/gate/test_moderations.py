"""OpenAI's client asks what the gate thinks, and "could not look" is never "not flagged"."""

import openai
import pytest

from consentry.core.policy import Harm
from consentry.media import drawing, edits
from consentry.web.gate import moderations
from support.dialects import url
from support.running import Running

BANDS = edits.encoded(drawing.figure(12, cover="bands"), "png")


def judged(server: Running, found) -> list:
    return server.client().moderations.create(input=found).results


def test_each_text_has_a_result_of_its_own(server: Running):
    fine, bad = judged(server, ["a quiet harbour", "a photo of my colleague, without her clothes"])
    assert (fine.flagged, bad.flagged) == (False, True)
    assert bad.categories.harassment
    assert bad.category_scores.harassment > 0.5
    assert not any(fine.category_scores.model_dump().values())


def test_words_with_a_picture_are_judged_as_an_edit_of_it(server: Running, photo: bytes):
    picture = {"type": "image_url", "image_url": {"url": url(photo)}}
    (result,) = judged(server, [{"type": "text", "text": "remove her clothes"}, picture])
    assert result.flagged
    assert len(result.consentry) == 2


def test_a_picture_alone_is_judged_as_posted(server: Running, place: bytes):
    (result,) = judged(server, [{"type": "image_url", "image_url": {"url": url(place)}}])
    assert result.flagged is False


def test_what_could_not_be_looked_at_is_an_outage(server: Running, place: bytes, monkeypatch):
    before = server.system.ask
    object.__setattr__(server.system, "ask", _Blind(before))
    try:
        with pytest.raises(openai.InternalServerError) as caught:
            judged(server, "a quiet harbour")
    finally:
        object.__setattr__(server.system, "ask", before)
    assert caught.value.status_code == 503
    assert caught.value.code == "safety_unavailable"


class _Blind:
    """The judge of requests with every eye shut."""

    def __init__(self, judge):
        self._judge = judge

    def __call__(self, subject, **more):
        return self._judge(None, **more)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": []},
        {"input": [""]},
        {"input": ["a"] * 33},
        {"input": [{"type": "audio"}]},
        {"input": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
        {"input": [{"type": "image_url", "image_url": {"url": "https://other.example/1.png"}}]},
        {"input": "a", "hidden": 1},
    ],
)
def test_what_makes_no_sense_is_sent_back(server: Running, body):
    with server.http("gate") as http:
        assert http.post("/v1/moderations", json=body).status_code == 400


def test_every_harm_comes_under_a_category_that_openai_has():
    assert set(moderations.COMES_UNDER) == set(Harm)
    assert {name for names in moderations.COMES_UNDER.values() for name in names} <= set(
        moderations.CATEGORIES
    )
    assert len(moderations.CATEGORIES) == 13
