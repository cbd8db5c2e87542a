"""Examples a lawyer can read: on this day, with this seen, this must be the answer.

They stand beside the law they prove, on both sides of every date, and run as tests. What
a scenario does not name was looked for and not seen; blindness is always written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from consentry.core.content import Stage
from consentry.core.deadline import deadlines
from consentry.core.decide import decide
from consentry.core.finding import Finding, Findings, Seen, by_signal
from consentry.core.law import LegalClock, Trigger
from consentry.core.policy import Outcome, Policy, leaves


@dataclass(frozen=True, slots=True)
class Judged:
    """What is decided about some content on a day."""

    place: str
    """The code of the file it stands in; its rules, the floor and the terms are asked."""
    says: str
    """What it shows, in plain words."""
    day: date
    """The day whose law is applied."""
    stage: Stage
    """The stage at which it is asked."""
    findings: tuple[Finding, ...]
    """What was seen; every other measure of the stage was looked for and not seen."""
    expect: Outcome
    """The visible effect."""
    applies: frozenset[str] = frozenset()
    """The rules of this file that bind, and no others."""
    shadow: frozenset[str] = frozenset()
    """The rules of this file that would bind once in force, and no others."""

    def failures(self, policy: Policy) -> tuple[str, ...]:
        """What `policy` does otherwise than promised; empty if it keeps every promise."""
        decision = decide(policy, self._findings(policy), self.day)
        own = f"{self.place}."
        applied = {reason.rule for reason in decision.reasons if reason.rule.startswith(own)}
        shadow = {reason.rule for reason in decision.shadow if reason.rule.startswith(own)}
        return (
            *_differ("outcome", {self.expect.name.lower()}, {decision.outcome.name.lower()}),
            *_differ("applies", self.applies, applied),
            *_differ("shadow", self.shadow, shadow),
        )

    def _findings(self, policy: Policy) -> Findings:
        clear = {leaf.measure for rule in policy.rules for leaf in leaves(rule.when)}
        return by_signal([*(Seen(measure, 0.0) for measure in clear), *self.findings])


@dataclass(frozen=True, slots=True)
class Timed:
    """Which clocks a trigger starts on a day, and how long they leave."""

    place: str
    """The code of the file it stands in; only its own clocks are asked."""
    says: str
    """What it shows, in plain words."""
    day: date
    """The day of receipt."""
    trigger: Trigger
    """What was received."""
    clocks: frozenset[str] = frozenset()
    """The clocks that start, and no others."""
    hours: int | None = None
    """The hours that bind; None if none do."""

    def failures(self, clocks: Iterable[LegalClock]) -> tuple[str, ...]:
        """What `clocks` do otherwise than promised; empty if they keep every promise."""
        received = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        found = deadlines(clocks, self.trigger, frozenset({self.place}), received)
        left = [(each.due - received) // timedelta(hours=1) for each in found if not each.advisory]
        hours = min(left, default=None)
        return (
            *_differ("clock", self.clocks, {deadline.clock for deadline in found}),
            *_differ("hours", {str(self.hours)}, {str(hours)}),
        )


Scenario = Judged | Timed
"""Either what is decided, or which clocks start."""


def _differ(
    what: str, promised: frozenset[str] | set[str], found: frozenset[str] | set[str]
) -> Sequence[str]:
    if promised == found:
        return ()
    return (f"{what}: promised {_listed(promised)}, found {_listed(found)}",)


def _listed(names: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
