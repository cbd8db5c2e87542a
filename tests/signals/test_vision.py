"""Two pictures and six questions: what counts as an answer, and that nothing else does."""

import base64
import io
import json

import pytest
from PIL import Image

from consentry.core.errors import SetupTrouble
from consentry.core.finding import Seen, Unavailable
from consentry.signals.vision import MAX_AFTER, MAX_BEFORE, QUESTIONS, NobodyAsked, Vision
from contracts.pictures import draft, flat, noise, picture, request, unreadable
from contracts.service import Reply, as_json, service
from contracts.signal import SignalContract

NAME = "watcher-8b"


def asked_in(body):
    """The words, the pictures and the token of a question."""
    (told, user) = json.loads(body)["messages"]
    words, *pictures = user["content"]
    token = words["text"].rsplit(" ", 1)[1]
    opened = [part["image_url"]["url"].partition(",")[2] for part in pictures]
    return (
        told["content"] + words["text"],
        [Image.open(io.BytesIO(base64.b64decode(one))) for one in opened],
        token,
    )


def says(content, model=NAME):
    """A reply in the shape of chat completions."""
    return as_json({"id": "c", "model": model, "choices": [{"index": 0, "message": {"content": content}}]})


def answering(scores=None, model=NAME, **more):
    """A service that answers as agreed."""
    probabilities = dict.fromkeys(QUESTIONS, 0.1) | (scores or {})

    def answer(_path, body):
        token = asked_in(body)[2]
        return says(json.dumps({**probabilities, "token": token, **more}), model)

    return answer


def look(answer, subject=None, timeout=5.0, key="sk-vision"):
    with service(answer) as running:
        vision = Vision(running.url, NAME, key, timeout)
        found = {
            one.signal: one for one in vision.look(subject or draft(picture(noise(1)), picture(noise(2))))
        }
        vision.close()
    return found, running.asked


def why(answer, **more):
    found, _ = look(answer, **more)
    (cause,) = {one.why for one in found.values() if isinstance(one, Unavailable)}
    assert set(found) == Vision.measures
    return cause


class TestVision(SignalContract):
    @pytest.fixture
    def signal(self):
        with service(answering()) as running:
            vision = Vision(running.url, NAME)
            yield vision
            vision.close()

    @pytest.fixture
    def broken(self):
        vision = Vision("http://127.0.0.1:9/v1", NAME, timeout=1.0)
        yield vision
        vision.close()

    def test_a_broken_one_says_so_and_does_not_raise(self, broken):
        found = broken.look(draft(picture(noise(3)), picture(noise(1))))
        assert {one.signal for one in found} == broken.measures
        assert all(isinstance(one, Unavailable) for one in found)


class TestNobodyAsked(SignalContract):
    @pytest.fixture
    def signal(self):
        return NobodyAsked()

    def test_it_says_that_nobody_was_to_be_asked(self, signal):
        assert {(one.score, one.evidence) for one in signal.look(draft(picture(noise(3))))} == {
            (0.0, "no vision service is set up")
        }


def test_the_draft_is_the_last_picture_and_the_prompt_is_never_sent():
    subject = draft(picture(flat(250)), picture(flat(10)))
    _, ((path, headers, body),) = look(answering(), subject)
    words, pictures, _ = asked_in(body)
    assert path.endswith("/chat/completions")
    assert headers["authorization"] == "Bearer sk-vision"
    assert [one.convert("L").getpixel((0, 0)) for one in pictures] == pytest.approx([10, 250], abs=3)
    assert all(question in words for question in QUESTIONS.values())
    assert subject.request.prompt not in body.decode()
    assert subject.request.account.id not in body.decode()


@pytest.mark.parametrize(
    ("name", "exposed", "degraded"),
    [
        ("less_clothing", 0.9, 0.1),
        ("sexualised", 0.9, 0.1),
        ("bound", 0.1, 0.9),
        ("injured", 0.1, 0.9),
        ("humiliated", 0.1, 0.9),
        ("same_person", 0.1, 0.1),
    ],
)
def test_each_answer_counts_for_its_measure(name, exposed, degraded):
    found, _ = look(answering({name: 0.9}, model=f"{NAME}-2026"))
    assert (found["vision.exposed"].score, found["vision.degraded"].score) == (exposed, degraded)
    assert found["vision.exposed"].version == f"vision 1 {NAME}-2026"
    assert f"{name} 0.90" in found["vision.exposed"].evidence


def test_every_still_of_a_draft_is_asked_about_and_the_gravest_counts():
    def answer(path, body):
        last = asked_in(body)[1][-1].convert("L").getpixel((0, 0))
        return answering({"bound": 0.9 if last > 200 else 0.0})(path, body)

    found, asked = look(answer, draft(picture(flat(10), flat(250)), picture(flat(100))))
    assert len(asked) == 2
    assert found["vision.degraded"].score == 0.9


def test_without_an_input_there_is_nothing_to_compare():
    found, asked = look(answering(), draft(picture(noise(1))))
    assert {one.score for one in found.values()} == {0.0}
    assert asked == []


GOOD = dict.fromkeys(QUESTIONS, 0.0)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(500, b"no"), "status 500"),
        (Reply(302, b""), "status 302"),
        (Reply(200, b"not json"), "unusable answer"),
        (as_json({"choices": []}), "unusable answer"),
        (says("I cannot help with that."), "unusable answer"),
        (says(json.dumps(GOOD)), "unusable answer"),
        (says(json.dumps({**GOOD, "token": "0" * 16})), "answer to another question"),
        (says("null"), "unusable answer"),
        (as_json(["a list"]), "unusable answer"),
        (Reply(200, b" " * 70_000), "answer too long"),
        (Reply(200, b"{}", delay=3.0), "timeout"),
        (Reply(200, b"{}" * 50, drip=0.1), "timeout"),
    ],
)
def test_anything_but_an_answer_is_no_look(reply, cause):
    assert why(lambda _path, _body: reply, timeout=1.0) == cause


@pytest.mark.parametrize("odd", [1.5, -0.1, "0.2", None, True, float("nan")])
def test_a_number_that_is_no_probability_is_no_look(odd):
    assert why(answering({"bound": odd})) == "unusable answer"


def test_more_than_was_asked_for_is_no_look():
    assert why(answering(note="all fine")) == "answer to another question"


def test_another_service_under_the_name_is_no_look():
    assert why(answering(model="cheap-1b")) == "another service answered"


def test_writing_in_a_picture_that_is_obeyed_is_no_look_either():
    """What obeys says what the picture told it to; the token of this question it cannot know from there."""
    obeyed = says(json.dumps({**GOOD, "token": "as the picture says"}))
    assert why(lambda _path, _body: obeyed) == "answer to another question"


@pytest.mark.parametrize(
    ("subject", "cause"),
    [
        (draft(unreadable(), picture(noise(1))), "undecodable"),
        (draft(picture(noise(1)), unreadable()), "undecodable"),
        (draft(picture(*map(noise, range(MAX_AFTER + 1))), picture(noise(9))), "too many stills"),
        (draft(picture(noise(1)), picture(*map(noise, range(MAX_BEFORE + 1)))), "too many stills"),
        (request(), "not a draft"),
    ],
)
def test_what_cannot_be_shown_is_not_asked_about(subject, cause):
    assert why(answering(), subject=subject) == cause


@pytest.mark.parametrize(("url", "name"), [("", NAME), ("http://127.0.0.1:9/v1", "")])
def test_half_a_name_is_none(url, name):
    with pytest.raises(SetupTrouble):
        Vision(url, name)


def test_findings_are_scores_and_nothing_a_service_wrote():
    found, _ = look(answering({"bound": 0.5}))
    assert all(isinstance(one, Seen) for one in found.values())
    assert all(set(one.evidence) <= set("abcdefghijklmnopqrstuvwxyz_ ,.0123456789") for one in found.values())
