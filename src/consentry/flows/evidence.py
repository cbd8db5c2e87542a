"""Everything the log says about a case, a decision, an account, a route or a period, with its proofs.

1. The log is read once; whatever names what was asked for is taken.
2. Each line brings its record, its salt and the proof that it stands in the log.
3. The law in force, the assessments behind it, and the hashes of what is preserved go with it.

Contents of pictures are never in a pack: their hashes are. Who reported is not in the log, so it is not here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consentry.core import evidence
from consentry.core.entry import Kind, Line, canonical, stamp
from consentry.core.errors import NotFound
from consentry.core.evidence import Proved
from consentry.core.filing import Filing, FilingKind
from consentry.core.ports import Store

CHUNK = 1_000
"""Lines read at once."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for. What is left empty limits nothing."""

    name: str = ""
    """`case`, `decision`, `account`, `route`, or empty for a period alone."""
    value: str = ""
    """Which one."""
    since: datetime | None = None
    """From when on (UTC)."""
    until: datetime | None = None
    """Before when (UTC)."""

    def words(self) -> str:
        """What is asked for, as a heading says it."""
        what = f"{self.name} {self.value}" if self.name else "everything"
        since = f" from {stamp(self.since)}" if self.since else ""
        return what + since + (f" until {stamp(self.until)}" if self.until else "")

    def covers(self, line: Line) -> bool:
        """Whether `line` belongs to it. A line whose record is erased belongs to a period alone."""
        at = line.entry.at
        if (self.since and at < self.since) or (self.until and at >= self.until):
            return False
        if not self.name:
            return True
        if line.record is None or self.value.encode() not in line.record:
            return False
        return _names(json.loads(line.record), self.name, self.value)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything of a pack but the page that people read and the signatures."""

    scope: Scope
    """What was asked for."""
    files: Mapping[str, bytes]
    """The files by name."""
    rows: Sequence[Mapping[str, object]]
    """The timeline."""
    decisions: Sequence[Mapping[str, object]]
    """The records of the decisions."""
    size: int
    """How long the log was."""
    about: Mapping[str, object]
    """What `about.json` says."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Gathers evidence from one log."""

    store: Store
    """Where it is."""
    checkpoint: Callable[[int], str]
    """The signed note over so many lines."""
    vkey: str
    """The key it is verified with."""
    law: Mapping[str, Mapping[str, object]]
    """The law files in force."""
    policy: str
    """What the policy in force is known by."""

    def gather(self, scope: Scope, *, maker: str) -> Gathered:
        """Everything about `scope`; `maker` answers for the pack. Raises NotFound if the log has nothing."""
        size = self.store.size()
        lines = list(self._lines(scope, size))
        if not lines:
            raise NotFound(f"The log says nothing about {scope.words()}.")
        paths = self.store.inclusions([line.index for line in lines], size)
        proved = [Proved(line, path) for line, path in zip(lines, paths, strict=True)]
        decided = [json.loads(line.record) for line in lines if _decision(line) and line.record is not None]
        with self.store.read() as snapshot:
            now = snapshot.now()
            filed = {kind: snapshot.filings(kind) for kind in (FilingKind.DEPLOYMENT, FilingKind.ASSESSMENT)}
            holds = [one for one in snapshot.filings(FilingKind.HOLD) if one.about == scope.value]
            kept = snapshot.known_of(scope.value) if scope.name == "case" else []
        about: dict[str, object] = {
            "about": scope.words(),
            "made": stamp(now),
            "made_by": maker,
            "key": self.vkey,
            "size": size,
            "lines": len(lines),
            "erased": sum(line.record is None for line in lines),
            "decisions": len(decided),
            "policies": sorted({str(record["policy"]) for record in decided}),
            "policy_in_force": self.policy,
            "holds": [_filed(one) for one in holds],
        }
        preserved = [{"id": one.id, "sha256": one.hashes.sha256, "active": one.active} for one in kept]
        files = {
            evidence.ABOUT: _json(about),
            evidence.CHECKPOINT: self.checkpoint(size).encode(),
            evidence.LINES: evidence.lines_file(proved),
            evidence.TIMELINE: evidence.timeline_file(lines),
            "preserved.json": _json({"items": preserved}),
            "policies.json": _json(
                {kind.value: [_filed(one) for one in found] for kind, found in filed.items()}
            ),
            "law.json": _json(self.law),
        }
        return Gathered(scope, files, [evidence.row(line) for line in lines], decided, size, about)

    def _lines(self, scope: Scope, size: int) -> Iterator[Line]:
        for first in range(0, size, CHUNK):
            found = self.store.lines(first, min(CHUNK, size - first))
            yield from (line for line in found if scope.covers(line))


def _decision(line: Line) -> bool:
    return line.entry.kind is Kind.DECISION


def _names(record: object, name: str, value: str) -> bool:
    """Whether `record` has `value` under `name`, at any depth; a case and a decision under any name."""
    match record:
        case dict():
            loose = name in {"case", "decision"}
            return any(
                (found == value and (loose or key == name)) or _names(found, name, value)
                for key, found in record.items()
            )
        case list():
            return any(_names(one, name, value) or (name == "decision" and one == value) for one in record)
        case _:
            return False


def _filed(filing: Filing) -> dict[str, object]:
    return {"id": filing.id, "line": filing.line, **filing.record}


def _json(data: Mapping[str, object]) -> bytes:
    return canonical(json.loads(json.dumps(data, default=str))) + b"\n"
