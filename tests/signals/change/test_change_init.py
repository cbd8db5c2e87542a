import numpy as np
import pytest

from consentry.core.content import Draft
from consentry.core.finding import Seen, Unavailable
from consentry.media.drawing import figure, place
from consentry.signals.change import MAX_PAIRS, Change
from contracts.pictures import draft, flat, frame, picture, request, unreadable
from contracts.signal import SignalContract

DRESSED = frame(np.asarray(figure(7)))
BANDS = frame(np.asarray(figure(7, cover="bands")))
HAT = frame(np.asarray(figure(7, hat=True)))
PLACE = frame(np.asarray(place(3)))


def look(output, *inputs):
    return {finding.signal: finding for finding in Change().look(draft(output, *inputs))}


class TestChange(SignalContract):
    @pytest.fixture
    def signal(self):
        return Change()


def test_what_the_output_shows_and_the_input_did_not_scores_high():
    assert look(picture(BANDS), picture(DRESSED))["change.exposure"].score >= 0.5


def test_an_ordinary_edit_scores_low():
    assert look(picture(HAT), picture(DRESSED))["change.exposure"].score < 0.15


def test_without_an_input_nothing_was_changed():
    for finding in look(picture(BANDS)).values():
        assert isinstance(finding, Seen)
        assert (finding.score, finding.evidence) == (0.0, "no input")


def test_the_highest_still_of_an_animation_counts():
    assert look(picture(DRESSED, HAT, BANDS), picture(DRESSED))["change.exposure"].score >= 0.5


@pytest.mark.parametrize("inputs", [(DRESSED, PLACE), (PLACE, DRESSED)])
def test_an_input_that_the_output_does_not_resemble_neither_hides_nor_adds_anything(inputs):
    pictures = [picture(one) for one in inputs]
    assert look(picture(BANDS), *pictures)["change.exposure"].score >= 0.5
    assert look(picture(HAT), *pictures)["change.exposure"].score < 0.15


@pytest.mark.parametrize(
    ("output", "inputs"),
    [
        (unreadable(), [picture(DRESSED)]),
        (picture(BANDS), [unreadable()]),
        (picture(BANDS), [picture(DRESSED), unreadable()]),
        (picture(flat(1, side=8)), [picture(DRESSED)]),
        (picture(flat(1)), [picture(DRESSED)]),
        (picture(*(flat(value) for value in range(MAX_PAIRS + 1))), [picture(DRESSED)]),
    ],
)
def test_what_cannot_be_compared_is_unavailable_and_never_nothing(output, inputs):
    found = look(output, *inputs)
    assert {type(finding) for finding in found.values()} == {Unavailable}


def test_only_a_draft_can_have_changed():
    assert all(isinstance(f, Unavailable) for f in Change().look(request(picture(DRESSED))))


def test_a_failure_of_the_numbers_is_unavailable():
    torn = picture(type(DRESSED)(DRESSED.width, DRESSED.height, DRESSED.rgb[:100]))
    subject = Draft(request(picture(DRESSED)), torn)
    assert {f.why for f in Change().look(subject)} == {"comparison failed"}
