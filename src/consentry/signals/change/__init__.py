"""What an edit added to the picture it started from: more skin, blood, something over a face.

The output is laid over each input and compared in the input's own colours, so that no table of
skin tones is needed and no face is measured. It has no weights and knows no bodies: it is a
reason to hold a picture, never a proof. A garment in the wearer's own skin tone looks to it
like skin; rope over clothes, and light skin in light so strong that its colour is gone, like
nothing.

Failing closed means here: what was laid over badly counts as changed, which can only raise the
scores; and a comparison that would say nothing (a file that cannot be read, no colour on one
side, none of the input's skin tones left, too many stills) is Unavailable and never 0.0, so
that a rule which asks for it applies.

Of several inputs those count that resemble the output at least half as much as the best one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from consentry.core.content import Draft, Frame, Stage, Subject
from consentry.core.finding import Finding, Seen, Unavailable
from consentry.signals.change.align import Incomparable
from consentry.signals.change.compare import Blind, Comparison, compare

VERSION = "change 1"
"""What a decision record says about how these measures were taken."""

MEASURES = ("change.degrading", "change.exposure")
"""What is measured, in the order of the findings."""

MAX_PAIRS = 64
"""Most pairs of an input's and an output's still that are compared: 2 to 4 seconds."""

RESEMBLES = 0.5
"""An input counts if its likeness to the output is at least this share of the best input's."""


class Change:
    """`change.exposure` and `change.degrading`: what the output shows that the inputs did not."""

    measures = frozenset(MEASURES)
    stages = frozenset({Stage.ANSWER})

    def look(self, subject: Subject) -> Sequence[Finding]:
        """Both findings; 0.0 if nothing was attached, because then nothing was changed."""
        if not isinstance(subject, Draft):
            return _unavailable("not a draft")
        if not subject.request.befores:
            return [Seen(measure, 0.0, "no input", VERSION) for measure in MEASURES]
        try:
            return _findings(_comparisons(subject))
        except Incomparable as why:
            return _unavailable(str(why))
        except Exception:  # noqa: BLE001 - whatever goes wrong with the numbers, nobody has looked
            return _unavailable("comparison failed")


def _comparisons(draft: Draft) -> list[Comparison | Blind]:
    """Every output still beside the inputs that it resembles most."""
    inputs = [picture.frames for picture in draft.request.befores]
    outputs = tuple(dict.fromkeys(draft.picture.frames))
    if not outputs or not all(inputs):
        raise Incomparable("undecodable")
    befores = tuple(dict.fromkeys(frame for frames in inputs for frame in frames))
    if len(befores) * len(outputs) > MAX_PAIRS:
        raise Incomparable("too many stills")
    found: dict[Frame, list[Comparison | Blind]] = {output: [] for output in outputs}
    for output, before in product(outputs, befores):
        found[output].append(compare(_pixels(before), _pixels(output)))
    return [one for alike in found.values() for one in _closest(alike)]


def _closest(alike: Sequence[Comparison | Blind]) -> list[Comparison | Blind]:
    best = max(one.likeness for one in alike)
    return [one for one in alike if one.likeness >= RESEMBLES * best]


def _findings(found: Sequence[Comparison | Blind]) -> list[Finding]:
    """The highest of each; Unavailable if one pair that counts could not be compared."""
    seen: list[Comparison] = []
    for one in found:
        if isinstance(one, Blind):
            return _unavailable(one.why)
        seen.append(one)
    degrading = max(seen, key=lambda one: one.degrading)
    exposure = max(seen, key=lambda one: one.exposure)
    return [
        Seen("change.degrading", degrading.degrading, degrading.evidence, VERSION),
        Seen("change.exposure", exposure.exposure, exposure.evidence, VERSION),
    ]


def _unavailable(why: str) -> list[Finding]:
    return [Unavailable(measure, why) for measure in MEASURES]


def _pixels(frame: Frame) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.frombuffer(frame.rgb, np.uint8).reshape(frame.height, frame.width, 3)
