"""What every detector promises: a score for each measure it covers, or the word that it could not look."""

from __future__ import annotations

import pytest

from consentry.core.finding import Seen, Unavailable
from contracts.pictures import flat, noise


class DetectorContract:
    """Subclass and give `detector` and `broken`, the same detector when it breaks now."""

    @pytest.fixture
    def detector(self):
        raise NotImplementedError

    @pytest.fixture
    def broken(self):
        raise NotImplementedError

    def test_it_sees_each_measure_it_covers_once(self, detector):
        findings = detector.detect([noise(1)])
        assert sorted(finding.signal for finding in findings) == sorted(detector.measures)
        assert all(isinstance(finding, Seen) for finding in findings)
        assert all(0.0 <= finding.score <= 1.0 for finding in findings)
        assert all(finding.version and finding.evidence for finding in findings)

    def test_the_highest_score_of_all_frames_counts(self, detector):
        frames = [flat(10), flat(250), noise(1)]
        single = [{f.signal: f.score for f in detector.detect([one])} for one in frames]
        together = {f.signal: f.score for f in detector.detect(frames)}
        assert together == {
            measure: pytest.approx(max(one[measure] for one in single)) for measure in detector.measures
        }

    def test_a_broken_one_covers_the_same_and_sees_nothing(self, detector, broken):
        findings = broken.detect([noise(1)])
        assert {finding.signal for finding in findings} == detector.measures
        assert all(isinstance(finding, Unavailable) and finding.why for finding in findings)
