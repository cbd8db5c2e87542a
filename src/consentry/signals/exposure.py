"""How much of a body a picture shows, whether anyone is degraded in it, any sign of a child.

Consentry ships no weights for this. The operator names one or more detectors: a process of
their own, an ONNX file, or a moderation service. A measure is the highest score that any of
them gave to any frame. If one that covers it could not look, the measure is Unavailable, unless
another has already seen enough.

A measure that no detector covers is Unavailable too, unless the operator has put on record why
that is acceptable (`not_covered`). That way out does not exist for explicit and intimate
content or signs of a child: no setting may switch those questions off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from consentry.core.content import Draft, Frame, Picture, Stage, Subject, Upload
from consentry.core.errors import SetupTrouble
from consentry.core.finding import Finding, Seen, Unavailable

MEASURES = frozenset(
    {
        "exposure.explicit",
        "exposure.intimate",
        "exposure.minimal",
        "exposure.degrading",
        "exposure.minor",
    }
)
"""Explicit; intimate state (underwear-like, see-through); swimwear or minimal attire; bound, injured
or humiliated; any sign of a child."""

ALWAYS_ASKED = frozenset({"exposure.explicit", "exposure.intimate", "exposure.minor"})
"""Measures that no operator may declare as not covered."""

ENOUGH = 0.85
"""The highest threshold that any rule has: from there, what one detector saw stands, whatever the
others could not see. Below it one that could not look leaves the question open: it might have seen more."""

VERSION = "exposure 1"
"""What a decision record says where no detector was asked."""


class Detector(Protocol):
    """Something that can judge frames, and may fail at it."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures it covers, a part of MEASURES."""

    def detect(self, frames: Sequence[Frame]) -> Sequence[Finding]:
        """For each measure the highest score over all `frames` (at least one). Never raises."""


class Exposure:
    """`exposure.*`: the highest score of any detector over all frames of a picture."""

    measures = MEASURES
    stages = frozenset({Stage.ANSWER, Stage.UPLOAD})

    def __init__(self, detectors: Sequence[Detector], not_covered: Mapping[str, str] | None = None) -> None:
        """Ask `detectors`; `not_covered` gives a reason for each measure the operator does without.

        Raises SetupTrouble if there is no detector, or if `not_covered` names a measure that
        must always be asked, that is unknown, or that comes without a reason.
        """
        if not detectors:
            raise SetupTrouble("the gate needs at least one detector that judges outputs", param="detectors")
        self._detectors = tuple(detectors)
        self._not_covered = dict(not_covered or {})
        for measure, why in self._not_covered.items():
            _check_not_covered(measure, why)

    def look(self, subject: Subject) -> Sequence[Finding]:
        """One finding for each of the five measures."""
        picture = _picture(subject)
        if picture is None or not picture.frames:
            return [Unavailable(measure, "undecodable") for measure in sorted(MEASURES)]
        answers = [finding for detector in self._detectors for finding in _ask(detector, picture.frames)]
        return [self._combine(measure, answers) for measure in sorted(MEASURES)]

    def _combine(self, measure: str, answers: Sequence[Finding]) -> Finding:
        mine = [answer for answer in answers if answer.signal == measure]
        seen = [answer for answer in mine if isinstance(answer, Seen) and 0.0 <= answer.score <= 1.0]
        best = max(seen, key=lambda answer: answer.score, default=None)
        asked = sum(measure in detector.measures for detector in self._detectors)
        if best is not None and (len(seen) >= asked or best.score >= ENOUGH):
            return best
        if not asked:
            return self._nobody_covers(measure)
        why = next((answer.why for answer in mine if isinstance(answer, Unavailable)), "no usable answer")
        return Unavailable(measure, why)

    def _nobody_covers(self, measure: str) -> Finding:
        if measure in self._not_covered:
            return Seen(measure, 0.0, f"not covered: {self._not_covered[measure]}", VERSION)
        return Unavailable(measure, "no detector covers it")


def _picture(subject: Subject) -> Picture | None:
    return subject.picture if isinstance(subject, Draft | Upload) else None


def _ask(detector: Detector, frames: Sequence[Frame]) -> Sequence[Finding]:
    try:
        return detector.detect(frames)
    except Exception:  # noqa: BLE001 - a detector that breaks its promise must read as "could not look"
        return [Unavailable(measure, "detector failed") for measure in sorted(detector.measures)]


def _check_not_covered(measure: str, why: str) -> None:
    if measure not in MEASURES:
        raise SetupTrouble(f"there is no measure {measure}", param="not_covered")
    if measure in ALWAYS_ASKED:
        raise SetupTrouble(f"{measure} can never be declared as not covered", param="not_covered")
    if not why.strip():
        raise SetupTrouble(f"say why {measure} is not covered", param="not_covered")
