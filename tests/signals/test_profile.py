from dataclasses import replace

import pytest

from consentry.core.capability import Capability
from consentry.core.finding import Unavailable
from consentry.signals.profile import Profile, two_capitals
from contracts.pictures import draft, noise, picture, request, upload
from contracts.signal import SignalContract


def nobody(_text: str) -> bool:
    return False


def scores(signal, subject):
    return {finding.signal: finding.score for finding in signal.look(subject)}


class TestProfile(SignalContract):
    @pytest.fixture
    def signal(self):
        return Profile(Capability.ADULT, nobody)


def test_a_gate_for_people_says_so_and_takes_everybody():
    signal = Profile(Capability.PEOPLE, lambda _: True)
    assert scores(signal, request(picture(noise(1)))) == {"profile.adult": 0.0, "profile.mixed": 0.0}


def test_a_gate_for_adult_content_takes_no_picture():
    signal = Profile(Capability.ADULT, nobody)
    assert scores(signal, request(picture(noise(1)))) == {"profile.adult": 1.0, "profile.mixed": 1.0}
    assert scores(signal, request()) == {"profile.adult": 1.0, "profile.mixed": 0.0}


def test_a_gate_for_adult_content_takes_no_name_not_even_the_generators():
    signal = Profile(Capability.ADULT, lambda text: "somebody" in text)
    assert scores(signal, request(prompt="somebody I know"))["profile.mixed"] == 1.0
    made = draft(picture(noise(1)))
    assert scores(signal, made)["profile.mixed"] == 0.0
    assert scores(signal, replace(made, caption="somebody you know"))["profile.mixed"] == 1.0


def test_words_that_cannot_be_read_leave_the_question_open():
    def fails(_text: str) -> bool:
        raise RuntimeError

    _, mixed = Profile(Capability.ADULT, fails).look(request())
    assert mixed == Unavailable("profile.mixed", "words not read")


def test_uploads_are_not_its_affair():
    assert Profile(Capability.ADULT, nobody).look(upload(picture(noise(1)))) == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a portrait of Marta Lindqvist on a sofa", True),
        ("MARTA LINDQVIST", True),
        ("Élodie\n  O\u2019Connor", True),
        ("a portrait of Marta, Lindqvist", False),
        ("A woman on a Sofa", False),
        ("a harbour", False),
        ("", False),
    ],
)
def test_two_capitals_side_by_side_are_a_name(text, names):
    assert two_capitals(text) is names
