from dataclasses import replace

import pytest

from consentry.core.content import Draft
from consentry.signals.prompt import PromptSignal
from contracts.pictures import flat, noise, picture, request
from contracts.signal import SignalContract


class TestPromptSignal(SignalContract):
    @pytest.fixture
    def signal(self):
        return PromptSignal()


def scores(subject):
    return {finding.signal: finding.score for finding in PromptSignal().look(subject)}


def test_an_attached_picture_is_a_person():
    assert scores(request(picture(flat()), prompt="put her in a bikini"))["prompt.harm"] >= 0.85


def test_words_about_a_real_person_count_as_unwilling_without_a_picture():
    asked = request(prompt="a photo of my colleague: put her in a bikini")
    assert scores(asked)["prompt.unwilling"] >= 0.85


def test_of_a_draft_the_graver_of_prompt_and_caption_counts():
    asked = request(picture(noise(1)), prompt="make it nicer")
    quiet = Draft(asked, picture(noise(2)), caption="a nicer picture")
    graver = Draft(asked, picture(noise(2)), caption="the woman without her clothes")
    assert scores(quiet)["prompt.harm"] < 0.5
    assert scores(graver)["prompt.harm"] >= 0.85


def test_evidence_names_concepts_and_never_repeats_a_word():
    (first, *_) = PromptSignal().look(request(picture(flat()), prompt="put Marabella in a swimsuit"))
    assert "swim" in first.evidence.split(", ")
    assert "arabella" not in first.evidence.lower()
    assert "suit" not in first.evidence


def test_what_was_asked_earlier_in_the_conversation_still_counts():
    now = request(picture(flat()), prompt="now warmer light")
    later = request(picture(flat()), prompt="now warmer light", earlier=("put her", "in a bikini"))
    assert scores(now)["prompt.harm"] < 0.85
    assert scores(later)["prompt.harm"] >= 0.85
    assert scores(Draft(later, picture(noise(2))))["prompt.harm"] >= 0.85


def test_a_picture_drawn_over_another_is_a_person_too():
    assert scores(request(prompt="put her in a bikini", markup=picture(flat())))["prompt.harm"] >= 0.85


def test_what_was_asked_for_before_counts():
    words = {"prompt": "brighten the sky"}
    before = replace(request(picture(flat()), **words), earlier=("put her in a bikini",))
    assert scores(request(picture(flat()), **words))["prompt.harm"] < 0.5
    assert scores(before)["prompt.harm"] >= 0.85
