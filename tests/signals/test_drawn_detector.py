import io
import sys

import numpy as np
import pytest
from PIL import Image

from consentry.core.finding import Unavailable
from consentry.media import edits
from consentry.media.drawing import figure, place
from consentry.signals.drawn_detector import VERSION, scores, serve
from consentry.signals.exposure import MEASURES
from consentry.signals.exposure_process import ProcessDetector
from contracts.detector import DetectorContract
from contracts.pictures import frame

COMMAND = [sys.executable, "-m", "consentry.signals.drawn_detector"]


def pixels(image, quality=60):
    return np.asarray(Image.open(io.BytesIO(edits.encoded(image, quality=quality))).convert("RGB"))


class TestDrawnDetectorProcess(DetectorContract):
    @pytest.fixture
    def detector(self):
        detector = ProcessDetector(COMMAND, MEASURES)
        yield detector
        detector.close()

    @pytest.fixture
    def broken(self):
        detector = ProcessDetector([*COMMAND[:-1], "consentry.no_such_module"], MEASURES)
        yield detector
        detector.close()


@pytest.mark.parametrize("seed", range(4))
def test_bands_score_high_and_coats_hats_and_places_do_not(seed):
    assert scores(pixels(figure(seed, cover="bands")))["exposure.minimal"] >= 0.9
    for image in (figure(seed), figure(seed, hat=True), place(seed)):
        assert scores(pixels(image))["exposure.minimal"] == 0.0


def test_it_covers_every_measure():
    assert set(scores(pixels(place(1)))) == MEASURES


def test_it_says_in_every_answer_that_it_knows_drawings_only():
    detector = ProcessDetector(COMMAND, MEASURES)
    findings = detector.detect([frame(np.asarray(figure(1)))])
    detector.close()
    assert {finding.version for finding in findings} == {VERSION}
    assert "drawn figures only" in VERSION


@pytest.mark.parametrize("size", [(0, 5), (-1, 5), (100_000, 100_000)])
def test_a_question_that_cannot_be_meant_ends_it(size):
    answers = io.BytesIO()
    question = f'{{"v": 1, "id": 1, "width": {size[0]}, "height": {size[1]}}}\n'.encode()
    serve(io.BytesIO(question), answers)
    assert answers.getvalue() == b""


def test_a_picture_of_one_pixel_has_no_body():
    detector = ProcessDetector(COMMAND, MEASURES)
    findings = detector.detect([frame(np.zeros((1, 1, 3), np.uint8))])
    detector.close()
    assert not any(isinstance(finding, Unavailable) for finding in findings)
