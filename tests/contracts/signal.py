"""What every signal promises, however it looks and whatever breaks."""

from __future__ import annotations

import pytest

from consentry.core.content import Draft, Request, Stage, Upload
from consentry.core.finding import Seen, Unavailable
from contracts.pictures import draft, noise, picture, request, unreadable, upload

SUBJECTS = {
    "words": request(),
    "edit": request(picture(noise(1))),
    "masked edit": request(picture(noise(1)), mask=picture(noise(2))),
    "draft from words": draft(picture(noise(3))),
    "draft of an edit": draft(picture(noise(3)), picture(noise(1))),
    "animated draft": draft(picture(noise(3), noise(4)), picture(noise(1))),
    "upload": upload(picture(noise(5))),
    "unreadable input": request(unreadable()),
    "unreadable draft": draft(unreadable(), picture(noise(1))),
    "unreadable before": draft(picture(noise(3)), unreadable()),
    "unreadable upload": upload(unreadable()),
}

STAGES = {Request: Stage.ASK, Draft: Stage.ANSWER, Upload: Stage.UPLOAD}


class SignalContract:
    """Subclass and give `signal`; where it can break, `broken` too: the same signal that cannot look."""

    @pytest.fixture
    def signal(self):
        raise NotImplementedError

    @pytest.fixture
    def broken(self):
        return None

    def test_it_names_its_measures_and_stages(self, signal):
        assert signal.measures
        assert all(name == name.lower() and " " not in name for name in signal.measures)
        assert signal.stages
        assert signal.stages <= set(Stage)

    @pytest.mark.parametrize("name", SUBJECTS)
    def test_it_never_raises_and_brings_each_measure_once(self, signal, name):
        subject = SUBJECTS[name]
        findings = signal.look(subject)
        if STAGES[type(subject)] in signal.stages:
            assert sorted(finding.signal for finding in findings) == sorted(signal.measures)
        assert {finding.signal for finding in findings} <= signal.measures

    @pytest.mark.parametrize("name", SUBJECTS)
    def test_scores_are_from_0_to_1_with_evidence_and_version(self, signal, name):
        for finding in signal.look(SUBJECTS[name]):
            if isinstance(finding, Seen):
                assert 0.0 <= finding.score <= 1.0
                assert finding.evidence
                assert finding.version
            else:
                assert finding.why

    @pytest.mark.parametrize("name", SUBJECTS)
    def test_the_same_content_is_seen_the_same_way(self, signal, name):
        assert list(signal.look(SUBJECTS[name])) == list(signal.look(SUBJECTS[name]))

    @pytest.mark.parametrize("name", SUBJECTS)
    def test_a_broken_one_says_so_and_does_not_raise(self, broken, name):
        subject = SUBJECTS[name]
        if broken is None or STAGES[type(subject)] not in broken.stages:
            return
        findings = broken.look(subject)
        assert {finding.signal for finding in findings} == broken.measures
        unseen = [finding for finding in findings if isinstance(finding, Unavailable)]
        assert len(unseen) == len(findings) or not _has_pictures(subject)

    def test_findings_repeat_nothing_of_the_prompt_or_the_account(self, signal):
        for subject in SUBJECTS.values():
            text = repr(signal.look(subject))
            assert "harbour" not in text
            assert "acc_1" not in text


def _has_pictures(subject):
    return not isinstance(subject, Request) or bool(subject.inputs)
