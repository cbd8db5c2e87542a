"""Replays what was decided under another policy, another threshold, or the law of another day.

1. The log is read from the beginning; every record must open its line, or the rehearsal says so.
2. The measures that somebody looked for then are those the new rules can rest on.
3. Every decision is decided again from its own findings, and both answers are counted.

Nothing is written, and nobody's picture or words are needed: findings were kept with each decision.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from consentry.core.content import Stage
from consentry.core.entry import Kind, Line, opens
from consentry.core.errors import BadInput
from consentry.core.foresight import Foresight, foresight
from consentry.core.lawbook import Lawbook
from consentry.core.ports import Store
from consentry.core.rehearsal import EXAMPLES, Past, Tally, past

CHUNK = 1_000
"""Lines read at once: few enough to be held, many enough that asking costs nothing."""

SAMPLE = 2_000
"""Latest lines from which it is learnt what was measured."""

Measured = Mapping[str, frozenset[Stage]]
"""Measures and the stages at which anybody looked for them."""


def _nobody(_: int) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried."""

    day: date
    """The day whose law is applied to every decision."""
    first: date = date.min
    """The first day whose decisions are replayed."""
    last: date = date.max
    """The last."""
    group: str = "tier"
    """The entry of a decision's context by which groups are told apart."""
    examples: int = EXAMPLES
    """Decisions named for each kind of change."""
    configured: frozenset[str] = frozenset()
    """The places that always count; none means all, the strictest."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it."""

    tally: Tally
    """The counts."""
    erased: int
    """Decisions whose records are erased; they are left out."""
    altered: tuple[int, ...]
    """Lines whose records do not open them: somebody changed the database. They are left out."""


@dataclass(slots=True)
class _Reading:
    erased: int = 0
    altered: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Replays the decisions of one log."""

    store: Store
    """Where they are."""
    always: Measured
    """What is brought without anybody looking."""
    compiled: Callable[[Measured], Lawbook]
    """The new policy, for what can be measured. Raises SetupTrouble."""

    def __call__(self, plan: Plan, progress: Callable[[int], None] = _nobody) -> Rehearsed:
        """Replay them as `plan` says; `progress` is told how many lines have been read.

        Raises SetupTrouble for a policy that cannot be used.
        """
        book = self.compiled(self.measured())
        tally, reading = Tally(plan.group, plan.examples), _Reading()
        known: dict[tuple[Stage, str], Foresight] = {}
        for one in self._past(reading, progress):
            if not plan.first <= one.day <= plan.last or one.context.get("probe"):
                continue
            at = one.stage, one.place
            if at not in known:
                known[at] = foresight(book.policy(one.stage, _places(plan, one.place)), plan.day)
            tally.add(one, known[at](one.scores))
        return Rehearsed(tally, reading.erased, tuple(reading.altered))

    def measured(self) -> Measured:
        """What was measured of late, and at which stage; what was found when asking stands for answers."""
        found: dict[str, set[Stage]] = {name: set(stages) for name, stages in self.always.items()}
        for one in _decisions(self.store.lines(max(0, self.store.size() - SAMPLE), SAMPLE), _Reading()):
            for name in one.measures:
                found.setdefault(name, set()).add(one.stage)
                if one.stage is Stage.ASK:
                    found[name].add(Stage.ANSWER)
        return {name: frozenset(stages) for name, stages in found.items()}

    def _past(self, reading: _Reading, progress: Callable[[int], None]) -> Iterator[Past]:
        size = self.store.size()
        for first in range(0, size, CHUNK):
            lines = self.store.lines(first, min(CHUNK, size - first))
            yield from _decisions(lines, reading)
            progress(first + len(lines))


def _decisions(lines: Sequence[Line], reading: _Reading) -> Iterator[Past]:
    for line in lines:
        if line.entry.kind is Kind.DECISION and (one := _opened(line, reading)):
            yield one


def _opened(line: Line, reading: _Reading) -> Past | None:
    """The decision in `line`; None if it is erased or was tampered with, which is counted."""
    if line.record is None or line.salt is None:
        reading.erased += 1
        return None
    try:
        if opens(line.entry, line.record, line.salt):
            return past(json.loads(line.record))
    except (BadInput, ValueError):
        pass
    reading.altered.append(line.index)
    return None


def _places(plan: Plan, place: str) -> frozenset[str]:
    return plan.configured | {place} if plan.configured and place else plan.configured
