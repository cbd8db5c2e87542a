"""Tries out the gate on a prompt: what it would do with it, and by which rules.

1. The signals that need nothing but the request look at it.
2. What they cannot know is put in: nobody consented, and no picture is a known one.
3. The policy decides. Nothing is written down, because nothing was asked for or made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consentry.core.content import Account, Picture, Request
from consentry.core.decide import decide
from consentry.core.decision import Decision
from consentry.core.finding import Finding, Findings, Seen, Unavailable, by_signal
from consentry.core.law import Duty
from consentry.core.policy import Outcome, Policy
from consentry.core.ports import Signal

VERSION = "trial 1"
"""What is said about findings that a trial puts in."""

ASSUMED = ("consent.make", "known.case", "known.bank", "known.optout", "profile.adult", "profile.mixed")
"""What is taken to be absent in a trial."""

_ACCOUNT = Account("trial")
_PICTURE = Picture(b"", "", trouble="trial")
"""Stands for an attached picture; nobody looks into it."""


class Attached(StrEnum):
    """What comes with a prompt."""

    PERSON = "person"
    """A picture of a person."""
    OBJECT = "object"
    """A picture that was shown to be of no person."""
    NONE = "none"
    """No picture."""


class Band(StrEnum):
    """What the gate does with a prompt."""

    ALLOW = "allow"
    """It is passed on."""
    HOLD = "hold"
    """The result is compared with the original, or a person looks first."""
    REFUSE = "refuse"
    """Nothing is made."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What the gate would do with one prompt."""

    band: Band
    """What it does."""
    score: float
    """The highest measure taken of the words, 0.0 to 1.0."""
    rules: tuple[str, ...]
    """The rules that bind, gravest first."""


def attempt(text: str, attached: Attached, *, signals: Sequence[Signal], policy: Policy, day: date) -> Tried:
    """What `policy` would do on `day` with `text` and the picture that came with it."""
    findings = _findings(text, attached, signals)
    decision = decide(policy, findings, day)
    scores = [found.score for name, found in findings.items() if _of_words(name) and isinstance(found, Seen)]
    return Tried(_band(decision), max(scores, default=0.0), tuple(reason.rule for reason in decision.reasons))


def _findings(text: str, attached: Attached, signals: Sequence[Signal]) -> Findings:
    assumed: list[Finding] = [Seen(name, 0.0, "assumed in a trial", VERSION) for name in ASSUMED]
    inputs = (_PICTURE,) if attached is Attached.PERSON else ()
    request = Request("trial", _ACCOUNT, text, inputs)
    return by_signal([*assumed, *(found for signal in signals for found in _look(signal, request))])


def _look(signal: Signal, request: Request) -> Sequence[Finding]:
    try:
        return signal.look(request)
    except Exception as error:  # noqa: BLE001 - a signal that fails has not looked, as at every door
        return [Unavailable(measure, type(error).__name__) for measure in sorted(signal.measures)]


def _of_words(measure: str) -> bool:
    return measure.startswith("prompt.")


def _band(decision: Decision) -> Band:
    if decision.outcome is Outcome.REFUSE:
        return Band.REFUSE
    if decision.outcome is Outcome.HOLD or Duty.COMPARE_OUTPUT in decision.duties:
        return Band.HOLD
    return Band.ALLOW
