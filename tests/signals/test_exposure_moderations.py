import base64
import io
import json
import logging
import time

import pytest
from PIL import Image

from consentry.core.errors import SetupTrouble
from consentry.core.finding import Seen, Unavailable
from consentry.signals.exposure_moderations import MAX_FRAMES, OMNI, ModerationsDetector
from contracts.detector import DetectorContract
from contracts.pictures import flat, noise
from contracts.service import Reply, as_json, service

CATEGORIES = {"exposure.explicit": ["sexual"], "exposure.degrading": ["violence", "harassment"]}


def pixels_in(body):
    """The picture of a request, decoded."""
    (part,) = json.loads(body)["input"]
    head, _, encoded = part["image_url"]["url"].partition(",")
    assert part["type"] == "image_url"
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


def by_brightness(_path, body):
    """A service whose scores follow from the brightness of the picture."""
    mean = pixels_in(body).convert("L").resize((1, 1)).getpixel((0, 0)) / 255
    return result({"sexual": mean, "violence": mean / 2, "harassment": mean / 4})


def result(scores, **more):
    return as_json({"id": "m", "results": [{"flagged": False, "category_scores": scores, **more}]})


def asking(url, **more):
    return ModerationsDetector(url, "sk-service", "judge-1", CATEGORIES, **more)


def look(reply, frames=(), **more):
    with service(lambda _path, _body: reply) as running:
        detector = asking(running.url, **more)
        found = {finding.signal: finding for finding in detector.detect(list(frames) or [flat()])}
        detector.close()
    return found


def why(reply, **more):
    found = look(reply, **more)
    assert set(found) == set(CATEGORIES)
    assert all(isinstance(finding, Unavailable) for finding in found.values())
    (cause,) = {finding.why for finding in found.values()}
    return cause


class TestModerationsDetector(DetectorContract):
    @pytest.fixture
    def detector(self):
        with service(by_brightness) as running:
            detector = asking(running.url)
            yield detector
            detector.close()

    @pytest.fixture
    def broken(self):
        with service(lambda *_: Reply(500, b"SECRET")) as running:
            detector = asking(running.url)
            yield detector
            detector.close()


def test_it_sends_a_fresh_jpeg_of_each_different_frame_and_the_model_and_key():
    with service(by_brightness) as running:
        detector = asking(running.url)
        detector.detect([flat(10), flat(200), flat(10)])
        detector.close()
    assert [path for path, _, _ in running.asked] == ["/v1/moderations"] * 2
    assert {headers["authorization"] for _, headers, _ in running.asked} == {"Bearer sk-service"}
    assert {json.loads(body)["model"] for _, _, body in running.asked} == {"judge-1"}
    assert not pixels_in(running.asked[0][2]).getexif()


def test_a_large_frame_is_reduced_before_it_is_sent():
    with service(by_brightness) as running:
        detector = asking(running.url)
        detector.detect([flat(10, side=2000)])
        detector.close()
    assert pixels_in(running.asked[0][2]).size == (1024, 1024)


def test_the_highest_of_several_categories_counts():
    found = look(result({"sexual": 0.1, "violence": 0.2, "harassment": 0.7}))
    assert found["exposure.explicit"].score == 0.1
    assert found["exposure.degrading"].score == 0.7
    assert "judge-1" in found["exposure.degrading"].version


def test_a_category_that_is_not_in_the_answer_was_not_judged():
    found = look(result({"sexual": 0.1, "violence": 0.9}))
    assert isinstance(found["exposure.explicit"], Seen)
    assert isinstance(found["exposure.degrading"], Unavailable)


@pytest.mark.parametrize("applied", [["text"], [], None])
def test_a_category_that_was_not_applied_to_the_image_was_not_judged(applied):
    types = {"sexual": ["image", "text"], "violence": ["image"]}
    if applied is not None:
        types["harassment"] = applied
    scores = {"sexual": 0.1, "violence": 0.0, "harassment": 0.0}
    found = look(result(scores, category_applied_input_types=types))
    assert isinstance(found["exposure.explicit"], Seen)
    assert isinstance(found["exposure.degrading"], Unavailable)


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503])
def test_any_other_status_is_no_look(status):
    assert why(Reply(status, b"SECRET")) == f"status {status}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"null",
        b"[]",
        b"{}",
        b'{"results": []}',
        b'{"results": [{}]}',
        b'{"results": [{}, {}]}',
        b'{"results": [{"category_scores": null}]}',
        b'{"results": [{"category_scores": ["sexual"]}]}',
        b'{"results": [{"category_scores": {"sexual": NaN, "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": Infinity, "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": -1, "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": 2, "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": "0", "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": false, "violence": 0, "harassment": 0}}]}',
        b'{"results": [{"category_scores": {"sexual": 0}, "category_applied_input_types": [1]}]}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_no_score_is_no_look(body):
    assert why(Reply(body=body)) == "unusable answer"


def test_an_answer_that_is_too_long_is_no_look():
    assert why(Reply(body=b" " * 300_000)) == "answer too long"


@pytest.mark.parametrize("reply", [Reply(delay=3.0), Reply(body=b" " * 60, drip=0.1)])
def test_a_slow_service_is_given_up_on_even_if_every_byte_is_in_time(reply):
    started = time.monotonic()
    assert why(reply, timeout=0.4) == "timeout"
    assert time.monotonic() - started < 2.5


def test_the_time_is_for_all_frames_together():
    reply = result({"sexual": 0.1, "violence": 0.1, "harassment": 0.1})
    reply.delay = 0.2
    assert look(reply, timeout=0.5, frames=[flat(1)])["exposure.explicit"].score == 0.1
    assert why(reply, timeout=0.5, frames=[flat(value) for value in range(9)]) == "timeout"


def test_a_service_that_is_not_there_is_no_look():
    with service(lambda *_: Reply()) as running:
        pass
    detector = asking(running.url)
    assert {finding.why for finding in detector.detect([flat()])} == {"no answer"}
    detector.close()


def test_more_frames_than_are_sent_are_no_look_rather_than_a_part_of_one():
    frames = [flat(value) for value in range(MAX_FRAMES + 1)]
    assert why(result({}), frames=frames) == "too many frames"


def test_no_frame_is_no_look():
    with service(by_brightness) as running:
        detector = asking(running.url)
        assert all(isinstance(finding, Unavailable) for finding in detector.detect([]))
        detector.close()


@pytest.mark.parametrize("categories", [{}, {"exposure.explicit": []}])
def test_a_mapping_of_nothing_is_refused(categories):
    with pytest.raises(SetupTrouble):
        ModerationsDetector("http://127.0.0.1/v1", "k", "m", categories)


def test_openais_own_service_is_not_trusted_with_what_it_does_not_judge_in_images():
    assert "exposure.minor" not in OMNI
    assert "exposure.minimal" not in OMNI


def test_nothing_of_a_picture_or_a_key_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    look(result({"sexual": 0.1}), frames=[noise(1)])
    assert "sk-service" not in caplog.text
    assert "base64" not in caplog.text
