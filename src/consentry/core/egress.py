"""Which share of the calls to generators carried a decision of the gate, as far as anybody could count.

A gate sees what comes to it, and a guard sees what comes to its generator. Only both together say
whether something went past the gate; what neither of them sees is named with the figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from consentry.core.breaker import Tally
from consentry.core.entry import stamp
from consentry.core.errors import BadInput

FIGURES: Final = "/consentry-guard/metrics"
"""Where a guard's own counts are."""

CALLS: Final = "consentry_guard_calls_total"
"""What a guard counts its calls under, by what became of them."""

SINCE: Final = "consentry_guard_since_seconds"
"""Where a guard says from when on it counts: seconds since 1970 (UTC)."""

PERMITTED: Final = "permitted"
"""How a guard counts a call that carried a permit, and so a decision."""

CANNOT_KNOW: Final = (
    "generators without a guard that was named here",
    "calls that reach a generator beside its guard: only its network can forbid them",
    "images made elsewhere and never brought to `/v1/gate/check`",
)
"""What no figure here says anything about."""

_CALL: Final = re.compile(rf'^{CALLS}{{outcome="([a-z_]{{1,40}})"}} (\d{{1,18}})$', re.MULTILINE)
_BEGAN: Final = re.compile(rf"^{SINCE} (\d{{1,11}})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guarded:
    """What one guard counted."""

    since: datetime
    """From when on (UTC)."""
    calls: Mapping[str, int]
    """Calls by what became of them: `permitted`, or the code of a refusal."""

    @property
    def permitted(self) -> int:
        """Calls that carried a decision, and were passed on."""
        return self.calls.get(PERMITTED, 0)

    @property
    def refused(self) -> int:
        """Calls that did not, and reached nobody."""
        return sum(self.calls.values()) - self.permitted


@dataclass(frozen=True, slots=True)
class Egress:
    """What a gate and the guards of its generators counted in the same time."""

    since: datetime
    """From when on the gate's figures are (UTC)."""
    gate: Tally
    """What was asked of the gate, by whatever route, and what was made for it."""
    guards: Sequence[Guarded] = ()
    """What each guard counted."""

    @property
    def share(self) -> float | None:
        """Which share of the calls to guarded generators carried a decision; None if there was no call."""
        permitted = sum(guard.permitted for guard in self.guards)
        every = permitted + sum(guard.refused for guard in self.guards)
        return permitted / every if every else None

    @property
    def beside(self) -> int:
        """Requests made through the gate for which no guard saw a call: their generator has none here."""
        return max(0, self.gate.made - sum(guard.permitted for guard in self.guards))

    def record(self) -> dict[str, object]:
        """Every figure by name, with what they say nothing about."""
        return {
            "since": stamp(self.since),
            "asked_at_the_gate": self.gate.asked,
            "refused_at_the_gate": self.gate.refused,
            "made_through_the_gate": self.gate.made,
            "guards": len(self.guards),
            "calls_with_a_decision": sum(guard.permitted for guard in self.guards),
            "calls_without_one_and_refused": sum(guard.refused for guard in self.guards),
            "share_with_a_decision": None if self.share is None else round(self.share, 4),
            "made_and_seen_by_no_guard": self.beside,
            "cannot_know": list(CANNOT_KNOW),
        }


def guarded(text: str) -> Guarded:
    """What a guard's own figures say. Raises BadInput if these are not a guard's figures."""
    calls = {name: int(count) for name, count in _CALL.findall(text)}
    began = _BEGAN.search(text)
    if PERMITTED not in calls or began is None:
        raise BadInput(
            "That is no guard's account of its calls.",
            code="no_guard",
            param="guard",
            next_step="Give the address of a `consentry guard`, such as http://127.0.0.1:8322.",
        )
    return Guarded(datetime.fromtimestamp(int(began[1]), UTC), calls)
