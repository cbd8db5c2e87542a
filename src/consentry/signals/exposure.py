"""How much of a body a picture shows, whether anyone is degraded in it, any sign of a child.

Consentry ships no weights for this. The operator names one or more detectors: a process of
their own, an ONNX file, or a moderation service. A measure is the highest score that any of
them gave to any frame. If one that covers it could not look, the measure is Unavailable, unless
another has already seen enough.

A measure that no detector covers is Unavailable too, unless the operator has put on record why
that is acceptable (`not_covered`). That way out does not exist for explicit and intimate
content or signs of a child: no setting may switch those questions off.

Of a draft that was made from pictures, those are looked at too, and `gained.*` says how much more
the draft shows: that is what UK law (Sexual Offences Act 2003 s.66E(4)) and Union law (Regulation
(EU) 2024/1689 Art. 5(1b)) ask. Looking at inputs goes on beside the generator.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Protocol

from consentry.core.content import Draft, Frame, Picture, Request, Stage, Subject, Upload
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

GAINED = {
    "gained.explicit": "exposure.explicit",
    "gained.intimate": "exposure.intimate",
    "gained.minimal": "exposure.minimal",
    "gained.degrading": "exposure.degrading",
}
"""What is compared between a draft and its inputs, by the measure of the difference."""

BEFORE_MINOR = "before.minor"
"""Any sign of a child in what came in."""

REMEMBERED = 64
"""Inputs whose scores are kept for the drafts made from them: scores only, no pictures."""

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
    stages = frozenset({Stage.UPLOAD})

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
        return self._of(_picture(subject))

    def _of(self, picture: Picture | None) -> Sequence[Finding]:
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


class ExposureOfDraft(Exposure):
    """`exposure.*` of a draft, and `gained.*` and `before.minor` over what it was made from."""

    measures = MEASURES | set(GAINED) | {BEFORE_MINOR}
    stages = frozenset({Stage.ANSWER})

    def __init__(self, detectors: Sequence[Detector], not_covered: Mapping[str, str] | None = None) -> None:
        """As Exposure."""
        super().__init__(detectors, not_covered)
        self._seen: OrderedDict[str, Sequence[Finding]] = OrderedDict()
        self._door = Lock()

    def look(self, subject: Subject) -> Sequence[Finding]:
        """Every finding of a draft; of a request, beside the generator, what its pictures show."""
        if isinstance(subject, Request):
            return [self._sign_of_a_child(self._before(subject))]
        if not isinstance(subject, Draft):
            return [Unavailable(measure, "not a draft") for measure in sorted(self.measures)]
        after = self._of(subject.picture)
        before = self._before(subject.request)
        return [*after, *_gained(before, after), self._sign_of_a_child(before)]

    def _before(self, request: Request) -> Sequence[Finding]:
        """What all inputs show, one finding after another."""
        return [finding for picture in request.inputs for finding in self._remembered(picture)]

    def _remembered(self, picture: Picture) -> Sequence[Finding]:
        """What a picture shows. Only what every detector could look at is remembered."""
        with self._door:
            seen = self._seen.get(picture.sha256)
        if seen is not None:
            return seen
        seen = self._of(picture)
        if all(isinstance(finding, Seen) for finding in seen):
            with self._door:
                self._seen[picture.sha256] = seen
                while len(self._seen) > REMEMBERED:
                    self._seen.popitem(last=False)
        return seen

    def _sign_of_a_child(self, before: Sequence[Finding]) -> Finding:
        found = _highest(before, "exposure.minor")
        if isinstance(found, Unavailable):
            return Unavailable(BEFORE_MINOR, found.why)
        return Seen(BEFORE_MINOR, found.score, found.evidence, found.version)


def _gained(before: Sequence[Finding], after: Sequence[Finding]) -> Sequence[Finding]:
    """How much more of each the draft shows. What was declared as not covered gains nothing."""
    return [_difference(name, _highest(before, of), _highest(after, of)) for name, of in GAINED.items()]


def _difference(name: str, before: Finding, after: Finding) -> Finding:
    for found in (after, before):
        if isinstance(found, Unavailable):
            return Unavailable(name, found.why)
    assert isinstance(before, Seen)  # noqa: S101 - for the type checker, as the loop has just seen
    assert isinstance(after, Seen)  # noqa: S101 - likewise
    said = f"{before.score:.2f} before, {after.score:.2f} after"
    return Seen(name, max(0.0, after.score - before.score), said, after.version)


def _highest(found: Sequence[Finding], measure: str) -> Finding:
    """The highest of one measure; Unavailable if one of them is; 0.0 if nothing came in."""
    mine = [finding for finding in found if finding.signal == measure]
    unseen = next((finding for finding in mine if isinstance(finding, Unavailable)), None)
    if unseen is not None:
        return unseen
    seen = [finding for finding in mine if isinstance(finding, Seen)]
    return max(seen, key=lambda finding: finding.score, default=Seen(measure, 0.0, "no input", VERSION))


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
