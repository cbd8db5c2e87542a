"""What a new policy would have decided of what was really decided, counted side by side.

Rule of this file: a rehearsal reads decisions and never makes one. It speaks of decisions by their
ids, and of nothing else that could name a person.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from consentry.core.content import Stage
from consentry.core.entry import canonical
from consentry.core.errors import BadInput
from consentry.core.foresight import Foreseen, Scores
from consentry.core.policy import Outcome

EXAMPLES = 5
"""Decisions named for each kind of change, unless somebody asks for more."""

KINDS = ("jurisdiction", "door", "group")
"""By what changes are counted apart."""

Step = tuple[str, str]
"""An outcome as it was, and as it would be."""


@dataclass(frozen=True, slots=True)
class Past:
    """A decision as the log tells it: what was seen, and what came of it."""

    id: str
    """The decision's identifier."""
    stage: Stage
    """The stage at which it was asked."""
    day: date
    """The day whose law was applied."""
    outcome: Outcome
    """What was decided."""
    jurisdiction: str
    """The place of the first reason; empty if there was none."""
    scores: Scores
    """What was seen."""
    measures: frozenset[str]
    """What anybody looked for, whether it was seen or not."""
    shadow: tuple[str, ...]
    """Rules not yet in force that would have applied."""
    context: Mapping[str, object]
    """Where it came from."""

    @property
    def place(self) -> str:
        """Where the request came from; empty if nobody knew."""
        return str(self.context.get("place", ""))

    @property
    def door(self) -> str:
        """The route it came through, or else its stage."""
        return str(self.context.get("route") or self.stage.value)


def past(record: Mapping[str, object]) -> Past:
    """The decision in a record of the log. Raises BadInput if it is none."""
    try:
        return _past(record)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadInput("A record in the log is no decision of ours.", code="bad_record") from None


def _past(record: Mapping[str, object]) -> Past:
    findings, context = _table(record["findings"]), _table(record["context"])
    reasons, shadow = _tables(record["reasons"]), _tables(record["shadow"])
    seen = {name: score for name, one in findings.items() if (score := _score(_table(one))) is not None}
    return Past(
        id=str(record["decision"]),
        stage=Stage(str(record["stage"])),
        day=date.fromisoformat(str(record["day"])),
        outcome=Outcome[str(record["outcome"]).upper()],
        jurisdiction=str(reasons[0]["jurisdiction"]) if reasons else "",
        scores=seen,
        measures=frozenset(findings),
        shadow=tuple(str(reason["rule"]) for reason in shadow),
        context=context,
    )


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):  # as JSON gives it; asking for any mapping takes five times as long
        raise TypeError
    return value


def _tables(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list):
        raise TypeError
    return [_table(one) for one in value]


def _score(finding: Mapping[str, object]) -> float | None:
    """What was seen; None if nobody could look, or if it was nobody's score."""
    score = finding.get("score")
    return score if isinstance(score, int | float) and 0.0 <= score <= 1.0 else None


class Tally:
    """Counts what would change. One of them serves one rehearsal."""

    def __init__(self, group: str, examples: int = EXAMPLES) -> None:
        """Nothing counted; `group` is the entry of a decision's context by which groups are told apart."""
        self._group = group
        self._most = examples
        self._steps: Counter[Step] = Counter()
        self._seen: dict[str, Counter[str]] = {
            "jurisdiction": Counter(),
            "door": Counter(),
            "group": Counter(),
        }
        self._changed: dict[str, Counter[tuple[str, Step]]] = {name: Counter() for name in self._seen}
        self._shadow: Counter[str] = Counter()
        self._examples: dict[Step, list[str]] = {}
        self._blind = 0

    def add(self, was: Past, now: Foreseen) -> None:
        """Count one decision and what it would be."""
        step = _WORDS[was.outcome], _WORDS[now.outcome]
        changed = was.outcome != now.outcome
        graver = now.outcome > was.outcome
        names = {
            "jurisdiction": (now.jurisdiction if graver else was.jurisdiction) or "none",
            "door": was.door,
            "group": str(was.context.get(self._group, "")) or "none",
        }
        self._steps[step] += 1
        self._shadow.update(was.shadow)
        for kind, name in names.items():
            self._seen[kind][name] += 1
            if changed:
                self._changed[kind][name, step] += 1
        if changed:
            self._blind += now.blind
            named = self._examples.setdefault(step, [])
            if len(named) < self._most:
                named.append(was.id)

    @property
    def decisions(self) -> int:
        """How many decisions were counted."""
        return self._steps.total()

    @property
    def changed(self) -> int:
        """How many would come out otherwise."""
        return sum(count for (was, now), count in self._steps.items() if was != now)

    def record(self) -> dict[str, object]:
        """Everything that was counted, in an order that does not depend on chance."""
        return {
            "decisions": self.decisions,
            "changed": self.changed,
            "graver": sum(count for step, count in self._steps.items() if _graver(step)),
            "milder": sum(count for (a, b), count in self._steps.items() if _graver((b, a))),
            "changed_unseen": self._blind,
            "outcomes": [
                {"was": was, "now": now, "decisions": count, "examples": self._examples.get((was, now), [])}
                for (was, now), count in sorted(self._steps.items(), key=lambda one: _order(one[0]))
            ],
            **{f"by_{kind}": self._table(kind) for kind in self._seen},
            "shadow": dict(sorted(self._shadow.items())),
        }

    def _table(self, kind: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for name, seen in sorted(self._seen[kind].items()):
            steps = {step: n for (of, step), n in self._changed[kind].items() if of == name}
            changes = {f"{was} to {now}": steps[was, now] for was, now in sorted(steps, key=_order)}
            rows.append({kind: name, "decisions": seen, "changed": sum(steps.values()), "changes": changes})
        return rows


def digest(record: Mapping[str, object]) -> str:
    """What a rehearsal is known by in the assessment it is attached to: SHA-256 of its record."""
    return hashlib.sha256(canonical(record)).hexdigest()


_WORDS = {outcome: outcome.name.lower() for outcome in Outcome}
"""Outcomes as the log writes them."""

_RANK = {word: int(outcome) for outcome, word in _WORDS.items()}
"""How grave each of them is."""


def _graver(step: Step) -> bool:
    return _RANK[step[1]] > _RANK[step[0]]


def _order(step: Step) -> tuple[int, int]:
    return _RANK[step[0]], _RANK[step[1]]
