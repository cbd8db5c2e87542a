import math

import pytest

from consentry.core.errors import SetupTrouble
from consentry.core.finding import Seen, Unavailable
from consentry.core.lawbook import compile_book, declared
from consentry.core.policy import leaves
from consentry.law import read_files
from consentry.signals.exposure import ALWAYS_ASKED, ENOUGH, GAINED, MEASURES, Exposure, ExposureOfDraft
from contracts.pictures import draft, flat, noise, picture, unreadable, upload
from contracts.signal import SignalContract

EVERYTHING = tuple(sorted(MEASURES))


class Says:
    """A detector that says the same about every picture."""

    def __init__(self, *measures, score=0.2, version="says 1"):
        self.measures = frozenset(measures)
        self._score = score
        self._version = version
        self.frames = []

    def detect(self, frames):
        self.frames.extend(frames)
        return [Seen(m, self._score, "so it says", self._version) for m in sorted(self.measures)]


class Down(Says):
    """A detector that cannot look."""

    def detect(self, _frames):
        return [Unavailable(measure, "timeout") for measure in self.measures]


class Crashes(Says):
    """A detector that breaks its promise never to raise."""

    def detect(self, _frames):
        raise RuntimeError("words that nobody should read")


class Silent(Says):
    """A detector that says nothing."""

    def detect(self, _frames):
        return []


def look(*detectors, subject=None, **more):
    subject = subject or upload(picture(noise(1)))
    return {finding.signal: finding for finding in Exposure(detectors, **more).look(subject)}


class TestExposure(SignalContract):
    @pytest.fixture
    def signal(self):
        return Exposure([Says(*EVERYTHING)])

    @pytest.fixture
    def broken(self):
        return Exposure([Crashes(*EVERYTHING), Down(*EVERYTHING)])


def test_the_highest_score_of_all_detectors_stands_with_its_version():
    found = look(
        Says(*EVERYTHING, score=0.2),
        Says("exposure.explicit", score=0.9, version="strict 2"),
        Says(*EVERYTHING),
    )
    assert (found["exposure.explicit"].score, found["exposure.explicit"].version) == (0.9, "strict 2")
    assert found["exposure.minimal"].score == 0.2


@pytest.mark.parametrize("failing", [Down, Crashes, Silent])
def test_one_that_could_not_look_leaves_the_question_open(failing):
    found = look(failing(*EVERYTHING), Says(*EVERYTHING, score=0.84)).values()
    assert all(isinstance(f, Unavailable) for f in found)


@pytest.mark.parametrize("failing", [Down, Crashes, Silent])
def test_what_one_saw_stands_whatever_another_could_not_see(failing):
    found = look(failing(*EVERYTHING), Says(*EVERYTHING, score=ENOUGH)).values()
    assert all(isinstance(f, Seen) for f in found)


def test_no_rule_asks_for_more_than_what_stands():
    book = compile_book(read_files(), declared(read_files()))
    asked = [leaf for rule in book.rules for leaf in leaves(rule.when) if leaf.measure in MEASURES]
    assert max(leaf.threshold for leaf in asked if leaf.threshold <= 1) == ENOUGH


@pytest.mark.parametrize("failing", [Down, Crashes, Silent])
def test_a_measure_is_unavailable_if_none_that_covers_it_could_look(failing):
    found = look(failing("exposure.explicit"), Says(*(MEASURES - {"exposure.explicit"})))
    assert isinstance(found["exposure.explicit"], Unavailable)
    assert isinstance(found["exposure.minor"], Seen)
    assert "nobody should read" not in found["exposure.explicit"].why


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.1])
def test_a_score_that_is_none_is_no_look(score):
    assert isinstance(look(Says(*EVERYTHING, score=score))["exposure.explicit"], Unavailable)


def test_a_score_that_is_none_does_not_drown_a_sound_one():
    found = look(Says(*EVERYTHING, score=math.nan), Says(*EVERYTHING, score=0.9))
    assert found["exposure.explicit"].score == 0.9


def test_every_frame_is_shown_to_the_detector():
    detector = Says(*EVERYTHING)
    look(detector, subject=draft(picture(noise(1), noise(2), noise(3))))
    assert detector.frames == [noise(1), noise(2), noise(3)]


def test_an_unreadable_picture_is_unavailable():
    found = look(Says(*EVERYTHING), subject=upload(unreadable()))
    assert set(found.values()) == {Unavailable(measure, "undecodable") for measure in MEASURES}


def test_a_measure_that_nobody_covers_is_unavailable():
    found = look(Says("exposure.explicit"))
    assert found["exposure.minor"] == Unavailable("exposure.minor", "no detector covers it")


def test_an_operator_may_do_without_a_measure_and_say_why():
    found = look(Says("exposure.explicit"), not_covered={"exposure.degrading": "decided in assessment 12"})
    assert found["exposure.degrading"].score == 0.0
    assert found["exposure.degrading"].evidence == "not covered: decided in assessment 12"


def test_doing_without_never_hides_a_detector_that_fails():
    found = look(Down(*EVERYTHING), not_covered={"exposure.degrading": "decided in assessment 12"})
    assert isinstance(found["exposure.degrading"], Unavailable)


@pytest.mark.parametrize("measure", sorted(ALWAYS_ASKED))
def test_no_operator_may_do_without_what_must_always_be_asked(measure):
    with pytest.raises(SetupTrouble):
        Exposure([Says(*EVERYTHING)], not_covered={measure: "we would rather not"})


@pytest.mark.parametrize("not_covered", [{"exposure.degrading": " "}, {"exposure.other": "because"}])
def test_doing_without_needs_a_reason_and_a_measure(not_covered):
    with pytest.raises(SetupTrouble):
        Exposure([Says(*EVERYTHING)], not_covered=not_covered)


def test_without_a_detector_nothing_starts():
    with pytest.raises(SetupTrouble):
        Exposure([])


class Bright(Says):
    """Says how bright a still is, and counts what it was shown."""

    def detect(self, frames):
        self.frames.extend(frames)
        score = max(frame.rgb[0] for frame in frames) / 255
        return [Seen(m, score, "by brightness", "bright 1") for m in sorted(self.measures)]


class TestExposureOfDraft(SignalContract):
    @pytest.fixture
    def signal(self):
        return ExposureOfDraft([Says(*EVERYTHING)])

    @pytest.fixture
    def broken(self):
        return ExposureOfDraft([Down(*EVERYTHING)])

    def test_a_broken_one_says_so_and_does_not_raise(self, broken):
        found = broken.look(draft(picture(noise(3)), picture(noise(1))))
        assert {one.signal for one in found} == broken.measures
        assert all(isinstance(one, Unavailable) for one in found)


def of_draft(subject, *detectors):
    signal = ExposureOfDraft(detectors or [Bright(*EVERYTHING)])
    return {finding.signal: finding for finding in signal.look(subject)}


@pytest.mark.parametrize(("before", "after", "gained"), [(51, 204, 0.6), (204, 51, 0.0), (204, 204, 0.0)])
def test_what_a_draft_shows_more_than_its_input_is_gained(before, after, gained):
    found = of_draft(draft(picture(flat(after)), picture(flat(before))))
    assert [found[name].score for name in GAINED] == [pytest.approx(gained)] * len(GAINED)
    assert found["gained.minimal"].evidence == f"{before / 255:.2f} before, {after / 255:.2f} after"
    assert found["before.minor"].score == pytest.approx(before / 255)
    assert found["exposure.minimal"].score == pytest.approx(after / 255)


def test_of_several_inputs_and_stills_the_gravest_counts():
    found = of_draft(draft(picture(flat(10), flat(255)), picture(flat(51)), picture(flat(51), flat(204))))
    assert found["gained.explicit"].score == pytest.approx(0.2)


def test_from_words_alone_all_that_is_shown_is_gained():
    found = of_draft(draft(picture(flat(204))))
    assert found["gained.intimate"].score == pytest.approx(0.8)
    assert found["before.minor"].score == 0.0


@pytest.mark.parametrize(
    "subject", [draft(picture(noise(1)), unreadable()), draft(unreadable(), picture(noise(1)))]
)
def test_a_difference_of_which_one_side_was_not_seen_is_unknown(subject):
    found = of_draft(subject)
    assert all(found[name] == Unavailable(name, "undecodable") for name in GAINED)


def test_what_came_in_is_looked_at_beside_the_generator_and_only_once():
    eye = Bright(*EVERYTHING)
    signal, made = ExposureOfDraft([eye]), draft(picture(flat(204)), picture(flat(51)))
    (early,) = signal.look(made.request)
    assert (early.signal, early.score) == ("before.minor", pytest.approx(0.2))
    for _ in range(2):
        signal.look(made)
    assert [frame.rgb[0] for frame in eye.frames] == [51, 204, 204]


def test_what_could_not_be_seen_is_looked_at_again():
    class Recovering(Bright):
        def detect(self, frames):
            self.frames.extend(frames)
            return (
                [Unavailable(m, "timeout") for m in self.measures]
                if len(self.frames) == 1
                else super().detect(frames)
            )

    signal, made = ExposureOfDraft([Recovering(*EVERYTHING)]), draft(picture(flat(204)), picture(flat(51)))
    assert isinstance(signal.look(made.request)[0], Unavailable)
    assert {type(finding) for finding in signal.look(made)} == {Seen}
