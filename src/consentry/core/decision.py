"""The answer to "what may happen to this content", with every reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from consentry.core.content import Stage
from consentry.core.law import ACCUSING, Duty, Ground
from consentry.core.policy import Harm, Outcome


@dataclass(frozen=True, slots=True)
class Fact:
    """One measure that a reason rests on, beside the threshold it was held against."""

    measure: str
    """The name of the measure."""
    threshold: float
    """The score from which the rule counts it."""
    score: float | None
    """What was measured; None if nobody could look."""
    why: str
    """The evidence, or the cause why nobody could look."""
    version: str
    """The version of the signal; empty if nobody could look."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that applied, the provision behind it, and whether it is certain."""

    rule: str
    """The rule's name."""
    outcome: Outcome
    """What this rule asks for."""
    duties: frozenset[Duty]
    """What this rule asks for beside it."""
    certain: bool
    """False if the rule applies only because somebody could not look."""
    says: str
    """The reason in plain words."""
    harm: Harm
    """What the rule protects people from."""
    cite: str
    """The provision, as a lawyer would cite it."""
    url: str
    """Where to read it."""
    jurisdiction: str
    """The place it belongs to."""
    ground: Ground
    """Law, or the operator's terms."""
    facts: tuple[Fact, ...]
    """What was measured."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a day, under which policy, and why."""

    policy: str
    """The version of the policy."""
    stage: Stage
    """The stage at which it was asked."""
    day: date
    """The day whose law was applied (UTC)."""
    outcome: Outcome
    """The one visible effect."""
    duties: frozenset[Duty]
    """What must happen beside it."""
    reasons: tuple[Reason, ...]
    """Why, gravest first."""
    shadow: tuple[Reason, ...] = ()
    """What rules not yet in force would have said. They bind nobody."""

    @property
    def passes(self) -> bool:
        """Whether the content may go on: allowed, or allowed with a label."""
        return self.outcome <= Outcome.LABEL

    @property
    def blind(self) -> bool:
        """Whether it is stopped only because somebody could not look."""
        stopping = [reason for reason in self.reasons if reason.outcome > Outcome.LABEL]
        return bool(stopping) and not any(reason.certain for reason in stopping)

    @property
    def owed(self) -> frozenset[Duty]:
        """The duties to carry out: those that weigh on somebody only if a reason for them is certain."""
        certain = frozenset(duty for reason in self.reasons if reason.certain for duty in reason.duties)
        return certain | (self.duties - ACCUSING)
